"""`twenty_thousand()`: a code of 32 numbers from a model of at most 20,000."""

from functools import partial

from torch.nn import functional as F

from aelesson import data, models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.basics.sixteen_numbers import Linear, error
from aelesson.checks.engine.rules import at_most, is_model
from aelesson.checks.engine.scored import Scored
from aelesson.training import TrainConfig, fit, one_cycle

CODE, BUDGET = 32, 20_000


class Inner(Linear):
    """PCA without a border of the image; components as far as the budget reaches."""

    def __init__(self, x, border):
        inside = F.pad(x, [-border] * 4)
        super().__init__(inside, min(CODE, BUDGET // inside[0].numel() - 1))
        self.border = border

    def encode(self, x):
        z = super().encode(F.pad(x, [-self.border] * 4))
        return F.pad(z, (0, CODE - len(self.components)))

    def decode(self, z):
        x_hat = super().decode(z[:, : len(self.components)])
        return F.pad(x_hat, [self.border] * 4)


def pca(border):
    return Inner(data.load("mnist-5k").train.images, border)


def lesson():
    """Train the lesson's network as the lesson does, with fewer channels."""
    runtime.seed_everything(0)
    model = models.Autoencoder.conv(CODE, channels=(6, 6))
    settings = TrainConfig(10, 64, 2e-2, one_cycle)
    x = data.load("mnist-5k").train.images
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return model


PCA = "PCA with 24 numbers, which fit"
check = Scored(
    "twenty_thousand",
    error,
    record=judge.autoencoder(CODE),
    unit="mean squared error per pixel",
    baseline=PCA,
    rules=[is_model, judge.has_code_of(CODE), at_most(BUDGET)],
    holds=[
        judge.has_code_of(CODE),
        judge.at_most_recorded(BUDGET),
        judge.unseen(judge.squared_errors),
    ],
    references={
        PCA: partial(pca, 0),
        "PCA with 32 numbers, without a border of 2 pixels": partial(pca, 2),
        "the lesson's network, made narrow": lesson,
    },
)
