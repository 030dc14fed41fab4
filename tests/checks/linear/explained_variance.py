"""Answers to `explained_variance`, in other people's words."""

import numpy as np
from torch.nn import functional as F

from aelesson.linear import explained_variance


def by_codes(x, mean, components):
    centred = x.flatten(1) - mean
    return float(((centred @ components.T) ** 2).sum() / (centred**2).sum())


def by_means(x, mean, components):
    flat = x.reshape(len(x), -1)
    x_hat = mean + (flat - mean) @ components.T @ components
    return 1 - (F.mse_loss(x_hat, flat) / F.mse_loss(mean + 0 * flat, flat)).item()


def by_numpy(x, mean, components):
    flat, rows = (x.flatten(1) - mean).numpy(), components.numpy()
    return 1 - np.linalg.norm(flat - flat @ rows.T @ rows) ** 2 / (flat**2).sum()


RIGHT = [explained_variance, by_codes, by_means, by_numpy]
WRONG = {
    "the share that is lost": lambda *a: 1 - by_codes(*a),
    "lengths without squares": lambda *a: by_codes(*a) ** 0.5,
    "rounded to 2 decimals": lambda *a: round(by_codes(*a), 2),
    "not about that of x": lambda x, m, w: by_codes(x, x.flatten(1).mean(0), w),
    "got a torch tensor": lambda x, m, w: explained_variance(x, m, w) + 0 * m.sum(),
}
