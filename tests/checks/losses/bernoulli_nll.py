"""Answers to `bernoulli_nll`, in other people's words."""

import torch
from torch.distributions import Bernoulli
from torch.nn import functional as F

from aelesson.losses import bernoulli_nll


def by_torch(logits, x):
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return bce.flatten(1).sum(1)


def by_distribution(logits, x):
    believed = Bernoulli(logits=logits, validate_args=False)
    return -believed.log_prob(x).sum(dim=tuple(range(1, x.dim())))


def masked(a, x):
    return (torch.where(a > 20, a, a.exp().log1p()) - x * a).flatten(1).sum(1)


RIGHT = [bernoulli_nll, by_torch, by_distribution]
WRONG = {
    "or a clamp does that": lambda a, x: by_torch(a.clamp(-30, 30), x),
    "its gradient at logits is nan": masked,
    "wants probabilities": lambda a, x: F.binary_cross_entropy(a, x),
    "one number for the whole batch": F.binary_cross_entropy_with_logits,
    "pixels only, and these are grey": lambda a, x: -Bernoulli(logits=a).log_prob(x),
}
