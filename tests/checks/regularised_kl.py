"""Answers to `kl_sparsity`, right and wrong."""

import math

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, kl_divergence

from aelesson import regularisers

from .answers import Wrong

EPS = 1e-6


def mean_of(activation):
    return activation.mean(0).clamp(EPS, 1 - EPS)


def kl(p, q):
    """Return the divergence of two coins, one of them a plain number."""
    p, q = torch.as_tensor(p), torch.as_tensor(q)
    return p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()


# right


def reference(activation, target):
    mean = mean_of(activation)
    active = target * (target / mean).log()
    silent = (1 - target) * ((1 - target) / (1 - mean)).log()
    return (active + silent).sum()


def by_distributions(activation, target):
    mean = mean_of(activation)
    return kl_divergence(
        Bernoulli(torch.full_like(mean, target)), Bernoulli(mean)
    ).sum()


def by_differences(z, rho):
    mean = mean_of(z)
    on = rho * (math.log(rho) - mean.log())
    off = (1 - rho) * (math.log(1 - rho) - torch.log1p(-mean))
    return on.sum() + off.sum()


def by_cross_entropy(activation, target):
    mean = mean_of(activation)
    p = torch.full_like(mean, target)
    entropy = F.binary_cross_entropy(p, p, reduction="sum")
    return F.binary_cross_entropy(mean, p, reduction="sum") - entropy


def by_kl_div(activation, target):
    mean = mean_of(activation)
    p = torch.full_like(mean, target)
    believed = torch.stack([mean, 1 - mean]).log()
    return F.kl_div(believed, torch.stack([p, 1 - p]), reduction="sum")


def by_xlogy(activation, target):
    mean = mean_of(activation)
    p = torch.full_like(mean, target)
    entropy = torch.special.entr(p) + torch.special.entr(1 - p)
    return -(torch.xlogy(p, mean) + torch.xlogy(1 - p, 1 - mean) + entropy).sum()


def by_loop(activation, target):
    total = torch.zeros((), dtype=activation.dtype)
    for unit in activation.T:
        total = total + kl(target, (unit.sum() / len(unit)).clamp(EPS, 1 - EPS))
    return total.to(activation.dtype)


def by_logits(activation, target):
    mean = torch.clip(torch.mean(activation, dim=0), EPS, 1 - EPS)
    slope = torch.logit(mean)
    constant = target * math.log(target) + (1 - target) * math.log(1 - target)
    return (constant - target * slope - torch.log1p(-mean)).sum()


def in_doubles(activation, target):
    mean = mean_of(activation.double())
    return kl(target, mean).sum().to(activation.dtype)


def by_minimum_and_maximum(activation, target):
    mean = activation.mean(0)
    mean = torch.maximum(mean, torch.full_like(mean, EPS))
    mean = torch.minimum(mean, torch.full_like(mean, 1 - EPS))
    return kl(target, mean).sum().to(activation)


def by_vmap(activation, target):
    def one(unit):
        return kl(target, unit.mean().clamp(EPS, 1 - EPS))

    return torch.func.vmap(one, in_dims=1)(activation).sum().to(activation)


RIGHT = [
    reference,
    by_vmap,
    by_distributions,
    by_differences,
    by_cross_entropy,
    by_kl_div,
    by_xlogy,
    by_loop,
    by_logits,
    in_doubles,
    by_minimum_and_maximum,
    regularisers.kl_sparsity,
]

# wrong


def unclamped(activation, target):
    return kl(target, activation.mean(0)).sum().to(activation)


def clamped_at(eps):
    """Return an answer with other bounds."""
    return lambda a, t: kl(t, a.mean(0).clamp(eps, 1 - eps)).sum().to(a)


def activations_clamped(a, t):
    return kl(t, a.clamp(EPS, 1 - EPS).mean(0)).sum().to(a)


def nan_to_num(a, t):
    return torch.nan_to_num(kl(t, a.mean(0)), posinf=0.0).sum().to(a)


def nan_branch(a, t):
    mean = a.mean(0)
    safe = kl(t, mean_of(a))
    inside = (mean > EPS) & (mean < 1 - EPS)
    return torch.where(inside, kl(t, mean), safe).sum().to(a)


def masked_zero_only(a, t):
    mean = a.mean(0)
    mean = torch.where(mean == 0, EPS, mean)
    return kl(t, torch.where(mean == 1, 1 - EPS, mean)).sum().to(a)


def first_half(a, t):
    return (t * (t / mean_of(a)).log()).sum()


def second_half(a, t):
    return ((1 - t) * ((1 - t) / (1 - mean_of(a))).log()).sum()


def crossed(a, t):
    mean = mean_of(a)
    return (t * (t / (1 - mean)).log() + (1 - t) * ((1 - t) / mean).log()).sum()


def not_weighted(a, t):
    mean = mean_of(a)
    return ((t / mean).log() + ((1 - t) / (1 - mean)).log()).sum()


def cross_entropy(a, t):
    mean = mean_of(a)
    return F.binary_cross_entropy(mean, torch.full_like(mean, t), reduction="sum")


def kl_div_averaged(a, t):
    mean = mean_of(a)
    p = torch.full_like(mean, t)
    believed = torch.stack([mean, 1 - mean]).log()
    return F.kl_div(believed, torch.stack([p, 1 - p]), reduction="batchmean")


def upper_bound_missing(a, t):
    return kl(t, a.mean(0).clamp(min=EPS)).sum().to(a)


def one_side(a, t):
    return (kl(t, mean_of(a)) * (mean_of(a) > t)).sum().to(a)


def second_half_detached(a, t):
    return first_half(a, t) + second_half(a.detach(), t)


def log_of_number(a, t):
    mean = mean_of(a)
    return (t * (torch.log(t) - mean.log())).sum()


def math_log(a, t):
    return (t * (math.log(t) - math.log(mean_of(a.detach())))).sum()


def new_tensor(a, t):
    return torch.tensor(reference(a, t).item(), dtype=a.dtype)


def by_squeezing(activation, target):
    mean = activation.mean(0) * (1 - 2 * EPS) + EPS
    return kl(target, mean).sum().to(activation)


def by_adding(a, t):
    mean = a.mean(0)
    first = t * (t / (mean + EPS)).log()
    return (first + (1 - t) * ((1 - t) / (1 - mean + EPS)).log()).sum().to(a)


def huge(a, t):
    mean = a.mean(0)
    first = t * (t / mean).log()
    return (first + (1 - t) * ((1 - t) / (1 - mean)).log()).sum().nan_to_num()


def in_place(a, t):
    return reference(a.clamp_(0.2, 0.8), t)


WRONG = [
    Wrong(lambda a, t: reference(a, t) / a.shape[1], "you averaged over the units"),
    Wrong(first_half, "the second half is missing"),
    Wrong(second_half, "the first half is missing"),
    Wrong(lambda a, t: kl(mean_of(a), t).sum().to(a), "the two arguments are swapped"),
    Wrong(lambda a, t: reference(a, t) / math.log(2), "this is in bits"),
    Wrong(lambda a, t: reference(a, t) / math.log(10), "not log10"),
    Wrong(lambda a, t: -reference(a, t), "the sign is the wrong way round"),
    Wrong(lambda a, t: reference(a, t) / len(a), "you divided by the size of the bat"),
    Wrong(lambda a, t: reference(a, t) * len(a), "you multiplied by the size of the"),
    Wrong(lambda a, t: reference(a.T, t), "not over the units: the target is for"),
    Wrong(lambda a, t: reference(a.T, t) / len(a), "not over the units: the target"),
    Wrong(lambda a, t: kl(t, a).sum().to(a), "not one per activation"),
    Wrong(lambda a, t: kl(t, a).mean().to(a), "not one per activation"),
    Wrong(lambda a, t: kl(t, a).sum(1).mean().to(a), "not one per activation"),
    Wrong(
        lambda a, t: kl(t, a.mean()).to(a), "you averaged over units and batch at on"
    ),
    Wrong(
        lambda a, t: kl(t, a.sum(0)).sum().to(a),
        "you took the sum over the batch",
    ),
    Wrong(lambda a, t: first_half(a, t) - second_half(a, t), "half has the wrong sign"),
    Wrong(cross_entropy, "this is the cross-entropy"),
    Wrong(
        lambda a, t: first_half(a, t) + second_half(a, t) * 0, "the second half is m"
    ),
    Wrong(crossed, "target and 1 - target are crossed"),
    Wrong(not_weighted, "the logarithms are not weighted"),
    Wrong(
        lambda a, t: reference(a, t) + kl(mean_of(a), t).sum().to(a),
        "this is the symmetric divergence",
    ),
    Wrong(lambda a, t: (mean_of(a) - t).square().sum(), "a distance between the means"),
    Wrong(lambda a, t: (mean_of(a) - t).abs().sum(), "a distance between the means"),
    Wrong(lambda a, t: reference(a.sigmoid(), t), "the activations went through a sig"),
    Wrong(lambda a, t: reference(a.softmax(1), t), "shares of one whole"),
    Wrong(lambda a, t: reference(a.round(), t), "you rounded the activations"),
    Wrong(lambda a, t: kl(t, mean_of(a)).to(a), "one value per unit"),
    Wrong(lambda a, t: kl(t, a).sum(1).to(a), "one value per image"),
    Wrong(lambda a, t: kl(t, a).to(a), "average the activations over the batch first"),
    Wrong(lambda a, t: reference(a, t)[None], "but also a dimension"),
    Wrong(kl_div_averaged, "in F.kl_div, reduction='sum'"),
    Wrong(one_side, "units below the target cost as well"),
    Wrong(lambda a, t: kl(t, mean_of(a)).max().to(a), "the largest divergence of a u"),
    Wrong(lambda a, t: reference(a.amax(0, keepdim=True), t), "the largest activation"),
    Wrong(second_half_detached, "the gradient with respect to activation"),
    Wrong(lambda a, t: reference(a.relu(), t), "gets no gradient: cut the means of"),
    Wrong(upper_bound_missing, "a unit that is 1 for all images"),
    Wrong(clamped_at(0.01), "the bounds are others"),
    Wrong(unclamped, "There is a log(0) or 1/0 in it"),
    Wrong(clamped_at(1e-8), "float32, 1 - 1e-8 is exactly 1"),
    Wrong(clamped_at(1e-7), "the bounds are others"),
    Wrong(clamped_at(1e-5), "the bounds are others"),
    Wrong(masked_zero_only, "a unit with the mean 1e-9"),
    Wrong(nan_to_num, "such a unit must cost"),
    Wrong(nan_branch, "A branch with log(0), hidden afterwards"),
    Wrong(activations_clamped, "cut the means of the units, not the activations"),
    Wrong(log_of_number, "torch.log works on tensors"),
    Wrong(math_log, "math.log"),
    Wrong(lambda a, t: reference(a.detach(), t), "no gradient flows back"),
    Wrong(new_tensor, "no gradient flows back"),
    Wrong(lambda a, t: reference(a, t).item(), "expected a torch tensor"),
    Wrong(in_place, "clamp(), not clamp_()"),
    Wrong(by_squeezing, "1e-6 was added to the mean"),
    Wrong(by_adding, "1e-6 was added to the mean"),
    Wrong(huge, "e+308 for a unit"),
    Wrong(
        lambda a, t: F.kl_div(torch.full_like(a[0], t), a.mean(0), reduction="sum"),
        "F.kl_div(input, target) wants",
    ),
    Wrong(lambda a, t: reference(a, 0.05), "use the argument"),
]
