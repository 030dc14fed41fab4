"""Answers to `build_encoder`, in other people's words."""

from itertools import pairwise

import torch
from torch import nn

from aelesson import networks


def but(activation=torch.relu, kept=nn.ModuleList):
    class Encoder(nn.Module):
        def __init__(self, sizes):
            super().__init__()
            self.layers = kept(nn.Linear(n, m) for n, m in pairwise(sizes))

        def forward(self, x):
            x = x.flatten(1)
            for layer in self.layers[:-1]:
                x = activation(layer(x))
            return self.layers[-1](x)

    return Encoder


RIGHT = [but(), but(torch.tanh), lambda sizes: networks.mlp_encoder(sizes, nn.PReLU)]
WRONG = {
    "is there dropout": lambda n: nn.Sequential(nn.Dropout(0.2), but()(n)),
    "not in model.parameters()": but(kept=list),
    "are images flattened first": lambda sizes: networks.mlp_encoder(sizes)[1:],
}
