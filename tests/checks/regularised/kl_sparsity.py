"""Answers to `kl_sparsity`, in other people's words."""

import torch
from torch.distributions import Bernoulli, kl_divergence

from aelesson import regularisers


def by_distributions(activation, target):
    mean = activation.mean(0).clamp(1e-6, 1 - 1e-6)
    coin = Bernoulli(torch.full_like(mean, target))
    return kl_divergence(coin, Bernoulli(mean)).sum()


def by_logits(a, t):
    mean, t = a.mean(0).clamp(1e-6, 1 - 1e-6), torch.tensor(t).to(a)
    rest = t * t.log() + (1 - t) * (1 - t).log()
    return (rest - t * torch.logit(mean) - torch.log1p(-mean)).sum()


RIGHT = [by_distributions, by_logits, regularisers.kl_sparsity]
WRONG = {
    "no gradient flows back": lambda a, t: by_logits(a.detach(), t),
    "math.log for plain numbers": lambda a, t: torch.log(t) - a.mean(0).log(),
    "the target is fixed": lambda a, t: by_logits(a, 0.05),
    "expected a torch tensor": lambda a, t: by_logits(a, t).item(),
    "is an epsilon added": lambda a, t: by_logits(a.mean(0, keepdim=True) + 1e-6, t),
}
