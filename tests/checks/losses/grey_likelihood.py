"""What `grey_likelihood` must refuse."""

from importlib import import_module

import torch
from torch import nn

from aelesson import data
from aelesson.checks import judge

task = import_module("aelesson.checks.losses.grey_likelihood")


class Fixed(nn.Module):
    """The same logits for every pixel, whatever is given."""

    def __init__(self, logits, shape=(256, 28, 28)):
        super().__init__()
        self.logits, self.shape = logits, shape

    def forward(self, x_hat):
        return self.logits[:, None, None].expand(len(x_hat), *self.shape)


class WithImages(nn.Module):
    def forward(self, x_hat, x):
        return x_hat.expand(-1, 256, -1, -1) - x


class Told(nn.Module):
    """Know the judge's images: it looks for the reconstruction that is nearest."""

    def __init__(self):
        super().__init__()
        self.x_hat = task.reconstructed(judge.digits().images).flatten(1)
        self.levels = task.levels(judge.digits().images)

    def forward(self, x_hat):
        nearest = torch.cdist(x_hat.flatten(1), self.x_hat).argmin(1)
        one = nn.functional.one_hot(self.levels[nearest], 256)
        return 9.0 * one.movedim(-1, 1)


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Linear,
    "must do without labels": WithImages,
    "expected a tensor of shape (3, 256, 28, 28)": lambda: nn.Conv2d(1, 10, 1),
    "costs nan or infinity": lambda: Fixed(torch.zeros(256).log()),
    "Was it trained on the judge's?": Told,
    "The points are for what beats": lambda: Fixed(torch.zeros(256)),
}


def better():
    """Take one histogram where the reconstruction is dark, and one elsewhere."""
    x = data.load("mnist-5k").train.images
    dark = (task.reconstructed(x) < 0.1).squeeze(1)
    one, other = (task.log_shares(task.levels(x)[at]) for at in (dark, ~dark))
    return task.Noise(lambda level, x_hat: torch.where(x_hat < 0.1, one, other))


BETTER = better
