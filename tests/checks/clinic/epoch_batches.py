"""Answers to `epoch_batches`, in other people's words."""

import random

import torch
from torch.utils.data import DataLoader

from aelesson import batching


def by_sorting_noise(images, batch_size, generator):
    chosen = torch.rand(len(images), generator=generator).argsort()
    yield from (images[part] for part in chosen.split(batch_size))


def mixed(parts, generator):
    return [p[torch.randperm(len(p), generator=generator)] for p in parts]


def as_batches(images, size, generator):
    *parts, last = images.split(size)
    return [*mixed([torch.stack(parts)], generator)[0], last]


def windows(size):
    return lambda x, n, g: [*torch.cat(mixed(x.split(size), g)).split(n)]


def rolled(order):
    def turned(x, n, g):
        by = int(torch.randint(len(x), (), generator=g))
        return list(x[order(len(x)).roll(by)].split(n))

    return turned


RIGHT = [
    by_sorting_noise,
    batching.batches,
    lambda x, size, g: DataLoader(x, size, shuffle=True, generator=g),
]
WRONG = {
    "came in the same order, that of the file": lambda x, size, g: list(x.split(size)),
    "inside each batch only": lambda x, n, g: mixed(x.split(n), g),
    "you shuffle the batches, not the images": as_batches,
    "global random state": lambda x, n, g: [*x[torch.randperm(len(x))].split(n)],
    "was not used": lambda x, n, g: [*x[random.sample(range(len(x)), len(x))].split(n)],
    "two epochs": lambda x, n, g: batching.batches(x, n, g.manual_seed(0)),
    "the last batch is missing": lambda x, n, g: [
        b for b in batching.batches(x, n, g) if len(b) == n
    ],
    "not their indices": lambda x, s, g: torch.arange(len(x)).split(s),
    "yours is a list": lambda x, s, g: [[b] for b in batching.batches(x, s, g)],
    "cut it into batches": lambda x, size, g: x[torch.randperm(len(x), generator=g)],
    "its pixels were mixed": lambda x, size, g: list(x.flip(-1).split(size)),
    "you shuffle parts of the data": [windows(10), windows(100)],
    "not within a window or a buffer": windows(1000),
    "Is the data only rotated": rolled(torch.arange),
    "one order is kept": rolled(
        lambda n: torch.randperm(n, generator=torch.Generator().manual_seed(3))
    ),
}
