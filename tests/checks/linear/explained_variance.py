"""Answers to `explained_variance`, in other people's words."""

import numpy as np

from aelesson.linear import explained_variance


def by_codes(x, mean, components):
    centred = x.flatten(1) - mean
    return float(((centred @ components.T) ** 2).sum() / (centred**2).sum())


def by_numpy(x, mean, components):
    flat, rows = (x.flatten(1) - mean).numpy(), components.numpy()
    return 1 - np.linalg.norm(flat - flat @ rows.T @ rows) ** 2 / (flat**2).sum()


RIGHT = [explained_variance, by_codes, by_numpy]
WRONG = {
    "the share that is lost": lambda *a: 1 - by_codes(*a),
    "add up squares: no lengths": lambda *a: by_codes(*a) ** 0.5,
    "rounded to 2 decimals": lambda *a: round(by_codes(*a), 2),
    "got a torch tensor": lambda x, m, w: explained_variance(x, m, w) + 0 * m.sum(),
}
