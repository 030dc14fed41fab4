"""Answers to `build_decoder`, in other people's words."""

from itertools import pairwise

import torch
from torch import nn


def ending(last=torch.sigmoid, inside=nn.ReLU, bias=True):
    class Decoder(nn.Module):
        def __init__(self, sizes):
            super().__init__()
            layers = [nn.Linear(n, m, bias) for n, m in pairwise(sizes)]
            body = [part for layer in layers for part in (layer, inside())]
            self.body = nn.Sequential(*body[:-1])

        def forward(self, z):
            return last(self.body(z))

    return Decoder


RIGHT = [ending(), ending(lambda a: (a.tanh() + 1) / 2, nn.PReLU)]
RIGHT += [ending(torch.special.ndtr, nn.GELU)]
WRONG = {
    "a Tanh times 0.5": ending(lambda a: a.tanh() / 2),
    "in training mode only": lambda n: nn.Sequential(ending()(n), nn.Dropout(0.9)),
    "pixels do not compete": ending(lambda a: a.softmax(1)),
    "depends on the others in the batch": ending(lambda a: (a - a.min()).sigmoid()),
    "something that is no sigmoid": ending(lambda a: 0.2 + 0.6 * a.sigmoid()),
    "is there a clamp before or behind": ending(lambda a: a.clamp(-2, 2).sigmoid()),
    "the sigmoid at the end saturates": ending(lambda a: (10 * a).sigmoid()),
    "linear layers with no bias": ending(bias=False),
    "is frozen": lambda sizes: ending()(sizes).requires_grad_(False),
    "your layers lead": lambda sizes: ending()((*sizes, sizes[-1])),
}
