"""Right answers to `build_autoencoder`, and the pieces that wrong ones share."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn


def mirrored(sizes):
    return sizes + sizes[-2::-1]


# build_autoencoder: right


def layers_of(sizes, hidden=nn.ReLU, code=nn.Identity, output=nn.Sigmoid, **options):
    """Return the layers of a right answer, or of one with a wrong piece put in."""
    layers, last = [], 2 * (len(sizes) - 1) - 1
    for i, (n, m) in enumerate(pairwise(mirrored(sizes))):
        layers.append(nn.Linear(n, m, **options))
        layers.append(
            output() if i == last else code() if i == len(sizes) - 2 else hidden()
        )
    return layers


class Reference(nn.Module):
    """Flatten, a stack of layers, and back to the shape of the image."""

    def __init__(self, sizes, layers=None):
        super().__init__()
        self.body = nn.Sequential(*(layers or layers_of(sizes)))

    def forward(self, x):
        return self.body(x.flatten(1)).view_as(x)


class Split(nn.Module):
    """Encoder and decoder as modules of their own, tanh activations, a reshape."""

    def __init__(self, sizes):
        super().__init__()
        layers = layers_of(sizes, hidden=nn.Tanh)
        self.encoder = nn.Sequential(nn.Flatten(), *layers[: len(layers) // 2])
        self.decoder = nn.Sequential(*layers[len(layers) // 2 :])

    def encode(self, x):
        return self.encoder(x)

    def forward(self, x):
        return self.decoder(self.encode(x)).reshape(x.shape)


class Functional(nn.Module):
    """A ModuleList and functional activations; the code is told by its index."""

    def __init__(self, sizes):
        super().__init__()
        self.linear = nn.ModuleList(
            nn.Linear(n, m) for n, m in pairwise(mirrored(sizes))
        )
        self.code = len(sizes) - 2

    def forward(self, x):
        h = x.view(x.size(0), -1)
        for i, linear in enumerate(self.linear):
            h = linear(h)
            if i not in (self.code, len(self.linear) - 1):
                h = F.leaky_relu(h, 0.2)
        return (h.tanh() / 2 + 0.5).view(x.shape)


class Matrices(nn.Module):
    """No nn.Linear at all: matrices of its own."""

    def __init__(self, sizes, activation=F.gelu):
        super().__init__()
        pairs = list(pairwise(mirrored(sizes)))
        self.weights = nn.ParameterList(torch.randn(n, m) / n**0.5 for n, m in pairs)
        self.biases = nn.ParameterList(torch.zeros(m) for _, m in pairs)
        self.code, self.activation = len(sizes) - 2, activation

    def forward(self, x):
        h = torch.einsum("b...->b...", x).flatten(start_dim=1)
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.einsum("bn,nm->bm", h, weight) + bias
            if i not in (self.code, len(self.weights) - 1):
                h = self.activation(h)
        return torch.special.expit(h).unflatten(1, x.shape[1:])


def with_dropout(sizes):
    layers = layers_of(sizes, hidden=lambda: nn.Sequential(nn.ReLU(), nn.Dropout(0.1)))
    return Reference(sizes, layers)


def with_dropout_in_front(sizes):
    return Reference(sizes, [nn.Dropout(0.5), *layers_of(sizes)])


def mlp(sizes):
    """Build a stack of layers as the sheet's last hint does."""
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Halves(nn.Module):
    """The sheet's solution, made of any two halves."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        z = self.encoder(x.flatten(1))
        return torch.sigmoid(self.decoder(z)).reshape(x.shape)


def sheet_solution(sizes):
    return Halves(mlp(sizes), mlp(sizes[::-1]))


def with_layers(**pieces):
    """Return a builder of the reference with other pieces put in."""
    return lambda sizes: Reference(sizes, layers_of(sizes, **pieces))


class Not(Reference):
    """The reference with another last step: `finish(x_hat, x)`."""

    def __init__(self, sizes, finish, layers=None):
        super().__init__(sizes, layers)
        self.finish = finish

    def forward(self, x):
        return self.finish(self.body(x.flatten(1)), x)


def finishing(finish, **pieces):
    return lambda sizes: Not(sizes, finish, layers_of(sizes, **pieces))


RIGHT = [
    Reference,
    Split,
    Functional,
    Matrices,
    with_dropout,
    with_layers(hidden=nn.GELU, code=nn.Identity),
    with_layers(hidden=lambda: nn.ReLU(inplace=True)),
    with_layers(hidden=nn.LeakyReLU),
    with_layers(hidden=nn.Softplus),
    with_layers(output=nn.Hardsigmoid),
    with_layers(output=lambda: nn.Sequential(nn.Sigmoid(), nn.ReLU())),
    with_dropout_in_front,
    sheet_solution,
]
