"""The bound of a VAE by importance weights, where the judge has no faith in densities.

It computes all three of them. A prior is read as normals before an image is shown. Each
pixel is 1 with the probability that `decode` says. And `posterior` says which normal
codes are drawn from. Both functions are recorded first, so nothing but codes goes from
one to the other; and the noise depends on what was said of all images, so that it
cannot be known before.
"""

from hashlib import sha256
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import priors, runtime
from aelesson.checks.beyond_vae.recorded import Record
from aelesson.checks.engine.randomness import seeded

WIDEST, FARTHEST = 20.0, 1e4  # what float64 can tell apart
ALONE = "decode must treat each code for itself, and without chance"
OUTSIDE = "decode must give probabilities, in [0, 1]: is a sigmoid missing?"
TWO = "posterior must return two tensors, means and log-variances (B, D)"
SHAPE = "{} returns {}, expected {}"
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


class Densities:
    """A model as it is before images come.

    Args:
        model: has `posterior`, `decode`, and one of `PRIORS` as `prior`.
        shape: of the images that will come, `(B, ...)`.

    Attributes:
        numbers: how many numbers both functions use.

    Raises:
        ValueError: Shapes or ranges are wrong, or codes depend on each other.
    """

    def __init__(self, model: nn.Module, shape: torch.Size) -> None:
        self._chance = seeded(0)
        x = torch.bernoulli(torch.full(shape, 0.2), generator=self._chance)
        with torch.no_grad(), runtime.evaluating(model):
            self.posterior = Record(model.posterior, x)  # type: ignore[arg-type]
            z = self._codes(*self._two(self.posterior(x)))
            self.prior = normals(model.prior, z.shape[1])
            expect("prior", self.prior[0][:1], z[:1].shape)
            self.decode = Record(model.decode, z)  # type: ignore[arg-type]
        self._check_images(z, shape)
        used = self.posterior.numbers | self.decode.numbers
        self.numbers = sum(used.values())

    def _two(self, both: Any) -> Any:
        if len(both) != 2 or both[0].dim() != 2:
            raise ValueError(TWO)
        return both

    def _codes(self, mean: Tensor, logvar: Tensor) -> Tensor:
        """Draw codes of the size that `posterior` gives."""
        expect("posterior", mean, mean.shape)
        expect("posterior", logvar, mean.shape)
        return torch.randn(mean.shape, generator=self._chance)

    def _check_images(self, z: Tensor, shape: torch.Size) -> None:
        """Ask for probabilities, and that they stay when other codes are changed."""
        p, half = self.decode(z), len(z) // 2
        expect("decode", p, shape)
        if p.min() < 0 or p.max() > 1:
            raise ValueError(OUTSIDE)
        other = torch.cat([z[:half], self._codes(z[half:], z[half:])])
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


def expect(name: str, got: Any, shape: torch.Size) -> None:
    """Refuse another shape, or what is not finite."""
    found = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
    if found != tuple(shape):
        raise ValueError(SHAPE.format(name, found, tuple(shape)))
    if not got.isfinite().all():
        raise ValueError(f"{name} gives nan or infinity")
