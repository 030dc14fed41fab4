"""`sixteen_numbers()`: an autoencoder with a code of 16 numbers; the least error."""

from torch import nn

from aelesson import data, models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.engine.rules import is_model
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca
from aelesson.training import TrainConfig, fit, one_cycle

CODE = 16


class Linear(nn.Module):
    """PCA as an autoencoder; pixels are clipped to [0, 1]."""

    def __init__(self, x, size):
        super().__init__()
        self.mean, self.components = fit_pca(x, size)
        self.shape = x.shape[1:]

    def encode(self, x):
        return (x.flatten(1) - self.mean) @ self.components.T

    def decode(self, z):
        return (self.mean + z @ self.components).clamp(0, 1).view(-1, *self.shape)


def pca():
    return Linear(data.load("mnist-5k").train.images, CODE)


def lesson():
    """Train what ends the lesson's ladder, with a smaller code."""
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 128, CODE))
    settings = TrainConfig(60, 64, 5e-3, one_cycle)
    x = data.load("mnist-5k").train.images
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return model


def error(model):
    digits = judge.digits()
    return judge.squared_errors(model)(digits.images, digits.labels).mean()


check = Scored(
    "sixteen_numbers",
    error,
    record=judge.autoencoder(CODE),
    unit="mean squared error per pixel",
    baseline="PCA with 16 numbers",
    rules=[is_model, judge.has_code_of(CODE)],
    holds=[judge.has_code_of(CODE), judge.unseen(judge.squared_errors)],
    references={"PCA with 16 numbers": pca, "the lesson's network": lesson},
)
