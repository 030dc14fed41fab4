"""`fifty_thousand()`: a small VAE with any prior; the lowest bound by weights."""

import math

import torch
from torch import nn

from aelesson import data, models, objectives, priors, runtime
from aelesson.checks import judge
from aelesson.checks.beyond_vae import densities
from aelesson.checks.beyond_vae.densities import PRIORS, Densities
from aelesson.checks.engine.calls import Raised, attempt
from aelesson.checks.engine.packed import pack, unpack
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.recorded import Refused
from aelesson.checks.engine.rules import at_most, is_model
from aelesson.checks.engine.scored import Scored
from aelesson.training import TrainConfig, fit, one_cycle

NUMBERS, DRAWS, IMAGES = 50_000, 50, 50


class MeanImages(nn.Module):
    """A mixture of mean images: a code says which; found without a gradient."""

    def __init__(self, x, rounds=20):
        super().__init__()
        flat, chance = x.flatten(1), seeded(0)
        first = flat[torch.randperm(len(flat), generator=chance)[:IMAGES]]
        self.images, middle = (first + flat.mean(0)) / 2, flat.mean(0)
        for _ in range(rounds):
            shares = self.log_likelihoods(flat).softmax(1)  # (N, 50)
            sums, counts = shares.T @ flat, shares.sum(0)[:, None]
            self.images = (sums + middle) / (counts + 1)
        places = 10 * torch.arange(IMAGES).float()[:, None]
        self.prior = priors.MixturePrior(places)

    def log_likelihoods(self, flat):
        p = self.images.clamp(0.001, 0.999)
        return flat @ p.log().T + (1 - flat) @ (1 - p).log().T

    def posterior(self, x):
        """Return the place of the image that fits best, and a width of 1."""
        mean = 10 * self.log_likelihoods(x.flatten(1)).argmax(1, keepdim=True).float()
        return mean, torch.zeros_like(mean)

    def decode(self, z):
        """Return the mean image whose place is nearest."""
        places = (z[:, 0] / 10).round().long().clamp(0, IMAGES - 1)
        return self.images[places].clamp(0.001, 0.999).reshape(-1, 1, 28, 28)


def mean_images():
    return MeanImages(data.load("mnist-5k").train.images)


def trained(make):
    """Train as the lesson does."""
    runtime.seed_everything(0)
    model, bound = make(), objectives.negative_elbo()
    settings = TrainConfig(32, 128, 5e-3, one_cycle)

    def binarised(model, x):
        return bound(model, torch.bernoulli(x))

    x = data.load("mnist-5k").train.images
    fit(model, x, binarised, settings, progress=False)
    return model


def costs(thing, draws=1):
    """Return each image's negative bound, by importance weights."""

    def cost(x, _):
        of_model = Densities(thing)
        binary = torch.bernoulli(x, generator=seeded(judge.seed(0)))
        return math.log(draws) - of_model.log_weights(binary, draws).logsumexp(0)

    return cost


def is_vae(model):
    """Say what a model lacks to be judged."""
    if not all(hasattr(model, part) for part in ("posterior", "decode", "prior")):
        return "it needs posterior(x), decode(z) and prior, as models.VAE has."
    if type(model.prior) not in PRIORS:
        names = ", ".join(each.__name__ for each in PRIORS)
        return f"its prior is a {type(model.prior).__name__}, allowed are: {names}."
    return ""


def record(model, _):
    """Record a model that can be judged."""
    parts = attempt(densities.record, [model])
    if isinstance(parts, Raised):
        raise Refused(unjudged(parts))
    thing = unpack(pack(parts))
    if says := allowed(thing):
        raise Refused(says)
    densities.compared(model, thing)
    return parts


def allowed(thing):
    """Say why a record cannot be judged, or uses too many numbers."""
    found = attempt(Densities, [thing])
    wrong = found if isinstance(found, Raised) else attempt(found.check, [])
    if isinstance(wrong, Raised):
        return unjudged(wrong)
    if found.numbers > NUMBERS:
        return (
            f"posterior and decode use {found.numbers:,} numbers, at most {NUMBERS:,}"
            " are allowed: those that code keeps elsewhere, or makes by NumPy, count."
        )
    return ""


def unjudged(found):
    own = found.message if found.kind == "ValueError" else f"{found:.130}"
    return f"it cannot be judged: {own}"


def bound(thing):
    digits = judge.digits()
    return costs(thing, DRAWS)(digits.images, digits.labels).mean()


check = Scored(
    "fifty_thousand",
    bound,
    record=record,
    unit="nats per image",
    baseline="a mixture of 50 mean images",
    rules=[is_model, at_most(NUMBERS), is_vae],
    holds=[allowed, judge.unseen(costs)],
    references={
        "a mixture of 50 mean images": mean_images,
        "the lesson's VAE, made narrow": lambda: trained(
            lambda: models.VAE.mlp((784, 30, 10))
        ),
        "the library's convolutional VAE": lambda: trained(
            lambda: models.VAE.conv(10, (16, 16))
        ),
    },
)
