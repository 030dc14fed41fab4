"""What a decoder's output says about data, and how likely data is under a `VAE`.

The likelihoods that a model can be given are those of `families`, handed on here. How
likely images are is estimated by importance weights.

Source: Burda, Grosse and Salakhutdinov (2016), "Importance weighted autoencoders".
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from tqdm.auto import tqdm

from aelesson import latent, layers, priors, require, runtime
from aelesson.families import Bernoulli, Laplace, Likelihood, Normal, SquaredError
from aelesson.models import VAE

__all__ = [
    "Bernoulli",
    "Estimate",
    "Laplace",
    "Likelihood",
    "Normal",
    "SquaredError",
    "draw_log_weights",
    "iwae_bound",
    "nll",
]

ROWS = 5_000  # pairs of image and sample per pass, or one image: bounds memory only


def draw_log_weights(
    model: VAE,
    x: Tensor,
    samples: int,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Draw codes and return their log-weights.

    $\log w = \log p(x \mid z) + \log p(z) - \log q(z \mid x)$ with $z \sim q(z \mid x)$

    Args:
        model: A `models.VAE`; its own likelihood and prior are used.
        x: Images `(B, ...)` that the likelihood takes.
        samples: Codes drawn per image, `K`.
        generator: Draws them; by default PyTorch's global one.

    Returns:
        Shape `(K, B)`, in nats; the mean over `K` estimates the ELBO.

    Raises:
        ValueError: If `samples` is below 1.
    """
    _check_images(model, "x", x)
    require.whole("samples", samples)
    require.generator("generator", generator)

    def weigh(x: Tensor) -> Tensor:
        mean, logvar = (each.repeat(samples, 1) for each in model.posterior(x))
        z = latent.reparameterize(mean, logvar, generator)  # (K * B, D)
        repeated = x.repeat(samples, *[1] * (x.dim() - 1))
        joint = -model.nll(z, repeated) + model.prior.per_code(z)
        return joint - priors.normal_log_prob(z, mean, logvar)

    return layers.through("x", x, weigh, model).reshape(samples, len(x))


def iwae_bound(log_weights: Tensor) -> Tensor:
    r"""Return $\log \frac{1}{K} \sum_k w_k$ per image, without overflow.

    A lower bound on $\log p(x)$ in expectation, tighter with each weight; with one
    weight it is the ELBO's estimate.

    Args:
        log_weights: $\log w_k$, `(K, B)`, as from `draw_log_weights`.

    Returns:
        Shape `(B,)`, in nats per image.

    Raises:
        ValueError: If `log_weights` is not of shape `(K, B)`.
    """
    require.tensor("log_weights", log_weights, "(K, B)")
    return log_weights.logsumexp(dim=0) - math.log(len(log_weights))


@dataclass(frozen=True)
class Estimate:
    """A mean over images, with its standard error, in nats per image."""

    mean: float
    standard_error: float

    @classmethod
    def of(cls, values: Tensor) -> "Estimate":
        """Return the estimate from one value per image, `(N,)`, two at least.

        Raises:
            ValueError: If there are fewer.
        """
        require.tensor("values", values, "(N,)")
        if len(values) < 2:
            told = f"values has shape {tuple(values.shape)}"
            raise ValueError(f"{told}: a standard error needs 2 or more")
        error = values.double().std() / math.sqrt(len(values))
        return cls(values.double().mean().item(), error.item())


def nll(
    model: VAE,
    images: Tensor,
    samples: int,
    generator: torch.Generator | None = None,
    *,
    progress: bool = False,
) -> Estimate:
    """Estimate the negative log-likelihood of images, in nats per image.

    The estimate is too high on average, less so with more samples. Its standard error
    tells how much another draw of *images* would move it, not how far it is too high.

    Args:
        model: A `models.VAE`; its own likelihood and prior are used.
        images: `(N, ...)`, which the likelihood takes. With a Bernoulli likelihood,
            binary ones make it a likelihood of data; with a density, such as a normal
            one, the result may be below 0.
        samples: Codes drawn per image.
        generator: Draws them; by default PyTorch's global one.
        progress: Whether to show a bar.

    Raises:
        ValueError: If there are fewer than two images, or `samples` is below 1.
    """
    _check_images(model, "images", images)
    require.flag("progress", progress)
    if len(images) < 2:
        raise ValueError(
            f"images has shape {tuple(images.shape)}: a standard error needs 2 or more"
        )
    device = next(model.parameters()).device
    require.whole("samples", samples)
    parts = images.split(max(1, ROWS // samples))
    bar = tqdm(
        parts,
        desc="weighing samples",
        mininterval=runtime.BAR_SECONDS,
        disable=not progress,
    )

    def bound(x: Tensor) -> Tensor:
        return iwae_bound(draw_log_weights(model, x, samples, generator))

    with runtime.evaluating(model):
        bounds = [layers.through("images", x.to(device), bound, model) for x in bar]
    return Estimate.of(-torch.cat(bounds))


def _check_images(model: VAE, name: str, images: Tensor) -> None:
    require.model("model", model, VAE)
    require.tensor(name, images)
