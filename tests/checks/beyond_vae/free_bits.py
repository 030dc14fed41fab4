"""Answers to `free_bits`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.losses import free_bits as right


def by_maximum(kl, least):
    prices = torch.stack([column.sum() / len(column) for column in kl.T])
    return torch.maximum(prices, torch.full_like(prices, least)).sum()


def by_where(cost, floor):
    mean = torch.mean(cost, dim=0)
    return torch.sum(torch.where(mean > floor, mean, floor))


def by_relu(kl, least):
    return (F.relu(kl.mean(0) - least) + least).sum()


def by_loop(kl, least):
    total = torch.zeros(())
    for unit in range(kl.shape[1]):
        price = kl[:, unit].mean()
        total = total + (price if price > least else least)
    return total


def per_image(kl, least):
    return torch.clamp(kl, min=least).sum(1).mean()


def hinge(kl, least):
    return F.relu(kl.mean(dim=0) - least).sum()


def of_the_total(kl, least):
    return max(kl.sum(1).mean(), torch.tensor(least).to(kl))


RIGHT = [right, by_maximum, by_where, by_relu, by_loop]
WRONG = {
    "average before you clamp": per_image,
    "least is not taken off": hinge,
    "each unit has a least of its own": of_the_total,
    "not as nothing": lambda kl, least: kl.mean(0)[kl.mean(0) >= least].sum(),
    "a mean is a hidden beta": lambda kl, least: by_relu(kl, least) / kl.shape[1],
    "a most, not a least": lambda kl, least: kl.mean(0).clamp(max=least).sum(),
    "take the mean over the batch": lambda kl, least: kl.sum(0).clamp(min=least).sum(),
    "no gradient flows back": lambda kl, least: right(kl, least).detach(),
    "got a float, expected a torch tensor": lambda kl, least: right(kl, least).item(),
    "average over the images": lambda kl, least: kl.mean(1).clamp(min=least).sum(),
    "changes its input kl in place": lambda kl, least: right(kl.data.mul_(2), least),
    "no gradient there": lambda kl, least: (
        kl.mean(0) + (kl.mean(0).clamp(min=least) - kl.mean(0)).data
    ).sum(),
}
