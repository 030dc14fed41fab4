"""Answers to `mixture_log_prob`, in other people's words."""

import math

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from aelesson.priors import mixture_log_prob as right

HALF = 0.5 * math.log(2 * math.pi)


def by_torch(z, means, logvars):
    parts = Independent(Normal(means, (0.5 * logvars).exp()), 1)
    equal = Categorical(logits=means.new_zeros(len(means)))
    return MixtureSameFamily(equal, parts, validate_args=False).log_prob(z)


def by_loop(z, means, logvars):
    rows = []
    for mean, logvar in zip(means, logvars, strict=True):
        scaled = (z - mean) * torch.exp(-logvar / 2)
        rows.append((-(scaled**2) / 2 - logvar / 2 - HALF).sum(-1))
    return torch.logsumexp(torch.stack(rows), dim=0) - math.log(len(rows))


def by_maximum(z, means, logvars):
    gaps = z.unsqueeze(1) - means.unsqueeze(0)
    each = Normal(0.0, 1.0).log_prob(gaps / (0.5 * logvars).exp()) - 0.5 * logvars
    each = each.sum(-1)
    top = each.max(1, keepdim=True).values
    return (top + (each - top).exp().mean(1, keepdim=True).log()).squeeze(1)


def by_softmax(z, means, logvars):
    each = Normal(means, logvars.exp().sqrt()).log_prob(z[:, None, :]).sum(2)
    return (each - each.log_softmax(1)).mean(1) - math.log(len(means))


def each_of(z, means, logvars):
    return Normal(means, (0.5 * logvars).exp()).log_prob(z[:, None]).sum(2)


def by_density(z, means, logvars):
    return each_of(z, means, logvars).exp().mean(1).log()


def by_std(z, means, logstds):
    return Normal(means, logstds.exp()).log_prob(z[:, None]).sum(2).logsumexp(1)


RIGHT = [right, by_torch, by_loop, by_maximum, by_softmax]
WRONG = {
    "does exp() give 0 there": by_density,
    "do you clamp": lambda *a: right(*a).clamp_min(-500),
    "the variance is its exp": lambda z, m, v: right(z, m, v.log()),
    "subtract log K once": lambda *a: each_of(*a).logsumexp(1),
    "this is the mean of the logarithms": lambda *a: each_of(*a).mean(1),
    "the nearest normal alone": lambda *a: (
        each_of(*a).max(1).values - math.log(len(a[1]))
    ),
    "it does what these two do together": by_std,
    "over the units of a code you sum": lambda z, m, v: (
        Normal(m, (v / 2).exp()).log_prob(z[:, None]).mean(2).logsumexp(1)
        - math.log(len(m))
    ),
    "return its logarithm": lambda *a: by_torch(*a).exp(),
    "means and logvars are swapped": lambda z, m, v: right(z, v, m),
    "the sign is wrong": lambda *a: -right(*a),
    "a term log(2 pi)": lambda z, m, v: right(z, m, v) + HALF * z.shape[1],
    "no gradient flows back": lambda *a: right(*a).detach(),
    "NumPy has no gradients": lambda z, m, v: torch.tensor(z.numpy()),
    "for the whole code: sum over D first": lambda z, m, v: sum(
        right(z[:, d : d + 1], m[:, d : d + 1], v[:, d : d + 1])
        for d in range(z.shape[1])
    ),
}
