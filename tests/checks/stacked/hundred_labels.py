"""What `hundred_labels` must refuse."""

import torch
from torch import nn

from aelesson import data, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.stacked import hundred_labels as task
from aelesson.training import TrainConfig, fit


class WithLabels(nn.Sequential):
    def forward(self, x, labels):
        return super().forward(x)


def built(classes=10, kind=nn.Sequential):
    runtime.seed_everything(0)
    layers = nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, classes)
    return kind(nn.Flatten(), *layers)


def trained_on(digits, epochs):
    model, settings = built(), TrainConfig(epochs, 50, 2e-3)
    examples = digits.images, digits.labels
    fit(model, examples, objectives.classification, settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Linear,
    "got Tensor, expected a model": lambda: torch.zeros(3),
    "must do without labels": lambda: built(kind=WithLabels),
    "expected a tensor of shape (3, 10)": lambda: built(11),
    "on the judge's images and": lambda: trained_on(judge.digits(), 30),
    "Were more labels used": lambda: trained_on(data.load("mnist-5k").train, 20),
    "The points are for what beats": built,
}
BETTER = task.references["the lesson's stack"]
