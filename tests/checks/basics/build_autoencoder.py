"""Answers to `build_autoencoder`, in other people's words."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


class Loop(nn.Module):
    """Layers in a list; `known` tells whether an optimizer would find them."""

    def __init__(self, sizes, bend=F.gelu, end=torch.special.expit, known=True):
        super().__init__()
        pairs = list(pairwise(sizes + sizes[-2::-1]))
        layers = [nn.Linear(n, m) for n, m in pairs]
        self.layers = nn.ModuleList(layers) if known else layers
        self.bend, self.end, self.code = bend, end, len(sizes) - 1

    def forward(self, x):
        h = x.flatten(start_dim=1)
        for place, layer in enumerate(self.layers, 1):
            h = layer(h)
            h = h if place in (self.code, len(self.layers)) else self.bend(h)
        return self.end(h).unflatten(1, x.shape[1:])


def part(**changes):
    return lambda sizes: Loop(sizes, **changes)


one = Loop((12, 5))  # whatever sizes are asked for
RIGHT = [Loop, part(end=F.hardsigmoid), part(bend=torch.tanh)]
WRONG = {
    "Is it kept in a Python list?": part(known=False),
    "no activation between layers 1 and 2": part(bend=lambda h: h),
    "pixels must stay in [0, 1]": part(end=lambda h: 255 * h.sigmoid()),
    "take what layers take and give": lambda sizes: one,
}
