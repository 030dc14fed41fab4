"""The bound of a VAE by importance weights, where the judge has no faith in densities.

It computes all three of them. A prior is read as normals before an image is shown. Each
pixel is 1 with the probability that `decode` says. And `posterior` says which normal
codes are drawn from. Both functions are recorded first, so nothing but codes goes from
one to the other; and the noise depends on what was said of all images, so that it
cannot be known before.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson import priors, runtime
from aelesson.checks import judge
from aelesson.checks.engine.packed import Parts
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.recorded import Record, compare

WIDEST, FARTHEST = 20.0, 1e4  # what float64 can tell apart
ALONE = "decode must treat each code for itself, and without chance"
OUTSIDE = "decode must give probabilities, in [0, 1]: is a sigmoid missing?"
TWO = "posterior must return two tensors, means and log-variances (B, D)"
UNLIKE = "{} returns {}, expected {}"
SHAPE = (1000, 1, 28, 28)
PRIORS = (priors.StandardNormal, priors.MixturePrior, priors.VampPrior)


def limited(means: Tensor, logvars: Tensor) -> tuple[Tensor, Tensor]:
    """Cut two numbers of normals: what comes out are normals, too."""
    means, logvars = means.detach().double(), logvars.detach().double()
    return means.clamp(-FARTHEST, FARTHEST), logvars.clamp(-WIDEST, WIDEST)


def normals(prior: Any, units: int) -> tuple[Tensor, Tensor]:
    """Return means and log-variances of a prior, `(K, D)`, as they are now."""
    if isinstance(prior, priors.MixturePrior):
        return limited(prior.means, prior.logvars)
    if isinstance(prior, priors.VampPrior):
        means, logvars = prior.encoder(prior.pseudo_inputs).chunk(2, dim=1)
        return limited(means, logvars)
    return limited(*torch.zeros(2, 1, units))


def record(model: Any) -> dict[str, Any]:
    """Record a model as it is before images come: two functions, and normals.

    Raises:
        ValueError: Shapes or ranges are wrong.
    """
    chance = seeded(0)
    x = torch.bernoulli(torch.full(SHAPE, 0.2), generator=chance)
    with torch.no_grad(), runtime.evaluating(model):
        posterior = Record.of(model.posterior, x)
        mean, logvar = two(posterior(x))
        z = drawn(mean, logvar, chance)
        prior = normals(model.prior, z.shape[1])
        expect("prior", prior[0][:1], z[:1].shape)
        decode = Record.of(model.decode, z)
    means, logvars = (each.float() for each in prior)
    return {"posterior": posterior, "decode": decode, "prior": [means, logvars]}


def compared(model: Any, thing: Parts) -> None:
    """Refuse a model that does not do what was recorded of it."""
    chance, units = seeded(1), thing.prior[0].shape[1]
    x = torch.bernoulli(judge.known(SHAPE[0]), generator=chance)
    with runtime.evaluating(model):
        z = torch.randn(len(x), units, generator=chance)
        compare("decode", thing.decode, model.decode, z)
        compare("posterior", thing.posterior, model.posterior, x)


class Densities:
    """The record of a model, before images come.

    Args:
        thing: has `posterior`, `decode` and `prior`, as `record` returns them.

    Attributes:
        numbers: how many numbers of 32 bits all three use.

    Raises:
        ValueError: Shapes or ranges are wrong, or codes depend on each other.
    """

    def __init__(self, thing: Parts) -> None:
        self.posterior, self.decode = thing.posterior, thing.decode
        self.prior = limited(*thing.prior)
        self._chance = seeded(judge.seed(0))
        self.numbers = sum(words(each) for each in thing.tensors())
        if not torch.cat(self.prior).any():  # nothing is learnt
            self.numbers -= sum(words(each) for each in thing.prior)

    def check(self) -> None:
        """Ask for shapes, probabilities, and that codes do not depend on each other."""
        x = torch.bernoulli(torch.full(SHAPE, 0.2), generator=self._chance)
        mean, logvar = two(self.posterior(x))
        z = drawn(mean, logvar, self._chance)
        expect("prior", self.prior[0][:1], z[:1].shape)
        expect("prior", self.prior[1], self.prior[0].shape)
        p, half = self.decode(z), len(z) // 2
        expect("decode", p, SHAPE)
        if p.min() < 0 or p.max() > 1:
            raise ValueError(OUTSIDE)
        other = torch.cat([z[:half], drawn(z[half:], z[half:], self._chance)])
        if not torch.allclose(p[:half], self.decode(other)[:half], atol=1e-4):
            raise ValueError(ALONE)

    def log_weights(self, x: Tensor, draws: int) -> Tensor:
        """Return the log-weights of codes, drawn for each image, `(K, B)`."""
        mean, logvar = limited(*self.posterior(x))
        said = sha256(torch.cat([mean, logvar]).numpy().tobytes())
        chance = seeded(int.from_bytes(said.digest()[:6]))
        return torch.stack([self._weigh(x, mean, logvar, chance) for _ in range(draws)])

    def _weigh(
        self, x: Tensor, mean: Tensor, logvar: Tensor, chance: torch.Generator
    ) -> Tensor:
        """Draw one code for each image; `decode` gets them in another order."""
        noise = torch.randn(mean.shape, generator=chance, dtype=mean.dtype)
        z = mean + (0.5 * logvar).exp() * noise
        p, order = torch.empty_like(x), torch.randperm(len(x), generator=chance)
        p[order] = self.decode(z[order].float()).float()
        p = p.clamp(1e-6, 1 - 1e-6)
        nll = F.binary_cross_entropy(p, x, reduction="none").flatten(1).sum(1)
        of_prior = priors.mixture_log_prob(z, *self.prior)
        return of_prior - priors.normal_log_prob(z, mean, logvar) - nll


def two(both: Any) -> Any:
    """Refuse what is no pair of means and log-variances."""
    if len(both) != 2 or both[0].dim() != 2:
        raise ValueError(TWO)
    return both


def drawn(mean: Tensor, logvar: Tensor, chance: torch.Generator) -> Tensor:
    """Draw codes of the size that `posterior` gives."""
    expect("posterior", mean, mean.shape)
    expect("posterior", logvar, mean.shape)
    return torch.randn(mean.shape, generator=chance)


def words(value: Tensor) -> int:
    """Count numbers of 32 bits."""
    return -(-value.numel() * value.element_size() // 4)


def expect(name: str, got: Any, shape: Sequence[int]) -> None:
    """Refuse another shape, or what is not finite."""
    found = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
    if found != tuple(shape):
        raise ValueError(UNLIKE.format(name, found, tuple(shape)))
    if not got.isfinite().all():
        raise ValueError(f"{name} gives nan or infinity")
