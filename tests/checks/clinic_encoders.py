"""Answers to `build_encoder`, right and wrong."""

from itertools import pairwise

import torch
from torch import nn

from .answers import Wrong


def build_encoder_broken(sizes):
    layers = [nn.Flatten()]
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)


# right


def without_the_last(sizes):
    return build_encoder_broken(sizes)[:-1]


class Encoder(nn.Module):
    def __init__(self, sizes, activation=torch.relu):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
        self.activation = activation

    def forward(self, x):
        x = x.reshape(len(x), -1)
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


def with_tanh_inside(sizes):
    return Encoder(sizes, torch.tanh)


def with_condition(sizes):
    layers = [nn.Flatten()]
    for i in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        if i < len(sizes) - 2:
            layers.append(nn.LeakyReLU())
    return nn.Sequential(*layers)


RIGHT = [without_the_last, Encoder, with_tanh_inside, with_condition]


# wrong


def ending(*last, body=without_the_last):
    """Return a `build_encoder` that puts something behind the code."""

    def build_encoder(sizes):
        return nn.Sequential(*body(sizes), *last)

    return build_encoder


def with_inner(layers_of):
    def build_encoder(sizes):
        linear = [nn.Linear(n, m) for n, m in pairwise(sizes)]
        return nn.Sequential(nn.Flatten(), *layers_of(linear))

    return build_encoder


def only_last_two_joined(linear):
    layers = []
    for layer in linear:
        layers += [layer, nn.ReLU()]
    return [*layers[:-3], layers[-2]] if len(linear) > 2 else layers[:-1]


def shifted(linear):
    """Activations before each layer but not between the first two."""
    head, *tail = linear
    return [nn.ReLU(), head, *tail]


def with_batch_norm(sizes):
    return nn.Sequential(
        *without_the_last(sizes), nn.BatchNorm1d(sizes[-1], affine=False)
    )


def without_flatten(sizes):
    return without_the_last(sizes)[1:]


def too_short(sizes):
    return without_the_last(sizes[:-1]) if len(sizes) > 2 else without_the_last(sizes)


def without_bias(sizes):
    layers = []
    for n, m in pairwise(sizes):
        layers += [nn.Linear(n, m, bias=False), nn.ReLU()]
    return nn.Sequential(nn.Flatten(), *layers[:-1])


def one_layer(sizes):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(sizes[0], 2), nn.ReLU(), nn.Linear(2, sizes[-1])
    )


def the_list(sizes):
    return list(without_the_last(sizes))


def list_not_unpacked(sizes):
    return nn.Sequential([nn.Flatten(), nn.Linear(sizes[0], sizes[-1])])


class CutOff(Encoder):
    def forward(self, x):
        x = x.flatten(1)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x)).detach()
        return self.layers[-1](x)


class NeverNegative(Encoder):
    def forward(self, x):
        return super().forward(x).square()


class Shifted(Encoder):
    def forward(self, x):
        return super().forward(x).relu() - 0.5


WRONG = [
    Wrong(build_encoder_broken, "the code goes through ReLU"),
    Wrong(ending(nn.Sigmoid()), "the code goes through a sigmoid"),
    Wrong(ending(nn.Tanh()), "the code goes through Tanh"),
    Wrong(ending(nn.LeakyReLU()), "the code goes through leaky ReLU"),
    Wrong(ending(nn.Softplus()), "the code goes through softplus"),
    Wrong(ending(nn.ELU()), "the code goes through ELU"),
    Wrong(ending(nn.LeakyReLU(0.2)), "the code goes through something"),
    Wrong(NeverNegative, "the code goes through something"),
    Wrong(Shifted, "the code goes through something"),
    Wrong(with_inner(lambda linear: linear), "is linear throughout"),
    Wrong(with_inner(shifted), "no activation between layers 1 and 2"),
    Wrong(with_inner(only_last_two_joined), "no activation between layers 2 and 3"),
    Wrong(with_batch_norm, "the code goes through something"),
    Wrong(without_flatten, "flatten the images first"),
    Wrong(too_short, "the last layer is missing"),
    Wrong(without_bias, "linear layers with no bias"),
    Wrong(one_layer, "the parameters of linear layers with sizes"),
    Wrong(the_list, "expected an nn.Module"),
    Wrong(list_not_unpacked, "unpack the layers"),
    Wrong(CutOff, "no gradient reaches"),
    Wrong(lambda sizes: nn.ReLU, "forget the brackets"),
]
