"""Answers to `build_encoder`, in other people's words."""

from itertools import pairwise

import torch
from torch import nn

from aelesson import networks


def but(activation=torch.relu, end=torch.clone, kept=nn.ModuleList):
    class Encoder(nn.Module):
        def __init__(self, sizes):
            super().__init__()
            self.layers = kept(nn.Linear(n, m) for n, m in pairwise(sizes))

        def forward(self, x):
            x = x.flatten(1)
            for layer in self.layers[:-1]:
                x = activation(layer(x))
            return end(self.layers[-1](x))

    return Encoder


def within(*before):
    return lambda sizes: nn.Sequential(*before, networks.mlp_encoder(sizes))


RIGHT = [but(), but(torch.tanh), lambda sizes: networks.mlp_encoder(sizes, nn.PReLU)]
WRONG = {
    "stands a square": but(end=torch.square),
    "the code is not what the last layer puts out": but(end=lambda code: 0.1 * code),
    "before your first layer stands": within(nn.Tanh()),
    "a unit depends on the other units": but(lambda a: a.softmax(-1)),
    "the sign is lost": but(torch.square),
    "differ in training mode": within(nn.Dropout(0.2)),
    "not in model.parameters()": but(kept=list),
    "are images flattened first": lambda sizes: networks.mlp_encoder(sizes)[1:],
    "no gradient reaches layers.0": but(lambda a: a.relu().detach()),
    "is not a Module subclass": lambda sizes: nn.Sequential(nn.Flatten(), nn.ReLU),
}
