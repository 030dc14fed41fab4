"""What `lowest_bound` must refuse."""

import torch
from torch import nn

from aelesson import models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.vae import lowest_bound as task
from aelesson.training import TrainConfig, fit


class WithLabels(models.VAE):
    def posterior(self, x, labels):
        return super().posterior(x)


class Remembering(models.VAE):
    def posterior(self, x):
        self.x = x
        return torch.zeros(2, len(x), 2).unbind()

    def decode(self, z):
        return self.x[: len(z)]


def built(kind=models.VAE):
    runtime.seed_everything(0)
    return kind.mlp((784, 64, 8))


def trained_on_the_judges():
    model = built()
    settings = TrainConfig(epochs=200, batch_size=50, learning_rate=2e-3)
    x = torch.bernoulli(
        judge.digits().images, generator=torch.Generator().manual_seed(0)
    )
    fit(model, x, objectives.negative_elbo(), settings, progress=False)
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: nn.Linear,
    "needs posterior(x) and decode(z)": lambda: models.Autoencoder.mlp((784, 8)),
    "missing 1 required positional argument": lambda: built(WithLabels),
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats the mean image": built,
    "nats per image": lambda: built(Remembering),
}
BETTER = task.references["the lesson's VAE"]
