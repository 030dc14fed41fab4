"""Objectives that change one part of the bound: its condition, its code, its weights.

As those of `objectives`, each takes the model and a batch and returns named terms.
"""

import torch
from torch import Tensor, nn

from aelesson import disentangle, latent, layers, losses, quantise, require
from aelesson.codebooks import Codebook
from aelesson.conditional import ConditionalVAE
from aelesson.families import SquaredError
from aelesson.models import VAE, Autoencoder
from aelesson.objectives import Objective
from aelesson.priors import StandardNormal


def conditional(objective: Objective) -> Objective:
    """Ask a `ConditionalVAE` what is asked of a `VAE`, given the label of each image.

    Train with `fit(model, (images, labels), conditional(negative_elbo()), ...)`.

    Args:
        objective: For a `VAE` and images, such as `negative_elbo()`.

    Returns:
        An objective for batches of images and labels, with the same terms.

    Raises:
        TypeError: When it is asked: if the model is no `conditional.ConditionalVAE`.
        ValueError: When it is asked: if there is not one label of its classes for each
            image, or as `objective`.
    """
    require.function("objective", objective, "such as negative_elbo()")

    def ask(model: nn.Module, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        require.model("model", model, ConditionalVAE)
        assert isinstance(model, ConditionalVAE)
        x, labels = require.couple("batch", batch, "images", "labels")
        require.tensor("batch[0]", x)
        require.whole_numbers("batch[1]", labels, "(B,)", 0, model.classes - 1)
        require.same_length("batch[0]", x, "batch[1]", labels)
        return objective(model.given(labels), x)

    return ask


def free_bits(least: float, generator: torch.Generator | None = None) -> Objective:
    """Ask a `VAE` for a bound in which each unit may say a little for nothing.

    Source: Kingma et al. (2016), "Improved variational inference with inverse
    autoregressive flow", appendix C.8.

    Args:
        least: What a unit may say, in nats per image; see `losses.free_bits`.
        generator: Draws the codes; by default PyTorch's global one.

    Returns:
        An objective with the terms "loss", "reconstruction" and "kl". The last one is
        the true one: added to the reconstruction it gives the negative ELBO.

    Raises:
        ValueError: If `least` is negative; when it is asked: if the prior of the model
            is not the standard normal, of which alone the units' shares are known.
    """
    require.number("least", least, at_least=0)
    require.generator("generator", generator)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        vae = _vae(model, x)
        if not isinstance(vae.prior, StandardNormal):
            raise ValueError(f"model has the prior {vae.prior}; use StandardNormal()")
        mean, logvar = vae.posterior(x)
        z = latent.reparameterize(mean, logvar, generator)
        reconstruction = vae.nll(z, x).mean()
        each = losses.kl_per_unit(mean, logvar)
        loss = reconstruction + losses.free_bits(each, least)
        kl = each.sum(1).mean()
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl}

    return objective


def total_correlation(
    weight: float, generator: torch.Generator | None = None
) -> Objective:
    r"""Ask a `VAE` for a tight bound, and for units that are independent of each other.

    $-\mathrm{ELBO} + w\, \mathrm{TC}$, the source's loss with $\beta = 1 + w$.

    Source: Chen et al. (2018), "Isolating sources of disentanglement in VAEs", equation
    4 with $\alpha = \gamma = 1$.

    Args:
        weight: $w$, 0 or more; see `disentangle.total_correlation`.
        generator: Draws the codes; by default PyTorch's global one.

    Returns:
        An objective with the terms "loss", "reconstruction", "kl" and "tc", the last
        one without its weight.

    Raises:
        ValueError: If the weight is negative.
    """
    require.number("weight", weight, at_least=0)
    require.generator("generator", generator)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        vae = _vae(model, x)
        mean, logvar = vae.posterior(x)
        z = latent.reparameterize(mean, logvar, generator)
        reconstruction = vae.nll(z, x).mean()
        kl = vae.prior.kl(z, mean, logvar).mean()
        tc = disentangle.total_correlation(z, mean, logvar)
        loss = reconstruction + kl + weight * tc
        return {"loss": loss, "reconstruction": reconstruction, "kl": kl, "tc": tc}

    return objective


def _vae(model: nn.Module, x: Tensor) -> VAE:
    require.model("model", model, VAE)
    require.tensor("x", x)
    assert isinstance(model, VAE)
    return model


def vector_quantised(commitment: float = 0.25) -> Objective:
    """Ask for the image by way of a codebook, in front of the model's decoder.

    The loss is that of the reconstruction, whose gradient passes straight through the
    choice of vectors, and `quantise.vq_loss`. Both are sums over an image: a mean per
    pixel beside a sum over the code would count for nothing.

    Source: van den Oord et al. (2017), equation 3.

    Args:
        commitment: What keeps codes near their vectors counts, 0 or more.

    Returns:
        An objective for an `Autoencoder(encoder, nn.Sequential(codebook, ...))`, with
        the terms "loss", "reconstruction", "vq" and "perplexity": how many vectors a
        batch uses, see `quantise.perplexity`.

    Raises:
        ValueError: If `commitment` is negative; when it is asked: if the model's
            likelihood is `SquaredError`, a mean per pixel.
        TypeError: When it is asked: if the decoder does not begin with a
            `codebooks.Codebook`.
    """
    require.number("commitment", commitment, at_least=0)

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        model, codebook, decoder = _with_codebook(model)
        require.finite_tensor("x", x)  # near nan there is no vector
        z = model.encode(x)
        quantised, codes = codebook.nearest(z)
        passed = quantise.straight_through(z, quantised)
        raw = layers.through("z", passed, decoder)
        reconstruction = model.likelihood.loss(raw, x)
        vq = quantise.vq_loss(z, quantised, commitment)
        used = torch.tensor(quantise.perplexity(codes, len(codebook.vectors)))
        loss = reconstruction + vq
        terms = {"loss": loss, "reconstruction": reconstruction, "vq": vq}
        return {**terms, "perplexity": used}

    return objective


def _with_codebook(model: nn.Module) -> tuple[Autoencoder, Codebook, nn.Sequential]:
    """Ask for an autoencoder whose decoder begins with a codebook; take it apart."""
    require.model("model", model, Autoencoder)
    assert isinstance(model, Autoencoder)
    if isinstance(model.likelihood, SquaredError):
        raise ValueError(
            "model has the likelihood SquaredError, a mean per pixel, beside which the "
            "sum over a code would be all: use Bernoulli(), Normal(), or Normal(std)"
        )
    decoder = model.decoder
    if isinstance(decoder, nn.Sequential) and isinstance(decoder[0], Codebook):
        return model, decoder[0], decoder[1:]
    raise TypeError(
        f"model is {require.shown(model)} whose decoder begins with no Codebook: use "
        "Autoencoder(encoder, nn.Sequential(codebook, decoder))"
    )
