"""Answers to `vq_loss`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.quantise import vq_loss as right


def by_mse(z, quantised, commitment):
    values = z[0].numel()
    moved = F.mse_loss(quantised, z.detach())
    return values * (moved + commitment * F.mse_loss(z, quantised.detach()))


def by_sums(z, quantised, beta):
    first = F.mse_loss(z.detach(), quantised, reduction="sum")
    second = F.mse_loss(quantised.detach(), z, reduction="sum")
    return first / len(z) + beta * second / z.size(0)


def by_norms(z, quantised, commitment):
    def length(a, b):
        return torch.linalg.vector_norm((a - b).reshape(len(a), -1), dim=1).pow(2)

    per_image = length(z.detach(), quantised) + commitment * length(
        z, quantised.detach()
    )
    return per_image.sum() / per_image.numel()


def by_loop(z, quantised, commitment):
    total = 0
    for code, vector in zip(z, quantised, strict=True):
        total = total + ((code.data - vector) ** 2).sum()
        total = total + commitment * ((code - vector.data) ** 2).sum()
    return total / len(z)


def plain(z, q, c):
    return (1 + c) * (z - q).pow(2).flatten(1).sum(1).mean()


def by_dimensions(z, quantised, commitment):
    over = (1, 2, 3) if z.dim() == 4 else (1, 2)[: z.dim() - 1]
    to_codes = (z.detach() - quantised).pow(2).sum(over)
    return (to_codes + commitment * (z - quantised.detach()).pow(2).sum(over)).mean()


RIGHT = [right, by_dimensions, by_mse, by_sums, by_norms, by_loop]
WRONG = {
    "both terms pull at both": plain,
    "the vectors' own has weight 1": [
        lambda z, q, c: right(q, z, c),
        lambda z, q, c: (c * (z.data - q) ** 2 + (z - q.data) ** 2).sum() / len(z),
    ],
    "the places of a map are averaged": lambda z, q, c: (
        (z.data - q).pow(2).sum(1).mean() + c * (z - q.data).pow(2).sum(1).mean()
    ),
    "square each before you sum": lambda z, q, c: by_sums(
        *(each.flatten(1).sum(1, keepdim=True) for each in (z, q)), c
    ),
    "you averaged": lambda z, q, c: (
        F.mse_loss(z.detach(), q) + c * F.mse_loss(z, q.detach())
    ),
    "average over the images": lambda z, q, c: right(z, q, c) * len(z),
    "one moves the vectors": lambda z, q, c: right(z, q, 0.0),
    "take their squares": lambda z, q, c: (
        (z.detach() - q).flatten(1).norm(dim=1)
        + c * (z - q.detach()).flatten(1).norm(dim=1)
    ).mean(),
    "the second term pulls at the vectors as well": lambda z, q, c: (
        (z.data - q).pow(2).flatten(1).sum(1) + c * (z - q).pow(2).flatten(1).sum(1)
    ).mean(),
    "no gradient flows back": lambda z, q, c: right(z, q, c).detach(),
    "flatten(1), then sum(1)": lambda z, q, c: (
        (z.detach() - q).square().sum((1, 2, 3)).mean()
    ),
    "got a float, expected a torch tensor": lambda z, q, c: right(z, q, c).item(),
    "no half": lambda z, q, c: right(z, q, c) / 2,
    "weighs the second term alone": lambda z, q, c: by_sums(c**0.5 * z, c**0.5 * q, 1),
}
