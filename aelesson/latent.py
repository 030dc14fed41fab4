"""Codes as random variables and as places: draw them, move between them."""

from collections.abc import Callable

import torch
from torch import Tensor

from aelesson import layers, require


def reparameterize(
    mean: Tensor, logvar: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    r"""Draw codes from normal distributions so that gradients pass to their parameters.

    $z = \mu + \sigma \varepsilon$ with $\varepsilon \sim \mathcal{N}(0, I)$ and
    $\sigma = e^{\frac{1}{2} \log \sigma^2}$.

    Source: Kingma and Welling (2014), section 2.4.

    Args:
        mean: $\mu$, `(B, D)`.
        logvar: $\log \sigma^2$, the same shape.
        generator: Draws the noise; by default PyTorch's global one.

    Returns:
        Codes `(B, D)`.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("mean", mean, "logvar", logvar, "(...)")
    return mean + (0.5 * logvar).exp() * normal_like(mean, generator)


def normal_like(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw standard normal noise of the shape, dtype and device of `x`.

    A generator on another device than `x`, such as the CPU's, may be used: the noise is
    drawn there and moved.

    Raises:
        TypeError: If `x` is no tensor of floating-point numbers.
    """
    require.tensor("x", x, "(...)")
    require.generator("generator", generator)
    where = x.device if generator is None else generator.device
    noise = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=where)
    return noise.to(x.device)


def sample(
    decoder: Callable[[Tensor], Tensor],
    count: int,
    latent_dim: int,
    generator: torch.Generator | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Decode codes that are drawn from the prior.

    That is a standard normal distribution, unless `decoder` is the method `decode` of a
    model that holds another one.

    Args:
        decoder: From codes `(B, D)` to images, such as `model.decode`.
        count: How many images.
        latent_dim: `D`.
        generator: Draws the codes; by default PyTorch's global one.
        device: Where the decoder is.

    Returns:
        What the decoder makes of them, `(count, ...)`, without a graph.

    Raises:
        ValueError: If `count` or `latent_dim` is below 1, the decoder does not take
            such codes, or the model's prior draws codes of another size.
    """
    require.function("decoder", decoder, "a function from codes to images")
    require.whole("count", count)
    require.whole("latent_dim", latent_dim)
    place = require.device("device", device)
    prior = getattr(getattr(decoder, "__self__", None), "prior", None)
    size = getattr(prior, "latent_dim", None)
    if size not in (None, latent_dim):
        raise ValueError(
            f"latent_dim is {latent_dim}; the model's {prior} draws codes of {size}"
        )
    with torch.no_grad():
        if prior is None or size is None:
            z = normal_like(torch.empty(count, latent_dim, device=place), generator)
        else:
            z = prior.sample(count, generator).to(place)
        return layers.through(f"a code of latent_dim {latent_dim}", z, decoder)


def interpolate(start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Return codes on the straight line between two codes.

    Args:
        start: `(D,)`.
        end: `(D,)`.
        steps: How many codes, both ends included; at least 2.

    Returns:
        Shape `(steps, D)`.

    Raises:
        ValueError: If these are not two codes of equal size, or `steps` is below 2.
    """
    require.pair("start", start, "end", end, "(D,)")
    require.whole("steps", steps, at_least=2)
    return torch.lerp(start, end, torch.linspace(0, 1, steps).to(start)[:, None])


def normal_grid(side: int) -> Tensor:
    """Return a square grid of 2-D codes with equal shares of a standard normal.

    The points stand at equal steps of the *probability*, so that decoding them shows
    where the prior's mass lies.

    Args:
        side: Points along each axis.

    Returns:
        Shape `(side * side, 2)`, row by row from the top left: the first number grows
        to the right, the second one upwards.

    Raises:
        ValueError: If `side` is below 1.
    """
    require.whole("side", side)
    shares = (torch.arange(side) + 0.5) / side
    places = torch.special.ndtri(shares)
    up, right = torch.meshgrid(places.flip(0), places, indexing="ij")
    return torch.stack([right, up], dim=-1).reshape(-1, 2)
