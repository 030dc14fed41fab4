"""`grey_likelihood()`: a belief about grey levels; fewest nats."""

from functools import cache

import torch
from torch import nn
from torch.nn import functional as F

from aelesson import data, runtime
from aelesson.checks import judge
from aelesson.checks.engine.recorded import recorded
from aelesson.checks.engine.rules import is_model, needs_only
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca, pca_reconstruct

CODE, LEVELS, AT_ONCE = 32, 256, 50


@cache
def components():
    return fit_pca(data.load("mnist-5k").train.images, CODE)


def reconstructed(x):
    return pca_reconstruct(x, *components()).clamp(0, 1)


def levels(x):
    return (x * (LEVELS - 1)).round().long().squeeze(1)


def nats(model):
    """Return what images cost: the negative log-likelihood of their grey levels."""

    def few(x):
        logits = model.forward(reconstructed(x))
        return F.cross_entropy(logits, levels(x), reduction="none")

    def cost(x, _):
        with torch.no_grad():
            return torch.cat([few(part) for part in x.split(AT_ONCE)]).flatten(1).sum(1)

    return cost


class Noise(nn.Module):
    """One density for all pixels, cut to the 256 levels and normalised there."""

    def __init__(self, log_density):
        super().__init__()
        self.log_density = log_density

    def forward(self, x_hat):
        return self.log_density(torch.linspace(0, 1, LEVELS)[:, None, None], x_hat)


def widths(log_density, error):
    """Return the density whose width is the error of the training images."""
    x = data.load("mnist-5k").train.images
    width = float(error(x - reconstructed(x)))
    return Noise(lambda level, x_hat: log_density((level - x_hat) / width))


def gaussian():
    return widths(lambda u: -u.square() / 2, lambda e: e.square().mean().sqrt())


def laplace():
    return widths(lambda u: -u.abs(), lambda e: e.abs().mean())


def cross_entropy():
    return Noise(lambda level, x_hat: level * x_hat.logit(eps=1e-3))


def log_shares(values):
    """Return the logarithms of how often each grey level comes, (256, 1, 1)."""
    counts = values.flatten().bincount(minlength=LEVELS) + 0.1
    return (counts / counts.sum()).log()[:, None, None]


def histogram():
    shares = log_shares(levels(data.load("mnist-5k").train.images))
    return Noise(lambda level, x_hat: shares + 0 * x_hat)


def small_batch():
    return (reconstructed(judge.digits().images[:3]),)


def record(model, _):
    """Record the model on reconstructions."""
    x_hat = reconstructed(judge.known(2 * AT_ONCE))
    with runtime.evaluating(model):
        return {"forward": recorded("your model", model, x_hat)}


def measure(model):
    digits = judge.digits()
    return nats(model)(digits.images, digits.labels).mean()


takes = needs_only(small_batch, (3, LEVELS, 28, 28))
check = Scored(
    "grey_likelihood",
    measure,
    record=record,
    unit="nats per image",
    baseline="one histogram for all pixels",
    rules=[is_model, takes],
    holds=[lambda thing: takes(thing.forward), judge.unseen(nats)],
    references={
        "one histogram for all pixels": histogram,
        "Gaussian noise": gaussian,
        "Laplace noise": laplace,
        "the lesson's cross-entropy, normalised": cross_entropy,
    },
)
