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

from aelesson import latent, layers, likelihood, require
from aelesson.models import VAE, Autoencoder

Objective: TypeAlias = Callable[[nn.Module, Any], dict[str, Tensor]]
Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From reconstructions and images, `(B, ...)` each, to `(B,)`, or to their mean."""


def reconstruction(loss: Loss | None = None) -> Objective:
    """Ask for the image itself.

    Args:
        loss: The error of reconstructions `(B, ...)` against images: one value per
            image, `(B,)`, or their mean. By default that of the model's likelihood, or
            for a model without one the mean squared error.

    Raises:
        ValueError: When it is asked: if the output has another shape than the images,
            which would broadcast, or if `loss` gives anything else.
    """
    _check_loss(loss)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": _error(_model(model, x), x, x, loss)}

    return objective


def denoising(
    corrupt: Callable[[Tensor], Tensor], loss: Loss | None = None
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
    require.function("corrupt", corrupt, "a function from images to corrupted ones")
    _check_loss(loss)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": _error(_model(model, x), corrupt(x), x, loss)}

    return objective


def penalised(
    penalty: Callable[[nn.Module, Tensor], Tensor],
    weight: float,
    loss: Loss | None = None,
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
    require.function("penalty", penalty, "a function of model and images")
    require.number("weight", weight, at_least=0)
    _check_loss(loss)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        error = _error(_model(model, x), x, x, loss)
        cost = _mean("penalty", penalty(model, x), len(x))
        return {"loss": error + weight * cost, "reconstruction": error, "penalty": cost}

    return objective


def classification(model: nn.Module, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    """Ask for the class of each image; the loss is the cross-entropy in nats.

    This is an objective itself: train with `fit(model, (images, labels), ...)`.

    Args:
        model: From images `(B, ...)` to logits `(B, classes)`.
        batch: Images, and their labels, int64 `(B,)`.
    """
    require.model("model", model)
    x, labels = require.couple("batch", batch, "images", "labels")
    require.tensor("batch[0]", x)
    logits = layers.through("batch[0]", x, model)
    require.tensor("model's logits for batch[0]", logits, "(B, classes)")
    require.whole_numbers("batch[1]", labels, "(B,)", 0, logits.shape[1] - 1)
    require.same_length("batch[0]", x, "batch[1]", labels)
    return {"loss": F.cross_entropy(logits, labels.long())}


def negative_elbo(
    beta: float = 1.0, generator: torch.Generator | None = None
) -> Objective:
    r"""Ask a `VAE` for a tight bound on the likelihood of each image.

    $-\mathrm{ELBO} = -E_q[\log p(x|z)] + \beta\, \mathrm{KL}(q(z|x)\,\|\,p(z))$
    with one sample of $z$ per image, in nats per image. $p(x|z)$ is the model's own
    likelihood, which `decode` follows too, and $p(z)$ its own prior. The KL term is in
    closed form for the standard normal; for any other prior it is estimated with that
    same sample, is right on average, and can come out negative.

    Source: Kingma and Welling (2014), equation 10; beta: Higgins et al. (2017).

    Args:
        beta: The weight of the KL term; only 1 gives a bound.
        generator: Draws the samples of $z$; by default PyTorch's global one.

    Returns:
        An objective with the terms "loss", "reconstruction" and "kl", the last one
        without its weight, and an estimate unless the prior is the standard normal.

    Raises:
        ValueError: If beta is negative.
    """
    require.number("beta", beta, at_least=0)
    require.generator("generator", generator)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        model = _vae(model, x)
        mean, logvar = model.posterior(x)
        z = latent.reparameterize(mean, logvar, generator)
        reconstruction = model.nll(z, x).mean()
        kl = model.prior.kl(z, mean, logvar).mean()
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
    require.whole("samples", samples)
    require.generator("generator", generator)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        model = _vae(model, x)
        weights = likelihood.draw_log_weights(model, x, samples, generator)
        return {"loss": -likelihood.iwae_bound(weights).mean()}

    return objective


def _error(model: nn.Module, given: Tensor, x: Tensor, loss: Loss | None) -> Tensor:
    """Return how far the model's answer to what was given is from images: a scalar."""
    plain = type(model).forward is Autoencoder.forward
    if loss is None and plain and isinstance(model, Autoencoder):
        return model.likelihood.loss(model.decoder(model.encode(given)), x)
    x_hat = layers.through("x", given, model)
    require.kind("the model's output", x_hat, Tensor)
    require.same_shape("the model's output", x_hat, "images", x)
    if loss is None:
        return F.mse_loss(x_hat, x)
    return _mean("loss", loss(x_hat, x), len(x))


def _mean(name: str, values: object, count: int) -> Tensor:
    """Ask for one value per image, or their mean; return the mean."""
    if isinstance(values, Tensor) and values.shape in ((), (count,)):
        return values.mean()
    shape = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
    raise ValueError(
        f"{name} returned {shape} for {count} images; it must return one value per "
        f"image, ({count},), or their mean, ()"
    )


def _check_loss(loss: object) -> None:
    if loss is not None:
        require.function("loss", loss, "a function of reconstructions and images")


def _model(model: nn.Module, x: Tensor) -> nn.Module:
    require.model("model", model)
    require.tensor("x", x)
    return model


def _vae(model: nn.Module, x: Tensor) -> VAE:
    require.model("model", model, VAE)
    require.tensor("x", x)
    assert isinstance(model, VAE)
    return model
