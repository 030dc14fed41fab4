"""Corruptions: each function here makes one, a callable from images to spoilt images.

`corrupt = gaussian_noise(0.5)` and then `corrupt(x)`: new noise at every call, and `x`
stays as it is. The randomness comes from a generator, by default PyTorch's global one.
"""

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson import require

Corruption: TypeAlias = Callable[[Tensor], Tensor]
"""From images `(B, C, H, W)` to corrupted ones, mostly of the same shape."""

IMAGES = "(B, C, H, W)"


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
    require.number("std", std, at_least=0)
    require.flag("clamp", clamp)
    require.generator("generator", generator)

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
    require.number("amount", amount, at_least=0, at_most=1)
    require.generator("generator", generator)

    def corrupt(x: Tensor) -> Tensor:
        return torch.where(_draw(torch.rand, x, generator) < amount, 0.0, x)

    return corrupt


def salt_and_pepper(
    amount: float, *, generator: torch.Generator | None = None
) -> Corruption:
    """Set each pixel, with probability `amount`, to 0 or 1 by the toss of a coin.

    In an image with colours, each channel of a pixel has a draw of its own.

    Raises:
        ValueError: If `amount` is not in [0, 1].
    """
    require.number("amount", amount, at_least=0, at_most=1)
    require.generator("generator", generator)

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
    require.whole("size", size)
    require.generator("generator", generator)

    def corrupt(x: Tensor) -> Tensor:
        require.tensor("x", x, IMAGES)
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
    require.whole("factor", factor)

    def corrupt(x: Tensor) -> Tensor:
        require.tensor("x", x, IMAGES)
        if x.shape[-2] % factor or x.shape[-1] % factor:
            raise ValueError(
                f"factor is {factor}; it must divide both sides of x, {tuple(x.shape)}"
            )
        return F.avg_pool2d(x, factor)

    return corrupt


def deformation(
    *,
    angle: float = 0.0,
    scale: float = 0.0,
    shear: float = 0.0,
    shift: float = 0.0,
    bend: float = 0.0,
    generator: torch.Generator | None = None,
) -> Corruption:
    """Turn, stretch, slant, move and bend each image in a way of its own.

    Turn, slant, move and the logarithms of the two factors are uniform between minus
    and plus their sizes; a bend is normal. New pixels are read between the old ones,
    and are black beyond the border.

    Source: Simard et al. (2003), "Best practices for convolutional neural networks
    applied to visual document analysis", which bends images too. There the moves are
    drawn for each pixel and smoothed; here, for few points, with a smooth surface
    laid through them.

    Args:
        angle: The largest turn, in degrees.
        scale: The largest change of width and of height, each for itself, as a share:
            with .1, up to a factor of 1.1 or 1 / 1.1.
        shear: The largest slant, in columns per row.
        shift: The largest move along either axis, in pixels.
        bend: The standard deviation, in pixels, of the moves at 4 x 4 points.
        generator: Draws all of it.

    Raises:
        ValueError: If a size is negative or not finite, or, at the call, if `x` is not
            `(B, C, H, W)`.
    """
    sizes = {"angle": angle, "scale": scale, "shear": shear, "shift": shift}
    for name, size in (sizes | {"bend": bend}).items():
        require.number(name, size, at_least=0)
    require.generator("generator", generator)

    def corrupt(x: Tensor) -> Tensor:
        require.tensor("x", x, IMAGES)
        places = _affine(x, sizes, generator) + bend * _bends(x, generator)
        # Filled where they are: to bring two numbers to a GPU is to wait for it.
        sides = torch.stack([places.new_full((), side) for side in x.shape[:-3:-1]])
        return F.grid_sample(x, 2 * places / sides, align_corners=False)

    return corrupt


def _affine(
    x: Tensor, sizes: Mapping[str, float], generator: torch.Generator | None
) -> Tensor:
    """Return where each new pixel comes from, `(B, H, W, 2)`.

    The last axis is (column, row), in pixels from the middle of the image.
    """

    def draw(size: float) -> Tensor:
        return size * (2 * _draw(torch.rand, x.new_empty(len(x)), generator) - 1)

    turn, slant = draw(math.radians(sizes["angle"])), draw(sizes["shear"])
    wide, high = (draw(math.log1p(sizes["scale"])).exp() for _ in range(2))
    column = torch.stack([turn.cos() * wide, slant - turn.sin() * high], dim=1)
    row = torch.stack([turn.sin() * wide, turn.cos() * high], dim=1)
    maps = torch.stack([column, row], dim=1)  # (B, 2, 2)
    moves = torch.stack([draw(sizes["shift"]) for _ in range(2)], dim=1)
    return torch.einsum("hwj,bij->bhwi", _places_of(x), maps) + moves[:, None, None]


def _places_of(x: Tensor) -> Tensor:
    """Return where each pixel is, `(H, W, 2)`, counted as `_affine` does."""
    rows, columns = (
        torch.arange(side, dtype=x.dtype, device=x.device) - (side - 1) / 2
        for side in x.shape[-2:]
    )
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=-1)


def _bends(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """Return smooth moves of each pixel, `(B, H, W, 2)`, from 4 x 4 random ones."""
    coarse = _draw(torch.randn, x.new_empty(len(x), 2, 4, 4), generator)
    smooth = F.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=False)
    return smooth.permute(0, 2, 3, 1)


def _draw(
    distribution: Callable[..., Tensor], x: Tensor, generator: torch.Generator | None
) -> Tensor:
    """Draw a tensor like `x`, on the generator's device, and move it to that of `x`."""
    require.tensor("x", x, "(...)")
    where = x.device if generator is None else generator.device
    drawn = distribution(x.shape, generator=generator, dtype=x.dtype, device=where)
    return drawn.to(x.device)


def _places(
    count: int, shape: tuple[int, ...], x: Tensor, generator: torch.Generator | None
) -> Tensor:
    where = x.device if generator is None else generator.device
    drawn = torch.randint(count, shape, generator=generator, device=where)
    return drawn.to(x.device)
