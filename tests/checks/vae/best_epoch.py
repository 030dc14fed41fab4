"""Answers to `best_epoch`, in other people's words."""

import numpy as np
import torch


def by_min(nll, kl, warm_up):
    return min(range(len(nll)), key=lambda epoch: nll[epoch] + kl[epoch])


def by_numpy(nll, kl, warm_up):
    return int(np.argmin(np.add(nll, kl)))


def by_loop(nll, kl, warm_up):
    best, least = None, float("inf")
    for epoch in range(len(nll)):
        if nll[epoch] + kl[epoch] < least:
            best, least = epoch, nll[epoch] + kl[epoch]
    return best


def broken(nll, kl, warm_up):
    losses = []
    for epoch in range(len(nll)):
        beta = min(1, epoch / warm_up)
        losses.append(nll[epoch] + beta * kl[epoch])
    return losses.index(min(losses))


RIGHT = [by_min, by_numpy, by_loop]
WRONG = {
    "weighed differently": broken,
    "reconstruction alone": lambda nll, kl, w: int(np.argmin(nll)),
    "least KL": lambda nll, kl, w: kl.index(min(kl)),
    "Call `.item()`": lambda nll, kl, w: (
        torch.tensor(nll).add(torch.tensor(kl)).argmin()
    ),
}
