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


class Largest(TorchDispatchMode):
    """Note the largest tensor that is made."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            self.most = max(self.most, made.numel())
        return made
