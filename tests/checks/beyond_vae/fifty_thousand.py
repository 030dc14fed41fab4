"""What `fifty_thousand` must refuse."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson import models, objectives, priors, runtime
from aelesson.checks import judge
from aelesson.checks.beyond_vae import fifty_thousand as task
from aelesson.training import TrainConfig, fit

SEEN, BITS = [], torch.arange(57)


def built(kind=models.VAE, sizes=(784, 24, 8)):
    runtime.seed_everything(0)
    return kind.mlp(sizes)


class WithLabels(models.VAE):
    def posterior(self, x, labels):
        return super().posterior(x)


class LyingPrior(priors.StandardNormal):
    def log_prob(self, z):
        return super().log_prob(z) + 100


def packed(x):
    """Put the 784 bits of an image into 14 whole numbers."""
    return (F.pad(x.flatten(1).long(), (0, 14)).view(-1, 14, 57) << BITS).sum(2)


def unpacked(numbers):
    bits = (numbers[:, :, None] >> BITS) & 1
    return bits.flatten(1)[:, :784].reshape(-1, 1, 28, 28).float()


class Remembering(models.VAE):
    """Keeps images outside of the model, and finds them again by their codes."""

    def posterior(self, x):
        SEEN[:] = [packed(x)]
        mean = (torch.arange(len(x)) / len(x) * 5 - 2.5)[:, None].expand(-1, 8)
        return mean, torch.full_like(mean, -15)

    def decode(self, z):
        numbers = SEEN[0]
        places = ((z.mean(1) + 2.5) / 5 * len(numbers)).round().long()
        return unpacked(numbers[places.clamp(0, len(numbers) - 1)])


class Rewriting(models.VAE):
    """Keeps images in its own weights; there is room for a few."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.seen = nn.Parameter(torch.zeros(10, 1, 28, 28), requires_grad=False)

    def posterior(self, x):
        self.seen.copy_(x[:10])
        return torch.arange(len(x))[:, None] + torch.zeros(2, len(x), 8)

    def decode(self, z):
        return self.seen[z[:, 0].round().long().clamp(0, 9)]


class Comparing(models.VAE):
    def decode(self, z):
        return super().decode(z - z.mean(0))


class Hiding(models.VAE):
    def decode(self, z):
        return super().decode(z) + 0 * HIDDEN[: len(z)]


HIDDEN = torch.zeros(1000, 1, 28, 28)


class ByNumpy(models.VAE):
    def decode(self, z):
        return torch.from_numpy(super().decode(z).numpy())


class Branching(models.VAE):
    def decode(self, z):
        return super().decode(z if z.mean() > 0 else -z)


class Flat(models.VAE):
    def decode(self, z):
        return super().decode(z).flatten(1)


class Logits(models.VAE):
    def decode(self, z):
        return self.decoder(z)


class MeansAlone(models.VAE):
    def posterior(self, x):
        return super().posterior(x)[0]


def trained_on_the_judges():
    model = built(sizes=(784, 28, 12))
    settings = TrainConfig(epochs=150, batch_size=50, learning_rate=3e-3)
    x = torch.bernoulli(
        judge.digits().images, generator=torch.Generator().manual_seed(0)
    )
    fit(model, x, objectives.negative_elbo(), settings, progress=False)
    return model


def with_liar():
    return built().set_prior(LyingPrior(8))


def with_patched_prior():
    model = built()
    model.prior.log_prob = lambda z: torch.zeros(len(z)) + 100
    return model


REFUSED = {
    "is `return` missing?": lambda: None,
    "expected a model: add the brackets": lambda: models.VAE,
    "needs posterior(x), decode(z) and prior": lambda: models.Autoencoder.mlp((784, 8)),
    "missing 1 required positional argument": lambda: built(WithLabels),
    "its prior is a LyingPrior, allowed are": with_liar,
    "at most 50,000 are allowed: weights": lambda: built(sizes=(784, 40, 8)),
    "posterior and decode use": lambda: built(Hiding),
    "each code for itself": lambda: built(Comparing),
    "makes by NumPy, count": lambda: built(ByNumpy),
    "it cannot be judged: RuntimeError": lambda: built(Branching),
    "decode returns (1000, 784), expected (1000, 1, 28, 28)": lambda: built(Flat),
    "is a sigmoid missing?": lambda: built(Logits),
    "must return two tensors": lambda: built(MeansAlone),
    "on the judge's images and": trained_on_the_judges,
    "The points are for what beats a mixture": with_patched_prior,
    "The points are for what beats": lambda: built(Remembering),
    "nats per image.\nThe points": lambda: built(Rewriting),
}
BETTER = task.references["the lesson's VAE, made narrow"]
