"""Answers to `masked_mse`, in other people's words."""

import torch
from torch.nn import functional as F


def loops(x_hat, x, mask):
    total, count = 0, 0
    for b, t in mask.nonzero().tolist():
        total = total + (x_hat[b, t] - x[b, t]).square().sum()
        count += x.shape[2]
    return total / count


RIGHT = [
    lambda a, b, m: F.mse_loss(a[m], b[m]),
    lambda a, b, m: torch.where(m[..., None], a - b, 0).norm() ** 2 / a[m].numel(),
    loops,
]
WRONG = {
    "0 * nan is nan": lambda a, b, m: F.mse_loss(a * m[..., None], b * m[..., None]),
    "Choose before you square": lambda a, b, m: (a - b).square().mean(2)[m].mean(),
    "(B, T, F): mask[..., None]": lambda a, b, m: ((a - b).square() * m).sum(),
    "F numbers in each valid": lambda a, b, m: F.mse_loss(a[m], b[m]) * a.shape[2],
    "0.5 times": lambda a, b, m: F.mse_loss(a[m], b[m]) / 2,
    "hidden": lambda a, b, m: (a - b)[m][(a - b)[m].isfinite()].square().mean(),
    "no gradient flows back": lambda a, b, m: F.mse_loss(a.detach()[m], b[m]),
}
