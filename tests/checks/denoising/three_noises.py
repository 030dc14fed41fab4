"""What `three_noises` must refuse."""

import torch
from torch import nn

from aelesson import models, runtime
from aelesson.checks import judge
from aelesson.checks.denoising import three_noises as task
from aelesson.checks.denoising.three_noises import spoilt
from aelesson.training import TrainConfig, fit


class WithLabels(nn.Module):
    def forward(self, x, labels):
        return x


def trained_on_the_judges():
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 256, 64))
    x = judge.digits().images
    noisy = torch.cat(spoilt(x))
    settings = TrainConfig(epochs=15, batch_size=50, learning_rate=2e-3)

    def objective(model, rows):
        noisy, clean = rows
        return {"loss": (model(noisy) - clean).square().mean()}

    fit(model, (noisy, x.repeat(3, 1, 1, 1)), objective, settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Identity,
    "got Tensor, expected a model": lambda: torch.zeros(3),
    "it must do without labels": WithLabels,
    "expected a tensor of shape (4, 1, 28, 28)": nn.Flatten,
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats a median filter": nn.Identity,
}
BETTER = task.references["the lesson's network"]
