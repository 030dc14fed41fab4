"""`lowest_bound()`: a variational autoencoder; the lowest negative ELBO."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson import data, latent, losses, models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.engine.calls import Raised, attempt
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.recorded import recorded
from aelesson.checks.engine.rules import is_model
from aelesson.checks.engine.scored import Scored
from aelesson.training import TrainConfig, fit, one_cycle


class MeanImage(nn.Module):
    """Says nothing with its code: each pixel has its mean."""

    def __init__(self, x):
        super().__init__()
        self.mean = x.mean(0)

    def posterior(self, x):
        """Return the prior itself."""
        return torch.zeros(2, len(x), 1).unbind()

    def decode(self, z):
        """Return the mean image."""
        return self.mean.expand(len(z), *self.mean.shape)


def mean_image():
    return MeanImage(data.load("mnist-5k").train.images)


def lesson():
    """Train the lesson's VAE."""
    runtime.seed_everything(0)
    model, bound = models.VAE.mlp((784, 256, 20)), objectives.negative_elbo()
    settings = TrainConfig(32, 128, 5e-3, one_cycle)
    x = data.load("mnist-5k").train.images

    def binarised(model, x):
        return bound(model, torch.bernoulli(x))

    fit(model, x, binarised, settings, progress=False)
    return model


def costs(model):
    """Return each image's negative ELBO; `decode` gets nothing but shuffled codes."""

    def cost(x, _):
        chance = seeded(judge.seed(0))
        with torch.no_grad():
            x = torch.bernoulli(x, generator=chance)
            mean, logvar = (each.float() for each in model.posterior(x))
            z = latent.reparameterize(mean, logvar, chance)
            p, order = torch.empty_like(x), torch.randperm(len(x), generator=chance)
            p[order] = model.decode(z[order])
            p = p.clamp(1e-6, 1 - 1e-6)
            nll = F.binary_cross_entropy(p, x, reduction="none").flatten(1).sum(1)
            return nll + losses.kl_to_standard_normal(mean, logvar)

    return cost


def is_vae(model):
    """Say what a model lacks to be judged."""
    if not (hasattr(model, "posterior") and hasattr(model, "decode")):
        return "it needs posterior(x) and decode(z), as models.VAE has."
    with runtime.evaluating(model):
        return is_bounded(model)


def is_bounded(model):
    """Say why there is no bound of a model, or of its record."""
    x = judge.digits().images[:3]
    cost = attempt(costs(model), [x, None])
    if isinstance(cost, Raised):
        return f"it does not run on images {tuple(x.shape)}: {cost:.110}"
    return "" if cost.isfinite().all() else "its bound is not finite."


def record(model, _):
    """Record `posterior`, and apart from it `decode`."""
    x = (judge.known() > 0.5).float()
    with runtime.evaluating(model):
        posterior = recorded("posterior", model.posterior, x)
        size = posterior(x[:1])[0].shape[1]
        decode = recorded("decode", model.decode, judge.codes(size))
    return {"posterior": posterior, "decode": decode}


def bound(model):
    digits = judge.digits()
    return costs(model)(digits.images, digits.labels).mean()


check = Scored(
    "lowest_bound",
    bound,
    record=record,
    unit="nats per image",
    baseline="the mean image",
    rules=[is_model, is_vae],
    holds=[is_bounded, judge.unseen(costs)],
    references={"the mean image": mean_image, "the lesson's VAE": lesson},
)
