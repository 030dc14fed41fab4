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


def learnt_slope_inside(sizes):
    return nn.Sequential(
        *(nn.PReLU() if isinstance(m, nn.ReLU) else m for m in without_the_last(sizes))
    )


def with_silu(sizes):
    return Encoder(sizes, nn.functional.silu)


RIGHT = [without_the_last, Encoder, with_tanh_inside, with_condition]
RIGHT += [learnt_slope_inside, with_silu]


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


def first_two_joined(linear):
    head, *tail = linear
    behind = [part for layer in tail for part in (layer, nn.ReLU())]
    return [head, *(behind[:-1] if len(tail) > 1 else [nn.ReLU(), *tail])]


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


class Prepared(Encoder):
    """Changes the pixels first."""

    def __init__(self, sizes, change=torch.sigmoid):
        super().__init__(sizes)
        self.change = change

    def forward(self, x):
        return super().forward(self.change(x))


def starting(change):
    return lambda sizes: Prepared(sizes, change)


def inside(activation):
    return lambda sizes: Encoder(sizes, activation)


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
    Wrong(with_inner(shifted), "the pixels go through ReLU before"),
    Wrong(with_inner(only_last_two_joined), "no activation between layers 2 and 3"),
    Wrong(with_inner(first_two_joined), "no activation between layers 1 and 2"),
    Wrong(Prepared, "the pixels go through a sigmoid before"),
    Wrong(starting(torch.tanh), "the pixels go through Tanh before"),
    Wrong(starting(lambda x: 255 * x), "the pixels go through something before"),
    Wrong(starting(lambda x: x - 0.5), "the pixels go through something before"),
    Wrong(starting(lambda x: x.clamp(0, 1)), "the pixels go through something before"),
    Wrong(inside(lambda a: a.softmax(-1)), "as after a softmax"),
    Wrong(inside(torch.square), "the sign is lost"),
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
