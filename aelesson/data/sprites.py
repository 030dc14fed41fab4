"""Sprites: small pictures of one shape each, drawn from factors that are known.

Each picture is made by five whole numbers, and by nothing else: the shape, its size,
its angle, and its place, to the right and up. Every combination exists once, so that
the factors are independent over all of them. As angles stay below a quarter turn, no
two combinations look alike, not even of the square.

Drawn anew by this module, after the idea of Matthey et al. (2017), "dSprites".
"""

import math

import torch
from torch import Tensor

from aelesson import require

SHAPES = ("square", "ellipse", "triangle")
FACTORS = {"shape": len(SHAPES), "size": 4, "angle": 6, "x": 8, "y": 8}
"""The factors, in the order of their columns, and how many values each has."""

RADII = 0.26, 0.5  # of the circle around a shape; the picture goes from -1 to 1
FARTHEST = 0.38  # from the middle, along each side
QUARTER = math.pi / 2


def combinations() -> Tensor:
    """Return every combination of factors once: int64 `(4608, 5)`, the last fastest."""
    return torch.cartesian_prod(*map(torch.arange, FACTORS.values()))


def draw(
    count: int, generator: torch.Generator, side: int = 28
) -> tuple[Tensor, Tensor]:
    """Draw sprites at random, none of them twice.

    Args:
        count: How many, at most as many as there are combinations.
        generator: Chooses them; on the CPU.
        side: Rows and columns of a picture, 8 or more.

    Returns:
        Images, `(count, 1, side, side)` in [0, 1]; and their factors, int64
        `(count, 5)`, as in `FACTORS`.

    Raises:
        ValueError: If `count` or `side` is out of range.
    """
    everything = combinations()
    require.whole("count", count, at_most=len(everything), why=", the combinations")
    require.generator("generator", generator, needed=True)
    chosen = torch.randperm(len(everything), generator=generator)[:count]
    return render(everything[chosen], side), everything[chosen]


def render(factors: Tensor, side: int = 28) -> Tensor:
    """Draw the pictures of some factors, always the same ones.

    A pixel has the share of it that the shape covers, as far as an edge is straight
    within a pixel.

    Args:
        factors: Int64 `(N, 5)`, as in `FACTORS`, each from 0.
        side: Rows and columns of a picture, 8 or more.

    Returns:
        Images, `(N, 1, side, side)` in [0, 1]: the shape is white on black.

    Raises:
        ValueError: If `side` or a factor is out of range.
    """
    require.whole("side", side, at_least=8)
    require.whole_numbers("factors", factors, "(N, 5)", low=0)
    for column, (name, values) in enumerate(FACTORS.items()):
        require.within(f"factors, {name},", factors[:, column], 0, values - 1)
    shape = factors[:, 0, None, None]
    radius, angle, x, y = _measures(factors)
    axis = (torch.arange(side) + 0.5) * (2 / side) - 1
    right, up = axis - x, -axis[:, None] - y  # (N, 1, side) and (N, side, 1)
    u = (right * angle.cos() + up * angle.sin()) / radius
    v = (up * angle.cos() - right * angle.sin()) / radius
    inside = torch.where(shape == 0, _square(u, v), _triangle(u, v))
    inside = torch.where(shape == 1, _ellipse(u, v), inside)
    return (0.5 + inside * radius * side / 2).clamp(0, 1)[:, None]


def _measures(factors: Tensor) -> tuple[Tensor, ...]:
    """Return radius, angle and place of each sprite, `(N, 1, 1)` each."""
    steps = torch.tensor([*FACTORS.values()]) - 1
    share = (factors.cpu() / steps)[:, 1:, None, None]
    size, _, x, y = share.unbind(1)
    radius = RADII[0] + (RADII[1] - RADII[0]) * size
    angle = QUARTER * factors.cpu()[:, 2, None, None] / FACTORS["angle"]
    return radius, angle, FARTHEST * (2 * x - 1), FARTHEST * (2 * y - 1)


def _square(u: Tensor, v: Tensor) -> Tensor:
    """Return how far points lie inside the edge, in radii; negative if outside."""
    return math.sqrt(0.5) - torch.maximum(u.abs(), v.abs())


def _ellipse(u: Tensor, v: Tensor) -> Tensor:
    """Return the same of an ellipse twice as long as wide, near its edge."""
    ring = (u.square() + 4 * v.square()).sqrt()
    slope = (u.square() + 16 * v.square()).sqrt() / ring.clamp_min(1e-6)
    return (1 - ring) / slope.clamp_min(1)


def _triangle(u: Tensor, v: Tensor) -> Tensor:
    """Return the same of a triangle with equal sides and a corner on top."""
    return torch.minimum(v + 0.5, (1 - math.sqrt(3) * u.abs() - v) / 2)
