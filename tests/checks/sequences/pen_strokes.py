"""What `pen_strokes` must refuse."""

import torch
from torch import nn

from aelesson import models, runtime
from aelesson.checks.sequences import pen_strokes as task
from aelesson.checks.sequences.pen_strokes import Padded, drawn, masked
from aelesson.networks import mlp_decoder, mlp_encoder
from aelesson.recurrent import RecurrentAutoencoder
from aelesson.training import TrainConfig, fit


class Box(Padded):
    def __init__(self, size=8, hidden=32):
        runtime.seed_everything(0)
        decoder = mlp_decoder((size, hidden, 48), (24, 2), output=nn.Identity)
        super().__init__(mlp_encoder((48, hidden, size)), decoder)


class WithLabels(Box):
    def encode(self, x, lengths, kinds):
        return super().encode(x, lengths)


class TooShort(Box):
    def decode(self, z, length):
        return super().decode(z, 7)


class Remembering(Box):
    def encode(self, x, lengths):
        self.x = x
        return x.flatten(1)[:, :8]

    def decode(self, z, length):
        return self.x


def trained_on_the_judges():
    model = Box(hidden=256)
    fit(model, drawn()[0], masked, TrainConfig(100, 50, 3e-3), progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "add the brackets": lambda: RecurrentAutoencoder,
    "got Tensor, expected a model": lambda: torch.zeros(3),
    "needs encode(x, lengths) and decode(z, length)": lambda: nn.Linear(48, 8),
    "expected floats (3, 8)": lambda: Box(9),
    "missing 1 required positional argument": WithLabels,
    "encode does not run on a batch": lambda: models.Autoencoder.mlp((48, 8), (24, 2)),
    "it could not be measured": TooShort,
    "on the judge's strokes and": trained_on_the_judges,
    "The points are for what beats PCA": Box,
    "mean squared error per number": Remembering,
}
BETTER = task.references["the lesson's padded MLP"]
