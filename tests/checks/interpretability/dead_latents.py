"""Answers to `dead_latents`, in other people's words."""

import numpy as np
import torch

from aelesson import interpret, metrics


def by_numpy(activations, least):
    shares = np.count_nonzero(activations.numpy(), axis=0) / activations.shape[0]
    return int(np.sum(shares < least))


def by_loop(activations, least):
    count = 0
    for latent in range(activations.size(1)):
        on = sum(bool(value) for value in activations[:, latent])
        if on / activations.size(0) < least:
            count += 1
    return count


def by_living(activations, least):
    on = activations.ne(0).sum(dim=0)
    alive = on >= least * activations.shape[0]
    return activations.shape[1] - int(alive.sum())


def by_nonzero(activations, least):
    _, latents = activations.nonzero(as_tuple=True)
    counts = latents.bincount(minlength=activations.shape[1])
    return (counts.double() / len(activations)).lt(least).sum().item()


def by_zeros(activations, least):
    silent = (activations == 0).float().mean(0)
    return torch.sum(1 - silent < least - 1e-6).item()


def of_rows(activations, least):
    return sum(float((row != 0).double().mean()) < least for row in activations)


RIGHT = [
    by_numpy,
    by_loop,
    by_living,
    by_nonzero,
    by_zeros,
    interpret.dead_latents,
]
WRONG = {
    "alive: < and not <=": lambda z, k: int(((z != 0).double().mean(0) <= k).sum()),
    "count the others": lambda z, k: sum(
        int(c.count_nonzero()) / len(c) >= k for c in z.T
    ),
    "never active are counted": [
        lambda z, k: int((~(z != 0).any(0)).sum()),
        lambda z, k: metrics.dead_units(z),
        lambda z, k: int(((z != 0).sum(0) < k).sum()),
    ],
    "also one below 0": lambda z, k: int(((z > 0).sum(0) / len(z) < k).sum()),
    "however small": [
        lambda z, k: int(((z.abs() > 1e-6).double().mean(0) < k).sum()),
        lambda z, k: int(
            (~z.isclose(torch.zeros(()).to(z))).double().mean(0).lt(k).sum()
        ),
    ],
    "the size of a value is no evidence": [
        lambda z, k: int((z.abs().mean(0) < k).sum()),
        lambda z, k: int((z.mean(0) < k).sum()),
        lambda z, k: int((z.abs().max(0).values < k).sum()),
    ],
    "you counted examples": of_rows,
    "one share of all values": lambda z, k: int((z != 0).double().mean() < k),
    "return how many": [
        lambda z, k: by_loop(z, k) / z.shape[1],
        lambda z, k: by_shares(z) < k,
    ],
    "got a list": lambda z, k: np.flatnonzero(by_shares(z) < k).tolist(),
    "got a torch tensor, expected an int": lambda z, k: (by_shares(z) < k).sum(),
}


def by_shares(z):
    return z.count_nonzero(0).double() / len(z)
