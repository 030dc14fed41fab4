"""What a loop loses that begins too late or ends too early: rows, units, places."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from aelesson.checks.engine.compare import close, same
from aelesson.checks.engine.observe import Case

Change = Callable[[Tensor], Tensor]

SIDES = {"first": (0, slice(1, None)), "last": (-1, slice(None, -1))}
LOOP = "does a loop begin too late, or end too early?"
INPUTS: dict[str, tuple[int, Change, Change]] = {
    "row": (1, lambda v: v, lambda v: v),
    "entry of dimension 1": (2, lambda v: v.movedim(1, 0), lambda v: v.movedim(0, 1)),
    "entry of each row": (2, lambda v: v.movedim(-1, 0), lambda v: v.movedim(0, -1)),
    "value of each row": (2, lambda v: v.flatten(1).T, lambda v: v.T),
}
RESULTS: dict[str, tuple[int, Change]] = {
    "value": (1, lambda v: v.flatten()),
    "row": (2, lambda v: v),
    "column": (2, lambda v: v.movedim(-1, 0)),
}
"""For each part, the dimensions that there must be, and what brings it to the front."""


def of_input(
    cases: Sequence[Case], got: Sequence[Any], answers: Callable[..., list[Any]]
) -> Iterator[str]:
    """Say of which part of the inputs nothing is in the results.

    Args:
        cases: the inputs.
        got: a learner's results, case by case.
        answers: returns the right results for changed inputs, or none.
    """
    for side, (_, kept) in SIDES.items():
        for what, shape in INPUTS.items():
            cut = partial(_cut, *shape, kept)
            if all(cut(case) is case for case in cases):
                continue
            right = answers(cut)
            if right and same(list(got), right):
                yield f"your result is the right one without the {side} {what}: {LOOP}"


def _cut(dimensions: int, front: Change, back: Change, kept: slice, case: Case) -> Case:
    """Leave one entry out of all tensors that have the most of them."""
    parts = {
        name: front(value)
        for name, value in case.items()
        if isinstance(value, Tensor) and value.dim() >= dimensions
    }
    most = max(map(len, parts.values()), default=0)
    cut = {name: back(v[kept]) for name, v in parts.items() if most and len(v) == most}
    return {**case, **cut} if cut else case


def of_result(
    what: str, got: Sequence[Tensor], want: Sequence[Tensor]
) -> Iterator[str]:
    """Say that results are wrong in their first or last value, row or column alone."""
    pairs = [(g, w) for g, w in zip(got, want, strict=True) if not close(g, w)]
    if any(g.shape != w.shape or w.dim() == 0 for g, w in pairs):
        return
    for side, (edge, kept) in SIDES.items():
        for name, (dimensions, front) in RESULTS.items():
            if any(w.dim() < dimensions for _, w in pairs):
                continue
            parts = [(front(g), front(w)) for g, w in pairs]
            inside = [(g[kept], w[kept]) for g, w in parts]
            if any(len(w) for _, w in inside) and all(close(*each) for each in inside):
                lost = all(len(g) and not g[edge].any() for g, _ in parts)
                yield (
                    f"the {side} {name} of your {what} is {'0' if lost else 'wrong'}, "
                    f"and all else is right: {LOOP}"
                )
