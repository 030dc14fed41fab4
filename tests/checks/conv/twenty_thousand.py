"""What `twenty_thousand` must refuse."""

import torch
from torch import nn

from aelesson import models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.conv import twenty_thousand as task
from aelesson.training import TrainConfig, fit


def built(size=32, channels=(6, 6)):
    runtime.seed_everything(0)
    return models.Autoencoder.conv(size, channels)


def hiding():
    """Keep a table of numbers where no optimizer would find it."""
    model = built()
    model.table = torch.zeros(100)
    return model


def trained_on_the_judges():
    model = built()
    settings = TrainConfig(epochs=80, batch_size=50, learning_rate=1e-2)
    x = judge.digits().images
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Conv2d,
    "expected floats (3, 32)": lambda: built(24),
    "your model keeps 53,473 numbers": lambda: built(32, (8, 16)),
    "your model keeps 20,017 numbers": hiding,
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats PCA": built,
}
BETTER = task.references["PCA with 32 numbers, without a border of 2 pixels"]
