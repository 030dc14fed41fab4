"""Encoders of every kind, each with the gradients of a step before."""

import torch
from torch import nn

from aelesson.checks.engine.isolation import isolated


class Residual(nn.Module):
    """An encoder that is no `nn.Sequential`, and whose code has two paths."""

    def __init__(self):
        super().__init__()
        self.narrow = nn.Linear(6, 4)
        self.scale = nn.Parameter(torch.tensor([0.5, -1.5, 2.0, 1.0]))

    def forward(self, x):
        """Return a code of 4 units."""
        flat = x.flatten(1)
        return self.scale * self.narrow(flat).tanh() + flat[:, :4].square()


def two_layers():
    first = nn.Flatten(), nn.Linear(8, 5), nn.Softplus()
    return nn.Sequential(*first, nn.Linear(5, 3), nn.Dropout(0.5), nn.Sigmoid())


def convolution():
    return nn.Sequential(nn.Conv2d(1, 2, 2), nn.ELU(), nn.Flatten(), nn.Linear(12, 3))


def large_code():
    return nn.Sequential(nn.Linear(2, 12), nn.Sigmoid())


ENCODERS = {
    "two layers, in eval mode": (two_layers, (4, 2, 2, 2)),
    "a convolutional network, in float64": (convolution, (2, 1, 4, 3)),
    "a linear layer alone": (lambda: nn.Linear(3, 1), (1, 3)),
    "an encoder of a class of its own": (Residual, (3, 6)),
    "a code larger than the image": (
        lambda: nn.Sequential(nn.Linear(2, 12), nn.Sigmoid()),
        (4, 2),
    ),
}


def built(words, dtype):
    """Return the encoder that is meant, with large weights."""
    with isolated(seed=1):
        encoder = ENCODERS[words][0]().to(dtype).train("eval" not in words)
        for parameter in encoder.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.8)
            parameter.grad = torch.ones_like(parameter)
    return encoder
