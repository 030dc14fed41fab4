"""Answers to `kl_to_standard_normal`, in other people's words."""

import torch
from torch.distributions import Independent, Normal, kl_divergence

from aelesson.losses import kl_to_standard_normal as kl


def by_torch(mean, logvar):
    q = Independent(Normal(mean, logvar.mul(0.5).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    return kl_divergence(q, p)


def row_by_row(mean, logvar):
    both = zip(mean, (logvar / 2).exp(), strict=True)
    return torch.stack(
        [(m.dot(m) + s.dot(s) - len(m)) / 2 - s.log().sum() for m, s in both]
    )


RIGHT = [kl, by_torch, row_by_row]
WRONG = {
    "mean and logvar are swapped": lambda m, v: kl(v, m),
    "no exp, epsilon and log": (
        lambda m, v: 0.5 * (m * m + v.exp() - (v.exp() + 1e-8).log() - 1).sum(1)
    ),
    "is logvar cut to a range?": lambda m, v: kl(m, v.clamp(-10, 10)),
    "no gradient flows back": lambda m, v: kl(m, v).detach(),
    "NumPy has no gradients": lambda m, v: torch.tensor(m.numpy()),
}
