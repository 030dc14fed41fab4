"""Random answers: where their chance comes from, and whether draws are independent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from aelesson.checks.engine.compare import FINE, Finding, same

Draw = Callable[[torch.Generator], Any]
"""An answer with all its arguments but the generator filled in."""


@dataclass(frozen=True)
class Shares:
    """Several shares that are compared together, and how they are shown."""

    each: tuple[Any, ...]
    words: str

    def alike(self, other: object) -> bool:
        """Tell whether chance explains the gaps, each for itself."""
        return isinstance(other, Shares) and same(self.each, other.each)

    def __repr__(self) -> str:
        return self.words


def seeded(seed: int = 0) -> torch.Generator:
    """Return a generator with a seed."""
    return torch.Generator().manual_seed(seed)


def own_randomness(
    draw: Draw, nothing: Callable[[Any], bool] = lambda _: False
) -> Finding:
    """Ask that all chance comes from the generator, and that the generator moves on.

    `nothing` tells whether a result looks as if nothing had been drawn.
    """
    torch.rand(1)  # a state that no seed of the answer's gives
    generator, around = seeded(1), torch.default_generator.get_state()
    start = generator.get_state()
    first = draw(generator)
    if not torch.equal(around, torch.default_generator.get_state()):
        return Finding(
            "global",
            "your function draws from PyTorch's global random state, or seeds it.\nHand"
            " generator=generator to every function that draws.",
        )
    moved = not torch.equal(start, generator.get_state())
    again = all(_equal(first, draw(generator)) for _ in range(6))
    if again and nothing(first):
        says = "what you return is what came in, as it came: was nothing drawn?"
        return Finding("nothing", says)
    if not moved:
        return Finding(
            "unused",
            "the generator that came in was not used: its state is as before.\n"
            "Hand generator=generator to the function that draws.",
        )
    if again:
        return Finding(
            "seeded",
            "calls in a row with one generator gave the same result: do you seed it, or"
            " keep a result?\nUse it as it comes; whoever calls decides about seeds.",
        )
    if not _equal(first, draw(seeded(1))):
        return Finding(
            "elsewhere",
            "two generators with equal seeds gave different results: something draws"
            " from elsewhere, such as NumPy or `random`.\nDraw from generator only.",
        )
    return FINE


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.shape == b.shape and torch.equal(a, b)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    return bool(a is b or (not isinstance(a, Tensor) and a == b))


def places_apart(
    chosen: Tensor,
    names: Sequence[str],
    says: str = "all {} are chosen at the same places: draw in the shape of x.",
) -> Finding:
    """Ask that what was chosen by chance differs along every dimension, by its name."""
    if not chosen.any() or chosen.all():
        return FINE
    for dimension, name in enumerate(names):
        first = chosen.select(dimension, 0).unsqueeze(dimension)
        if bool((chosen == first).all()):
            return Finding(f"same {name}", says.format(name))
    return FINE


def even(hits: Tensor, counts: Tensor, says: str) -> Finding:
    """Ask that shares of hits among counts are alike, up to six deviations."""
    share = hits.sum() / counts.sum().clamp_min(1)
    spread = (share * (1 - share) * counts).sqrt().clamp_min(1)
    far = (hits - share * counts).abs() > 6 * spread
    return Finding("uneven", says) if bool(far.any()) else FINE


def by_chance(counts: Sequence[int]) -> Finding:
    """Ask that a count differs from call to call."""
    if len(set(counts)) > 1:
        return FINE
    return Finding(
        "fixed count",
        f"each call chose exactly {counts[0]:,} values: let chance decide for each"
        " value, independently of the others.",
    )
