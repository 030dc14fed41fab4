"""Answers to `l1_penalty`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson import regularisers


def by_norm(codes):
    return torch.linalg.vector_norm(codes, ord=1, dim=-1)


def by_loss(z):
    return F.l1_loss(z, torch.zeros_like(z), reduction="none").sum(dim=1)


def by_cases(z):
    return torch.where(z < 0, -z, z).sum(-1)


RIGHT = [by_norm, by_loss, by_cases, regularisers.l1_penalty]
WRONG = {
    "NumPy has no gradients": lambda z: torch.from_numpy(abs(z.numpy()).sum(1)),
    "no gradient flows back": lambda z: z.data.abs().sum(1),
    "changes its input z in place": lambda z: z.abs_().sum(1),
    "use abs()": lambda z: (z**2).sqrt().sum(1),
    "or under a root": lambda z: (z * z + 1e-12).sqrt().sum(1),
    "expected a torch tensor": lambda z: [code.abs().sum() for code in z],
}
