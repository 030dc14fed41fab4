"""Answers to `error_per_step`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.data.sequences import lengths_to_mask


def by_lists(x_hat, x, lengths):
    steps = [[] for _ in range(x.shape[1])]
    for a, b, n in zip(x_hat, x, lengths.tolist(), strict=True):
        for t in range(n):
            steps[t].append(F.mse_loss(a[t], b[t]))
    return torch.tensor(
        [sum(each) / len(each) if each else torch.nan for each in steps]
    )


def by_index(x_hat, x, lengths):
    who = [lengths > t for t in range(x.shape[1])]
    return torch.stack([F.mse_loss(x_hat[w, t], x[w, t]) for t, w in enumerate(who)])


def by_nan(x_hat, x, lengths, mean=lambda wrong: wrong.nanmean(0)):
    mask = lengths_to_mask(lengths, x.shape[1])
    return mean(torch.where(mask, (x_hat - x).pow(2).mean(2), torch.nan))


def broken(x_hat, x, lengths):
    return by_nan(x_hat, x, lengths, lambda wrong: wrong.nan_to_num(0).mean(0))


RIGHT = [by_lists, by_index, by_nan]
WRONG = {
    "late steps come out too small": broken,
    "padding is in the mean": (
        lambda a, b, n: F.mse_loss(a, b, reduction="none").mean((0, 2))
    ),
    "the curve is cut": lambda a, b, n: broken(a, b, n)[: int(n.min())],
    "it is nan, not 0": lambda a, b, n: torch.nan_to_num(by_lists(a, b, n), 0.0),
    "sequences without padding": lambda a, b, n: by_nan(
        a[n == n.max()], b[n == n.max()], n[n == n.max()]
    ),
    "square root": lambda a, b, n: by_nan(a, b, n).sqrt(),
}
