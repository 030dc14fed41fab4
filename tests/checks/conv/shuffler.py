"""Answers to `shuffler`, in other people's words."""

import numpy as np
import torch


class Shuffler:
    def __init__(self, seed):
        generator = torch.Generator().manual_seed(seed)
        self.order = torch.rand(28 * 28, generator=generator).argsort()

    def __call__(self, x):
        return x.view(-1, 784).index_select(1, self.order).view(-1, 1, 28, 28)


def by(order):
    """Draw an order in each call."""
    return lambda seed: lambda x: x.flatten(1)[:, order(seed)].view(x.shape)


def numpys(seed):
    return torch.from_numpy(np.random.default_rng(seed).permutation(784))


RIGHT = [
    Shuffler,
    by(numpys),
    by(lambda seed: torch.randperm(784, generator=torch.Generator().manual_seed(seed))),
]
WRONG = {
    "two calls with the same images differ": by(lambda _: torch.randperm(784)),
    "nothing is shuffled": lambda seed: lambda x: x,
    "keep its own pixels": lambda seed: lambda x: x.roll(1, 0),
    "whole stretches were moved": lambda seed: lambda x: x.flip(-1),
    "must return a function": lambda seed: Shuffler(seed).order,
}
