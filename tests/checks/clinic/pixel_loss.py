"""Answers to `pixel_loss`, in other people's words."""

import torch
from torch.nn import functional as F

BCE = F.binary_cross_entropy_with_logits


def by_softplus(a, scaled, m, s):
    x = torch.add(m, scaled, alpha=s)
    return (F.softplus(a) - x * a).mean()


def image_by_image(logits, x_scaled, mean, std):
    x = (x_scaled * std + mean).clamp(0, 1)  # rounding alone leaves [0, 1]
    return torch.stack([BCE(a, b) for a, b in zip(logits, x, strict=True)]).mean()


RIGHT = [by_softplus, image_by_image]
WRONG = {
    "above 0": lambda a, x, m, s: F.relu(BCE(a, x)),
    "mean has no effect": lambda a, x, m, s: BCE(a, x * x.std() + x.mean()),
    "std has no effect": lambda a, x, m, s: BCE(a, x + m),
    "mean and std are swapped": lambda a, x, m, s: BCE(a, x * m + s),
    "never goes above": lambda a, x, m, s: BCE(a.clamp(-20, 20), x * s + m),
}
