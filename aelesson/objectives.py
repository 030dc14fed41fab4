"""Objectives: what a model is asked to do with a batch of images.

An objective takes the model and a batch `(B, ...)` and returns named scalar
terms, each a mean over the batch; training minimises the one named `"loss"`. A model
that is trained on a tuple, such as images and labels, gets its batches as tuples.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import latent, likelihood, losses
from aelesson.models import VAE

Objective: TypeAlias = Callable[[nn.Module, Any], dict[str, Tensor]]
Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From output and target, `(B, ...)` each, to one value per image `(B,)` or a mean."""


def reconstruction(loss: Loss = F.mse_loss) -> Objective:
    """Ask for the image itself.

    Args:
        loss: The error of reconstructions `(B, ...)` against images: one value per
            image, `(B,)`, or their mean.
    """

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": loss(model(x), x).mean()}

    return objective


def denoising(
    corrupt: Callable[[Tensor], Tensor], loss: Loss = F.mse_loss
) -> Objective:
    """Ask for the clean image, given a corrupted copy that is made anew each time.

    Source: Vincent et al. (2008), "Extracting and composing robust features with
    denoising autoencoders".

    Args:
        corrupt: Makes the model's input from clean images; see
            `aelesson.corruptions`.
        loss: The error of the model's output against the *clean* images, as in
            `reconstruction`.
    """

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": loss(model(corrupt(x)), x).mean()}

    return objective


def penalised(
    penalty: Callable[[nn.Module, Tensor], Tensor],
    weight: float,
    loss: Loss = F.mse_loss,
) -> Objective:
    """Ask for the image itself, and for a small penalty besides.

    Args:
        penalty: From model and images `(B, ...)` to one value per image, `(B,)`, or
            their mean; see `aelesson.regularisers`.
        weight: What the penalty counts, beside the loss.
        loss: As in `reconstruction`.

    Returns:
        An objective with the terms "loss", "reconstruction" and "penalty", the last
        one without its weight.

    Raises:
        ValueError: If the weight is negative.
    """
    if not weight >= 0:  # written so that NaN fails too
        raise ValueError(f"weight is {weight}; it must be 0 or more")

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        error, cost = loss(model(x), x).mean(), penalty(model, x).mean()
        return {"loss": error + weight * cost, "reconstruction": error, "penalty": cost}

    return objective


def classification(model: nn.Module, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    """Ask for the class of each image; the loss is the cross-entropy in nats.

    This is an objective itself: train with `fit(model, (images, labels), ...)`.

    Args:
        model: From images `(B, ...)` to logits `(B, classes)`.
        batch: Images, and their labels, int64 `(B,)`.
    """
    x, labels = batch
    return {"loss": F.cross_entropy(model(x), labels)}


def negative_elbo(
    beta: float = 1.0,
    nll: Loss = losses.bernoulli_nll,
    generator: torch.Generator | None = None,
) -> Objective:
    r"""Ask a `VAE` for a tight bound on the likelihood of each image.

    $-\mathrm{ELBO} = -E_q[\log p(x|z)] + \beta\, \mathrm{KL}(q(z|x)\,\|\,p(z))$
    with one sample of $z$ per image, in nats per image.

    Source: Kingma and Welling (2014), equation 10; beta: Higgins et al. (2017).

    Args:
        beta: The weight of the KL term; only 1 gives a bound.
        nll: The negative log-likelihood of images, given the decoder's raw output: one
            value per image, **summed** over its pixels.
        generator: Draws the samples of $z$; by default PyTorch's global one.

    Returns:
        An objective with the terms "loss", "reconstruction" and "kl".
    """
    if beta < 0:
        raise ValueError(f"beta is {beta}; it must be 0 or more")

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        model = _require_vae(model)
        mean, logvar = model.posterior(x)
        z = latent.reparameterize(mean, logvar, generator)
        reconstruction = nll(model.decoder(z), x).mean()
        kl = losses.kl_to_standard_normal(mean, logvar).mean()
        loss = reconstruction + beta * kl
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return objective


def negative_iwae(samples: int, generator: torch.Generator | None = None) -> Objective:
    r"""Ask a `VAE` for the bound of importance weights, in nats per image.

    $-\log \frac{1}{K} \sum_k w_k$ with $K$ samples of $z$ per image. With one sample
    the bound is the ELBO, its KL term sampled too; with more it is tighter, and the
    encoder need not be as close to the posterior.

    Source: Burda, Grosse and Salakhutdinov (2016), equation 8.

    Args:
        samples: Codes drawn per image, `K`.
        generator: Draws them; by default PyTorch's global one.

    Raises:
        ValueError: If `samples` is below 1.
    """
    if samples < 1:
        raise ValueError(f"samples is {samples}; it must be at least 1")

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        model = _require_vae(model)
        weights = likelihood.draw_log_weights(model, x, samples, generator)
        return {"loss": -likelihood.iwae_bound(weights).mean()}

    return objective


def _require_vae(model: nn.Module) -> VAE:
    if not isinstance(model, VAE):
        raise TypeError(f"model must be a VAE, got {type(model).__name__}")
    return model
