"""Answers to `psnr`, in other people's words."""

import math

import torch
from torch.nn import functional as F

from aelesson import metrics


def of_root(a, b):
    rmse = torch.linalg.vector_norm((a - b).flatten(1), dim=1) / a[0].numel() ** 0.5
    return 20 * torch.log10(1 / rmse)


def natural(x_hat, x):
    mse = F.mse_loss(x_hat, x, reduction="none").reshape(len(x), -1).mean(-1)
    return 10 * torch.log(1 / mse) / math.log(10)


RIGHT = [of_root, natural, metrics.psnr]
WRONG = {
    "must get inf, and no other one": lambda a, b: natural(a, b).clamp(max=100),
    "flatten(1) first": lambda a, b: -10 * (a - b).square().mean((1, 2, 3)).log10(),
    "math.log10 takes one number": (
        lambda a, b: -10 * math.log10((a - b).square().flatten(1).mean(1))
    ),
    "changes its input x_hat in place": lambda a, b: of_root(a.sub_(b), 0 * b),
}
