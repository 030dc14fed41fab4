"""Answers to `build_decoder`, in other people's words."""

from itertools import pairwise

import torch
from torch import nn


def ending(last=torch.sigmoid, inside=nn.ReLU):
    class Decoder(nn.Module):
        def __init__(self, sizes):
            super().__init__()
            body = [(nn.Linear(n, m), inside()) for n, m in pairwise(sizes)]
            self.body = nn.Sequential(*sum(body, ())[:-1])

        def forward(self, z):
            return last(self.body(z))

    return Decoder


RIGHT = [ending(torch.special.ndtr), ending(lambda a: (a.tanh() + 1) / 2, nn.PReLU)]
WRONG = {
    "pixels do not compete": ending(lambda a: a.softmax(1)),
    "something that is no sigmoid": ending(lambda a: 0.2 + 0.6 * a.sigmoid()),
    "is there a clamp before or behind": ending(lambda a: a.clamp(-2, 2).sigmoid()),
    "or saturates": ending(lambda a: (10 * a).sigmoid()),
    "your layers lead": lambda sizes: ending()((*sizes, sizes[-1])),
}
