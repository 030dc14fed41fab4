"""What `thirty_two_active` must refuse."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson import models, regularisers, runtime
from aelesson.checks import judge
from aelesson.checks.regularised import thirty_two_active as task
from aelesson.training import TrainConfig, fit


class Encoder(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        runtime.seed_everything(0)
        self.layers = nn.Sequential(nn.Flatten(), *layers)

    def encode(self, x):
        return self.layers(x)


class WithLabels(Encoder):
    def encode(self, x, labels):
        return self.layers(x)


def trained_on_the_judges():
    model = Encoder(nn.Linear(784, 400), regularisers.TopK(32), nn.Linear(400, 10))
    settings = TrainConfig(epochs=60, batch_size=50, learning_rate=2e-3)
    digits = judge.digits()

    def objective(model, rows):
        return {"loss": F.cross_entropy(model.encode(rows[0]), rows[1])}

    fit(model, (digits.images, digits.labels), objective, settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Linear,
    "got Tensor, expected a model": lambda: torch.zeros(3),
    "needs encode(x)": lambda: nn.Linear(784, 32),
    "missing 1 required positional argument": WithLabels,
    "at most 1,024 are allowed": lambda: Encoder(nn.Linear(784, 1025)),
    "at most 32 may be on": lambda: models.Autoencoder.mlp((784, 40)),
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats PCA": lambda: Encoder(nn.Linear(784, 3)),
}
BETTER = task.references["the lesson's k-sparse network"]
