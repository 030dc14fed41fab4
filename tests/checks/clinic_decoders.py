"""Answers to `build_decoder`, right and wrong."""

from itertools import pairwise

import torch
from torch import nn

from .answers import Wrong


def build_decoder_broken(sizes):
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    return nn.Sequential(*layers)


def mlp(sizes, activation=nn.Tanh):
    layers = []
    for n, m in pairwise(sizes):
        layers += [nn.Linear(n, m), activation()]
    return nn.Sequential(*layers[:-1])


# right


def sigmoid_instead(sizes):
    return nn.Sequential(*build_decoder_broken(sizes)[:-1], nn.Sigmoid())


class Decoder(nn.Module):
    """Ends in a function of the last layer's output."""

    def __init__(self, sizes, last=torch.sigmoid, activation=nn.ReLU):
        super().__init__()
        self.body, self.last = mlp(sizes, activation), last

    def forward(self, z):
        return self.last(self.body(z))


def tanh_moved(sizes):
    return Decoder(sizes, lambda a: (torch.tanh(a) + 1) / 2, nn.Tanh)


def relu_inside(sizes):
    return Decoder(sizes)


def with_error_function(sizes):
    return Decoder(sizes, lambda a: 0.5 * (1 + torch.erf(a)), nn.GELU)


def by_distribution(sizes):
    return Decoder(sizes, torch.special.ndtr, nn.ELU)


def slow_ends(sizes):
    return Decoder(sizes, lambda a: (nn.functional.softsign(a) + 1) / 2, nn.Softplus)


def learnt_slope_inside(sizes):
    return Decoder(sizes, torch.sigmoid, nn.PReLU)


RIGHT = [sigmoid_instead, tanh_moved, relu_inside, with_error_function]
RIGHT += [by_distribution, slow_ends, learnt_slope_inside]


class FromTheEnd(nn.Module):
    """Has its last layer first."""

    def __init__(self, sizes):
        super().__init__()
        backwards = sizes[::-1]
        self.layers = nn.ModuleList(nn.Linear(m, n) for n, m in pairwise(backwards))

    def forward(self, z):
        *hidden, last = reversed(self.layers)
        for layer in hidden:
            z = torch.relu(layer(z))
        return torch.sigmoid(last(z))


RIGHT.append(FromTheEnd)


# wrong


def ending(last, activation=nn.Tanh):
    """Return a `build_decoder` that ends in its own way."""

    def build_decoder(sizes):
        return Decoder(sizes, last, activation)

    return build_decoder


def stretched(a):
    return (a - a.min()) / (a.max() - a.min())


def stretched_softly(a):
    return torch.sigmoid((a - a.mean(0)) / (a.std(0, unbiased=False) + 1))


def no_faint_grey(a):
    return torch.where(a.sigmoid() < 0.1, 0, a.sigmoid())


def linear_inside(sizes):
    return ending(torch.sigmoid, nn.Identity)(sizes)


def first_two_joined(sizes):
    if len(sizes) < 4:
        return sigmoid_instead(sizes)
    layers = list(sigmoid_instead(sizes))
    return nn.Sequential(layers[0], *layers[2:])


def last_sigmoid_after_tanh(sizes):
    return nn.Sequential(*build_decoder_broken(sizes), nn.Sigmoid())


def too_short(sizes):
    return sigmoid_instead(sizes[:-1]) if len(sizes) > 2 else sigmoid_instead(sizes)


def without_bias(sizes):
    layers = [nn.Linear(n, m, bias=False) for n, m in pairwise(sizes)]
    body = [part for layer in layers for part in (layer, nn.Tanh())]
    return nn.Sequential(*body[:-1], nn.Sigmoid())


def cut_off(sizes):
    decoder = ending(torch.sigmoid)(sizes)
    decoder.body[0].requires_grad_(False)
    return decoder


class CutInUse(Decoder):
    """Has a sigmoid in training only."""

    def forward(self, z):
        a = self.body(z)
        return a.sigmoid() if self.training else a.clamp(0, 1)


WRONG = [
    Wrong(build_decoder_broken, "Tanh, or half of it, still reaches below 0"),
    Wrong(mlp, "Without an activation at the end"),
    Wrong(ending(torch.relu), "ReLU at the end has no upper limit"),
    Wrong(ending(lambda a: a.clamp(0, 1)), "you cut the range"),
    Wrong(ending(lambda a: a.tanh().relu()), "you cut the range"),
    Wrong(ending(lambda a: 0.5 * a.tanh()), "Tanh, or half of it"),
    Wrong(last_sigmoid_after_tanh, "so it cannot draw black"),
    Wrong(ending(lambda a: a.relu().sigmoid()), "so it cannot draw black"),
    Wrong(ending(lambda a: 0.5 * a.sigmoid()), "so it cannot draw white"),
    Wrong(ending(lambda a: a.softmax(1)), "Pixels do not compete"),
    Wrong(ending(stretched), "depends on the others in the batch"),
    Wrong(ending(stretched_softly), "depends on the others in the batch"),
    Wrong(ending(lambda a: 0.2 + 0.6 * a.sigmoid()), "so it cannot draw black"),
    Wrong(ending(lambda a: 0.9 * a.sigmoid()), "so it cannot draw white"),
    Wrong(ending(lambda a: a.clamp(-2, 2).sigmoid()), "so it cannot draw black"),
    Wrong(ending(lambda a: a.sigmoid().clamp(0.1, 0.9)), "so it cannot draw black"),
    Wrong(ending(lambda a: (3 * a.tanh()).sigmoid()), "so it cannot draw black"),
    Wrong(ending(nn.functional.hardsigmoid), "you cut the range"),
    Wrong(ending(lambda a: a + (a.clamp(0, 1) - a).detach()), "you cut the range"),
    Wrong(CutInUse, "you cut the range"),
    Wrong(ending(no_faint_grey), "you cut the range"),
    Wrong(ending(lambda a: (10 * a).sigmoid()), "it saturates"),
    Wrong(ending(torch.sigmoid, lambda: nn.Softmax(1)), "as after a softmax"),
    Wrong(linear_inside, "linear up to its last activation"),
    Wrong(first_two_joined, "no activation between layers 1 and 2"),
    Wrong(too_short, "the last layer is missing"),
    Wrong(without_bias, "linear layers with no bias"),
    Wrong(cut_off, "no gradient reaches"),
    Wrong(lambda sizes: list(mlp(sizes)), "expected an nn.Module"),
]
