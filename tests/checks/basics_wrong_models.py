"""Answers to `build_autoencoder` whose model behaves wrongly."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from .answers import Wrong
from .basics_models import (
    Halves,
    Matrices,
    Reference,
    finishing,
    layers_of,
    mlp,
    with_layers,
)


class MixedUp(Reference):
    def forward(self, x):
        pixels = x.reshape(x[0].numel(), -1).T
        return self.body(pixels).T.reshape(x.shape)


class InAList(Reference):
    def __init__(self, sizes):
        nn.Module.__init__(self)
        self.layers = layers_of(sizes)

    def forward(self, x):
        h = x.flatten(1)
        for layer in self.layers:
            h = layer(h)
        return h.view_as(x)


class Detached(Reference):
    def forward(self, x):
        half = len(self.body) // 2
        z = self.body[:half](x.flatten(1)).detach()
        return self.body[half:](z).view_as(x)


class Clamping(nn.Module):
    def forward(self, x):
        return x.clamp(0, 1)


class InPlace(Reference):
    def forward(self, x):
        x -= 0.5
        return super().forward(x)


class Negated(nn.Module):
    def forward(self, x):
        return 0.5 * x.abs()


class UnusedLayer(Reference):
    """As many parameters as the mirror, but `forward` takes a short cut."""

    def forward(self, x):
        body = [layer for layer in self.body if isinstance(layer, nn.Linear)]
        h = F.linear(x.flatten(1), body[0].weight, body[0].bias).relu()
        h = F.linear(h, body[-1].weight, body[-1].bias)
        return h.sigmoid().view_as(x)


class Skip(Reference):
    """The input itself is added before the last sigmoid."""

    def __init__(self, sizes, weight=1.0):
        super().__init__(sizes)
        self.weight = weight

    def forward(self, x):
        h = self.body[:-1](x.flatten(1)) + self.weight * x.flatten(1)
        return h.sigmoid().view_as(x)


class HiddenSkip(Halves):
    """As in a U-Net: a layer of the encoder is added to one of the decoder."""

    def __init__(self, sizes):
        super().__init__(mlp(sizes), mlp(sizes[::-1]))

    def forward(self, x):
        h, passed = x.flatten(1), {}
        for layer in self.encoder:
            h = layer(h)
            passed[h.size(1)] = h  # after its ReLU, which comes later
        for layer in self.decoder:
            h = layer(h)
            if isinstance(layer, nn.ReLU):
                h = h + passed[h.size(1)]
        return h.sigmoid().reshape(x.shape)


class SkippingMatrices(Matrices):
    def forward(self, x):
        return (super().forward(x).logit() + x).sigmoid()


def twice(first, second=nn.Sigmoid):
    return with_layers(output=lambda: nn.Sequential(first(), second()))


def tied(sizes):
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
            self.biases = nn.ParameterList(torch.zeros(n) for n in sizes[-2::-1])

        def forward(self, x):
            h = x.flatten(1)
            for linear in self.encoder[:-1]:
                h = linear(h).relu()
            h = self.encoder[-1](h)
            for linear, bias in zip(reversed(self.encoder), self.biases, strict=True):
                h = F.linear(h.relu(), linear.weight.T, bias)
            return h.sigmoid().view_as(x)

    return Tied()


def one_step_decoder(sizes):
    layers = layers_of(sizes)
    last = nn.Linear(sizes[-1], sizes[0])
    return Reference(sizes, [*layers[: len(layers) // 2], last, nn.Sigmoid()])


def code_to_code(sizes):
    layers = layers_of(sizes)
    half = len(layers) // 2
    extra = nn.Linear(sizes[-1], sizes[-1])
    return Reference(sizes, [*layers[:half], extra, *layers[half:]])


def linear_decoder(sizes):
    layers = layers_of(sizes)
    half = len(layers) // 2
    decoder = [layer for layer in layers[half:] if not isinstance(layer, nn.ReLU)]
    return Reference(sizes, [*layers[:half], *decoder])


def rescaled(x_hat, x):
    low, high = x_hat.min(1, keepdim=True)[0], x_hat.max(1, keepdim=True)[0]
    return ((x_hat - low) / (high - low)).view_as(x)


def naive_sigmoid(x_hat, x):
    return (x_hat.exp() / (1 + x_hat.exp())).view_as(x)


WRONG = [
    Wrong(twice(nn.ReLU), "the output never goes below 0.5, so it cannot draw black"),
    Wrong(twice(nn.Sigmoid), "never goes below 0.5, so it cannot draw black"),
    Wrong(twice(nn.Softplus), "never goes below 0.5, so it cannot draw black"),
    Wrong(twice(nn.GELU), "is there a second activation, such as a ReLU, before"),
    Wrong(twice(nn.ELU), "the output never goes below 0.27"),
    Wrong(twice(nn.Tanh), "the output never goes below 0.27"),
    Wrong(twice(nn.Sigmoid, nn.Tanh), "never goes above 0.76, so it cannot draw white"),
    Wrong(twice(nn.LogSigmoid), "never goes above 0.5, so it cannot draw white"),
    Wrong(Skip, "more of x than the 32 numbers of the code: a skip connection"),
    Wrong(lambda sizes: Skip(sizes, weight=0.1), "a skip connection leads around it"),
    Wrong(HiddenSkip, "nothing of x or of the encoder's layers"),
    Wrong(SkippingMatrices, "a skip connection leads around it"),
    Wrong(
        lambda sizes: Reference((sizes[0], sizes[-1])), "the middle sizes are missing"
    ),
    Wrong(MixedUp, "depends on the others in the batch"),
    Wrong(with_layers(code=nn.ReLU), "the code goes through ReLU"),
    Wrong(with_layers(code=nn.Sigmoid), "the code goes through a sigmoid"),
    Wrong(with_layers(code=nn.Tanh), "the code goes through Tanh"),
    Wrong(with_layers(code=nn.LeakyReLU), "the code goes through leaky ReLU"),
    Wrong(with_layers(code=nn.Softplus), "the code goes through something"),
    Wrong(
        with_layers(code=lambda: nn.ReLU(inplace=True)),
        "the code goes through ReLU",
    ),
    Wrong(with_layers(output=nn.Tanh), "Tanh at the end reaches down to -1"),
    Wrong(with_layers(output=nn.ReLU), "ReLU at the end has no upper limit"),
    Wrong(with_layers(output=nn.Identity), "the output must stay in [0, 1]"),
    Wrong(with_layers(output=lambda: nn.Softmax(1)), "as after a softmax"),
    Wrong(with_layers(output=Clamping), "some outputs are exactly 0 or 1"),
    Wrong(finishing(rescaled, output=nn.Identity), "some outputs are exactly 0 or 1"),
    Wrong(finishing(naive_sigmoid, output=nn.Identity), "large inputs give nan or inf"),
    Wrong(with_layers(hidden=nn.Identity), "no activation between layers 1 and 2"),
    Wrong(linear_decoder, "no activation between layers 4 and 5"),
    Wrong(
        lambda sizes: Matrices(sizes, activation=lambda h: h),
        "your model is linear up to its last sigmoid",
    ),
    Wrong(with_layers(bias=False), "the layers have no biases"),
    Wrong(one_step_decoder, "the decoder is not the mirror"),
    Wrong(code_to_code, "there is a layer from code to code"),
    Wrong(tied, "you use the encoder's weights twice"),
    Wrong(InAList, "self.layers is a plain Python list"),
    Wrong(lambda sizes: Negated(), "your model has no parameters"),
    Wrong(Detached, "no gradient reaches body.0.weight"),
    Wrong(UnusedLayer, "no gradient reaches body.2.weight"),
    Wrong(InPlace, "your model changes its input x in place"),
]
