"""Corruptions: each function here makes one, a callable from images to spoilt images.

`corrupt = gaussian_noise(0.5)` and then `corrupt(x)`: new noise at every call, and `x`
stays as it is. The randomness comes from a generator, by default PyTorch's global one.
"""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

Corruption: TypeAlias = Callable[[Tensor], Tensor]
"""From images `(B, C, H, W)` to corrupted ones, mostly of the same shape."""


def gaussian_noise(
    std: float, *, clamp: bool = False, generator: torch.Generator | None = None
) -> Corruption:
    """Add normal noise of mean 0 to every pixel.

    Args:
        std: The noise's standard deviation, in units of the pixels.
        clamp: Whether to cut the result to [0, 1], as a camera does. The noise then
            has a mean that is not 0: a black pixel can only become brighter.
        generator: Draws the noise.

    Raises:
        ValueError: If `std` is negative.
    """
    if not std >= 0:
        raise ValueError(f"std is {std}; it must be 0 or more")

    def corrupt(x: Tensor) -> Tensor:
        noisy = x + std * _draw(torch.randn, x, generator)
        return noisy.clamp(0, 1) if clamp else noisy

    return corrupt


def masking(amount: float, *, generator: torch.Generator | None = None) -> Corruption:
    """Set each value to 0 with probability `amount`.

    Works on codes `(B, D)` too. Source: Vincent et al. (2010), section 3.3.

    Raises:
        ValueError: If `amount` is not in [0, 1].
    """
    _require_share("amount", amount)

    def corrupt(x: Tensor) -> Tensor:
        return torch.where(_draw(torch.rand, x, generator) < amount, 0.0, x)

    return corrupt


def salt_and_pepper(
    amount: float, *, generator: torch.Generator | None = None
) -> Corruption:
    """Set each pixel, with probability `amount`, to 0 or 1 by the toss of a coin.

    Raises:
        ValueError: If `amount` is not in [0, 1].
    """
    _require_share("amount", amount)

    def corrupt(x: Tensor) -> Tensor:
        # One draw decides all: [0, amount/2) pepper, [amount/2, amount) salt.
        draw = _draw(torch.rand, x, generator)
        spoilt = (draw >= amount / 2).to(x.dtype)
        return torch.where(draw < amount, spoilt, x)

    return corrupt


def occlusion(size: int, *, generator: torch.Generator | None = None) -> Corruption:
    """Black out one square of `size` pixels a side, at a random place in each image.

    Raises:
        ValueError: If `size` is below 1, or, at the call, larger than the image.
    """
    if size < 1:
        raise ValueError(f"size is {size}; it must be at least 1")

    def corrupt(x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        if size > min(height, width):
            raise ValueError(
                f"size is {size}, larger than an image of {height}x{width}"
            )
        shape = (len(x), 1, 1, 1)
        top = _places(height - size + 1, shape, x, generator)
        left = _places(width - size + 1, shape, x, generator)
        row = torch.arange(height, device=x.device)[:, None]
        column = torch.arange(width, device=x.device)
        inside = (row >= top) & (row < top + size)
        inside = inside & (column >= left) & (column < left + size)  # (B, 1, H, W)
        return x.masked_fill(inside, 0.0)

    return corrupt


def downsample(factor: int) -> Corruption:
    """Shrink both sides: a new pixel is the mean of `factor` x `factor` old ones.

    Raises:
        ValueError: If `factor` is below 1, or, at the call, does not divide a side.
    """
    if factor < 1:
        raise ValueError(f"factor is {factor}; it must be at least 1")

    def corrupt(x: Tensor) -> Tensor:
        if x.shape[-2] % factor or x.shape[-1] % factor:
            raise ValueError(
                f"factor is {factor}; it must divide both sides of x, {tuple(x.shape)}"
            )
        return F.avg_pool2d(x, factor)

    return corrupt


def _draw(
    distribution: Callable[..., Tensor], x: Tensor, generator: torch.Generator | None
) -> Tensor:
    """Draw a tensor like `x`, on the generator's device, and move it to that of `x`."""
    where = x.device if generator is None else generator.device
    drawn = distribution(x.shape, generator=generator, dtype=x.dtype, device=where)
    return drawn.to(x.device)


def _places(
    count: int, shape: tuple[int, ...], x: Tensor, generator: torch.Generator | None
) -> Tensor:
    where = x.device if generator is None else generator.device
    drawn = torch.randint(count, shape, generator=generator, device=where)
    return drawn.to(x.device)


def _require_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}; it must be from 0 to 1")
