"""Answers to `build_autoencoder` that return no model, or one of wrong shapes."""

import torch
from torch import nn

from .answers import Wrong
from .basics_models import Halves, Reference, finishing, layers_of, mlp


class Unflattened(Reference):
    def forward(self, x):
        return self.body(x)


class FlattenedBatch(Reference):
    def forward(self, x):
        return self.body(x.view(1, -1)).view_as(x)


class NoForward(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.body = nn.Sequential(*layers_of(sizes))

    def foward(self, x):
        return self.body(x.flatten(1)).view_as(x)


class Pair(Reference):
    def forward(self, x):
        half = len(self.body) // 2
        z = self.body[:half](x.flatten(1))
        return z, self.body[half:](z).view_as(x)


class Overwritten(Halves):
    def __init__(self, sizes):
        super().__init__(mlp(sizes), mlp(sizes[::-1]))

    def forward(self, x):
        x = x.flatten(1)
        return torch.sigmoid(self.decoder(self.encoder(x))).reshape(x.shape)


class ModuleListCalled(Reference):
    def __init__(self, sizes):
        nn.Module.__init__(self)
        self.body = nn.ModuleList(layers_of(sizes))


class LayerForFunction(Halves):
    def __init__(self, sizes):
        super().__init__(mlp(sizes), mlp(sizes[::-1]))

    def forward(self, x):
        h = nn.ReLU(self.encoder[0](x.flatten(1)))
        return self.decoder(self.encoder[2:](h)).sigmoid().reshape(x.shape)


def without_brackets(sizes):
    return nn.Sequential(nn.Flatten(), nn.Linear(sizes[0], sizes[1]), nn.ReLU)


def only_encoder(sizes):
    layers = layers_of(sizes)
    return nn.Sequential(nn.Flatten(), *layers[: len(layers) // 2])


def fixed_784(sizes):
    return Reference(sizes, layers_of((784, *sizes[1:])))


def fixed_28(sizes):
    layers = [nn.Flatten(), *layers_of(sizes), nn.Unflatten(1, (1, 28, 28))]
    return nn.Sequential(*layers)


WRONG = [
    Wrong(Overwritten, "(keep the original x: did you overwrite it?)"),
    Wrong(
        lambda sizes: Halves(mlp(sizes), mlp(sizes)),
        "the code has 32 numbers, but the next layer takes 784: build the decoder from "
        "sizes[::-1]",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes), mlp(sizes[:-1][::-1])),
        "the code has 32 numbers, but the next layer takes 64: build the decoder",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes[::-1]), mlp(sizes)),
        "the image has 784 values, but the next layer takes 32: build the encoder",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes[:2]), mlp(sizes[::-1])),
        "a layer puts out 128 numbers, but the next layer takes 32: are the sizes in",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes), mlp(sizes[1:][::-1])),
        "the decoder ends in 128 values, the image has 784: is its last layer missing?",
    ),
    Wrong(
        lambda sizes: Reference(sizes, [mlp(sizes), mlp(sizes[1:][::-1])]),
        "the decoder ends in 128 values",
    ),
    Wrong(
        lambda sizes: nn.Sequential(
            nn.Flatten(), mlp(sizes), mlp(sizes[1:][::-1]), nn.Unflatten(1, (1, 28, 28))
        ),
        "the decoder ends in 128 values",
    ),
    Wrong(
        lambda sizes: nn.Sequential(nn.Flatten(), mlp(sizes), mlp(sizes[1:][::-1])),
        "expected (4, 1, 28, 28): the decoder ends in 128 values",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes), nn.Identity()),
        "this is the code; the decoder, the mirror, is missing",
    ),
    Wrong(
        lambda sizes: nn.Sequential(layers_of(sizes)), "Unpack it: nn.Sequential(*laye"
    ),
    Wrong(
        lambda sizes: nn.Sequential(layer for layer in layers_of(sizes)), "Unpack it: "
    ),
    Wrong(without_brackets, "write nn.ReLU(), with brackets"),
    Wrong(LayerForFunction, "nn.ReLU(h) makes a layer and does not apply it"),
    Wrong(
        finishing(lambda x_hat, x: nn.Sigmoid(x_hat).reshape(x.shape)),
        "Write torch.sigmoid(h), or nn.Sigmoid()(h)",
    ),
    Wrong(ModuleListCalled, "nn.ModuleList only holds layers"),
    Wrong(Unflattened, "Flatten each image first"),
    Wrong(FlattenedBatch, "you flattened the whole batch into one row"),
    Wrong(finishing(lambda x_hat, x: x_hat), "the image is still flat"),
    Wrong(fixed_784, "Is a number such as 784 or 28 written in your code?"),
    Wrong(fixed_28, "Is a number such as 784 or 28 written in your code?"),
    Wrong(only_encoder, "this is the code"),
    Wrong(Pair, "your model returns 2 things"),
    Wrong(NoForward, "your NoForward has no `forward`"),
    Wrong(lambda sizes: Reference, "you returned the class Reference itself"),
    Wrong(lambda sizes: lambda x: x, "return an nn.Module"),
    Wrong(lambda sizes: (only_encoder(sizes), nn.Identity()), "a tuple of 2"),
    Wrong(lambda sizes: layers_of(sizes), "a list of 12"),
    Wrong(lambda sizes: print(Reference(sizes)), "is `return` missing?"),
    Wrong(lambda: Reference((784, 32)), "takes (), but it is called with 1"),
    Wrong(
        finishing(lambda x_hat, x: x_hat.view_as(x).detach().numpy()),
        "got a numpy array",
    ),
    Wrong(
        lambda sizes: Halves(mlp(sizes), mlp((32, 64, 128, 784))),
        "Is a number such as 784 or 28 written in your code?",
    ),
]
