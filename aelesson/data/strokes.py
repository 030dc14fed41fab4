"""Pen strokes by a random generator: sequences of different lengths.

A stroke is a sequence of pen movements `(dx, dy)`, one per step. There are three kinds,
and everything about a stroke is drawn at random: its direction on the page, its speed,
its turning sense (left or right), its length of 8 to 24 steps, and

- **loop**: circles along a line, as in a written "eee"; one turn takes 8 to 20 steps,
  and the pen drifts at 0.2 to 0.7 of its circling speed;
- **zigzag**: straight runs of 3 to 8 steps, 20 to 70 degrees to either side of a line;
- **spiral**: a turn of 10 to 24 steps, at a speed that grows or falls evenly.

The hand trembles: each number gets normal noise. No model can know it from the other
steps, but one that is given the whole stroke can, in part, store it.
"""

import math

import torch
from torch import Tensor

from aelesson import require

KINDS = ("loop", "zigzag", "spiral")
SHORTEST, LONGEST = 8, 24
TREMOR = 0.05  # standard deviation of the noise, in units of the mean speed


def draw(
    count: int,
    generator: torch.Generator,
    shortest: int = SHORTEST,
    longest: int = LONGEST,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw strokes; the average pen moves about 1 unit per step.

    Args:
        count: How many strokes.
        generator: Draws everything; on the CPU.
        shortest: The least length, in steps; 2 or more.
        longest: The greatest length, `T`.

    Returns:
        The movements, `(count, T, 2)`, zeros behind the end of a stroke; the lengths,
        int64 `(count,)`; and the kinds, int64 `(count,)`, places in `KINDS`.

    Raises:
        ValueError: If `count` is below 1, or the lengths are not as described.
    """
    require.whole("count", count)
    require.generator("generator", generator, needed=True)
    require.whole("shortest", shortest, at_least=2)
    require.whole("longest", longest, at_least=shortest, why=", the shortest")
    lengths = torch.randint(shortest, longest + 1, (count,), generator=generator)
    kinds = torch.randint(len(KINDS), (count,), generator=generator)
    t = torch.arange(longest).expand(count, longest)
    loops, zigzags = _loops(t, generator), _zigzags(t, generator)
    shapes = torch.stack([loops, zigzags, _spirals(t, lengths, generator)])
    steps = shapes[kinds, torch.arange(count)]  # (count, T, 2)
    steps = _turned(steps, generator) * _uniform(count, 0.6, 1.4, generator)[:, :, None]
    steps = steps + TREMOR * torch.randn(steps.shape, generator=generator)
    return steps * (t < lengths[:, None])[:, :, None], lengths, kinds


def path(steps: Tensor) -> Tensor:
    """Return the places of the pen, from its movements.

    Args:
        steps: `(B, T, 2)`.

    Returns:
        Shape `(B, T + 1, 2)`, from the start at (0, 0).

    Raises:
        ValueError: If `steps` has another shape.
    """
    require.tensor("steps", steps, "(B, T, 2)")
    return torch.cat([torch.zeros_like(steps[:, :1]), steps.cumsum(1)], dim=1)


def _loops(t: Tensor, generator: torch.Generator) -> Tensor:
    """Return circles with a drift to the right, `(count, T, 2)`."""
    count = len(t)
    turn = 2 * math.pi / _uniform(count, 8, 20, generator)  # radians per step
    start = _uniform(count, 0, 2 * math.pi, generator)
    steps = _direction(start + turn * t)
    steps[:, :, 0] += _uniform(count, 0.2, 0.7, generator)
    return steps


def _zigzags(t: Tensor, generator: torch.Generator) -> Tensor:
    """Return straight runs up and down, to the right on the whole."""
    count = len(t)
    run = torch.randint(3, 9, (count, 1), generator=generator)
    slope = _uniform(count, math.radians(20), math.radians(70), generator)
    side = 1 - 2 * (t // run % 2)  # 1, 1, 1, -1, -1, -1, ...
    return _direction(slope * side)


def _spirals(t: Tensor, lengths: Tensor, generator: torch.Generator) -> Tensor:
    """Return turns whose speed goes evenly from 0.4 to 1.4 or back."""
    count = len(t)
    turn = 2 * math.pi / _uniform(count, 10, 24, generator)
    share = t / (lengths[:, None] - 1)  # 0 at the first step, 1 at the last
    inward = torch.randint(2, (count, 1), generator=generator)
    speed = 0.4 + (inward - share).abs()
    return _direction(turn * t) * speed[:, :, None]


def _turned(steps: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror half of the strokes, then turn each by an angle of its own."""
    count = len(steps)
    sense = 1 - 2 * torch.randint(2, (count, 1), generator=generator)
    dx, dy = steps[:, :, 0], steps[:, :, 1] * sense
    angle = _uniform(count, 0, 2 * math.pi, generator)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([dx * cos - dy * sin, dx * sin + dy * cos], dim=2)


def _direction(angle: Tensor) -> Tensor:
    """Return movements of length 1, `(count, T, 2)`, from their angles in radians."""
    return torch.stack([angle.cos(), angle.sin()], dim=2)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Draw one number per stroke, `(count, 1)`."""
    return low + (high - low) * torch.rand(count, 1, generator=generator)
