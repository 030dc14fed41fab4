"""Answers to `jump_relu`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson import interpret


def by_mask(pre, threshold):
    return pre * (pre > threshold).to(pre.dtype)


def by_fill(pre, threshold):
    return pre.masked_fill(~torch.gt(pre, threshold.expand_as(pre)), 0)


def by_rows(pre, threshold):
    out = []
    for row in pre:
        gaps = row - threshold
        out.append(
            torch.stack([v if g > 0 else v * 0 for v, g in zip(row, gaps, strict=True)])
        )
    return torch.stack(out)


def by_heaviside(pre, threshold):
    return torch.heaviside(pre.detach() - threshold, torch.zeros(()).to(pre)) * pre


def by_places(pre, threshold):
    out = torch.zeros_like(pre)
    rows, columns = torch.nonzero(pre > threshold, as_tuple=True)
    out[rows, columns] = pre[rows, columns]
    return out


def filled(pre, threshold):
    pre[pre <= threshold] = 0
    return pre


def in_data(pre, threshold):
    pre.data[pre.data <= threshold] = 0
    return pre


RIGHT = [by_mask, by_fill, by_rows, by_heaviside, by_places, interpret.jump_relu]
WRONG = {
    "a ReLU behind a shift": [
        lambda pre, threshold: torch.clamp(pre - threshold, min=0),
        lambda pre, threshold: F.softshrink(pre - threshold, 0).clamp_min(0),
    ],
    "this is a plain ReLU": lambda pre, threshold: F.relu(pre),
    "exactly at the threshold": lambda p, t: p * (p - t >= 0).float().to(p.dtype),
    "show their threshold": lambda p, t: torch.where(p > t, p, t.expand_as(p)),
    "this is the mask": lambda p, t: torch.gt(p, t).to(p.dtype) + 0 * p,
    "no abs()": lambda p, t: p * (p.abs() > t),
    "the wrong way round": lambda p, t: p.masked_fill(p > t, 0),
    "a threshold of its own": [
        lambda p, t: F.threshold(p, float(t[0]), 0.0),
        lambda p, t: p * (p > t.sum() / len(t)),
    ],
    "no sigmoid in between": lambda p, t: p * torch.sigmoid(p - t),
    "a gradient goes to silent latents": lambda p, t: p + (by_mask(p, t) - p).detach(),
    "no gradient flows back": lambda p, t: by_mask(p.detach(), t),
    "you change an input in place": filled,
    "changes its input pre in place": in_data,
    "if` asks all values at once": lambda p, t: p if p > t else 0 * p,
}
