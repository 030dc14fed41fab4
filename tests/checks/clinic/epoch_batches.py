"""Answers to `epoch_batches`, in other people's words."""

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


RIGHT = [
    by_sorting_noise,
    lambda x, size, g: DataLoader(x, size, shuffle=True, generator=g),
]
WRONG = {
    "came in the same order, that of the file": lambda x, size, g: list(x.split(size)),
    "inside each batch only": lambda x, n, g: mixed(x.split(n), g),
    "not within a window": lambda x, n, g: torch.cat(mixed(x.split(999), g)).split(n),
    "you shuffle the batches, not the images": as_batches,
    "two epochs": lambda x, n, g: batching.batches(x, n, g.manual_seed(0)),
    "must be one tensor": lambda x, s, g: [[b] for b in batching.batches(x, s, g)],
    "its pixels were mixed": lambda x, size, g: list(x.flip(-1).split(size)),
}
