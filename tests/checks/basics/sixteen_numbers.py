"""What `sixteen_numbers` must refuse."""

import torch
from torch import nn

from aelesson import models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.basics import sixteen_numbers as task
from aelesson.training import TrainConfig, fit


class WithLabels(models.Autoencoder):
    def encode(self, x, labels):
        return super().encode(x)


class Remembering(models.Autoencoder):
    def encode(self, x):
        self.x = x
        return x.flatten(1)[:, :16]

    def decode(self, z):
        return self.x[: len(z)]


def built(size, kind=models.Autoencoder):
    runtime.seed_everything(0)
    return kind.mlp((784, 64, size))


def trained_on_the_judges():
    model = built(16)
    settings = TrainConfig(epochs=150, batch_size=50, learning_rate=2e-3)
    x = judge.digits().images
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Linear,
    "got Tensor, expected a model": lambda: torch.zeros(3),
    "needs encode(x) and decode(z)": lambda: nn.Linear(784, 16),
    "expected floats (3, 16)": lambda: built(17),
    "missing 1 required positional argument": lambda: built(16, WithLabels),
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats PCA": lambda: built(16),
    "mean squared error per pixel": lambda: built(16, Remembering),
}
BETTER = task.references["the lesson's network"]
