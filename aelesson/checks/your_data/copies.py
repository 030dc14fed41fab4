"""Images with near copies at known distances, and what large tensors are made."""

from math import prod

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


def copied(trained, near, far, shape, tolerance):
    """Return images, and copies at distances from far below to far above tolerance."""
    train, size = torch.rand(trained, *shape), prod(shape)
    places = torch.randint(trained, (near,))
    lengths = tolerance * torch.logspace(-1.5, 1.5, near)[torch.randperm(near)]
    noise = torch.randn(near, size)
    noise[1::4] = torch.tensor([1.0, -1.0]).repeat(near)[: len(noise[1::4]), None]
    noise[2::4] = torch.eye(size)[torch.randint(size, (len(noise[2::4]),))]
    noise *= (lengths / noise.square().mean(1).sqrt())[:, None]
    test = torch.cat(
        [train[places] + noise.view(near, *shape), torch.rand(far, *shape)]
    )
    twins = test[: near // 3] + 0.1 * tolerance * (torch.rand(near // 3, *shape) - 0.5)
    order = torch.randperm(len(train) + len(twins))
    both = torch.cat([train, twins])[order]
    return {"train": both, "test": test[torch.randperm(len(test))]}


def at_the_edge():
    """Return train, test, tolerance: several copies, exact ones, many, in batches."""
    steps = torch.tensor([0.0, 0.25, 0.5, -0.25]).view(4, 1, 1, 1)
    level = torch.tensor([0.25, 0.75]).repeat(8).view(1, 1, 4, 4)
    exact, many = torch.rand(6, 1, 3, 3), 2 + torch.rand(60, 3, 5, 4)
    large = torch.rand(40, 1, 3, 3), torch.rand(72, 1, 3, 3)
    large[1][[3, 20, 30, 66, 70]] = large[0][[8, 15, 15, 2, 39]]  # on both sides of 64
    twins = torch.rand(1, 1, 2, 2) + torch.tensor([0, 0.01]).view(2, 1, 1, 1)
    like = torch.cat([twins[:1] + 0.02, twins[:1] - 0.02, twins[:1] + 0.5])
    return [
        (twins, like, 0.05),
        (level, level + steps, 0.25),
        (exact, exact[[1, 4]].clone(), 0.0),
        (many, many[5:45].clone(), 0.0),
        (*large, 0.05),
    ]


class Largest(TorchDispatchMode):
    """Note the largest tensor that is made."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            self.most = max(self.most, made.numel())
        return made
