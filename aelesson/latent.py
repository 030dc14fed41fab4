"""Codes as random variables and as places: draw them, move between them."""

from collections.abc import Callable

import torch
from torch import Tensor


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
    if mean.shape != logvar.shape:
        raise ValueError(
            f"mean has shape {tuple(mean.shape)} and logvar {tuple(logvar.shape)}: "
            "they must be equal"
        )
    return mean + (0.5 * logvar).exp() * normal_like(mean, generator)


def normal_like(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw standard normal noise of the shape, dtype and device of `x`.

    A generator on another device than `x`, such as the CPU's, may be used: the noise is
    drawn there and moved.
    """
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
    """Decode codes that are drawn from a standard normal distribution.

    Args:
        decoder: From codes `(B, D)` to images, such as `model.decode`.
        count: How many images.
        latent_dim: `D`.
        generator: Draws the codes; by default PyTorch's global one.
        device: Where the decoder is.

    Returns:
        What the decoder makes of them, `(count, ...)`, without a graph.

    Raises:
        ValueError: If `count` or `latent_dim` is below 1.
    """
    for name, value in {"count": count, "latent_dim": latent_dim}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}; it must be at least 1")
    with torch.no_grad():
        return decoder(
            normal_like(torch.empty(count, latent_dim, device=device), generator)
        )


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
    if start.dim() != 1 or start.shape != end.shape:
        raise ValueError(
            f"start has shape {tuple(start.shape)} and end {tuple(end.shape)}: "
            "both must be (D,)"
        )
    if steps < 2:
        raise ValueError(f"steps is {steps}; it must be at least 2")
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
    if side < 1:
        raise ValueError(f"side is {side}; it must be at least 1")
    shares = (torch.arange(side) + 0.5) / side
    places = torch.special.ndtri(shares)
    up, right = torch.meshgrid(places.flip(0), places, indexing="ij")
    return torch.stack([right, up], dim=-1).reshape(-1, 2)
