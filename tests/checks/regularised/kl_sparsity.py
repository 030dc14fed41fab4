"""Answers to `kl_sparsity`, in other people's words."""

import math

import torch
from torch.distributions import Bernoulli, kl_divergence

from aelesson import regularisers

EPS = 1e-6


def mean_of(activation):
    return activation.mean(0).clamp(EPS, 1 - EPS)


def by_distributions(activation, target):
    mean = mean_of(activation)
    coin = Bernoulli(torch.full_like(mean, target))
    return kl_divergence(coin, Bernoulli(mean)).sum()


def by_logits(activation, target):
    mean = mean_of(activation)
    rest = target * math.log(target) + (1 - target) * math.log(1 - target)
    return (rest - target * torch.logit(mean) - torch.log1p(-mean)).sum()


def branched(a, t):
    mean = a.mean(0)
    each = t * (t / mean).log() + (1 - t) * ((1 - t) / (1 - mean)).log()
    safe = t * (t / mean_of(a)).log() + (1 - t) * ((1 - t) / (1 - mean_of(a))).log()
    return torch.where((mean > EPS) & (mean < 1 - EPS), each, safe).sum().to(a)


RIGHT = [by_distributions, by_logits, regularisers.kl_sparsity]
WRONG = {
    "no gradient flows back": lambda a, t: by_logits(a.detach(), t),
    "A branch with log(0), hidden afterwards": branched,
    "math.log on plain numbers": lambda a, t: torch.log(t) - mean_of(a).log(),
    "your target is a fixed number": lambda a, t: by_logits(a, 0.05),
    "expected a torch tensor": lambda a, t: by_logits(a, t).item(),
    "changes its input activation in place": lambda a, t: by_logits(
        a.data.clamp_(0.2, 0.8), t
    ),
}
