"""How all results of an answer follow from the right ones: one sentence, or none.

Each sentence is a statement about every case that was tried, so it is true whatever
the learner wrote: a factor, a sign, a sum too many, a dimension, an order, a limit.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from aelesson.checks.engine.compare import close

Change = Callable[[Tensor], Tensor]


def _over(name: str, axis: int | None) -> Change:
    def reduce(values: Tensor) -> Tensor:
        whole = getattr(values, name)
        result: Tensor = whole() if axis is None else whole(axis)
        return result

    return reduce


_REDUCED: dict[str, Change] = {
    f"{verb} over {where}": _over(name, axis)
    for verb, name in (("summed", "sum"), ("averaged", "mean"))
    for where, axis in (
        ("dimension 0", 0),
        ("dimension 1", 1),
        ("the last dimension", -1),
        ("everything", None),
    )
}
_COMPOSED: dict[str, Change] = {
    "is the right one with the wrong sign": torch.neg,
    "is the square root of the right one": torch.sqrt,
    "is the square of the right one": torch.square,
    **{f"is the right one {how}": change for how, change in _REDUCED.items()},
}
_ROUNDED: dict[int, Change] = {
    digits: partial(torch.round, decimals=digits) for digits in range(5)
}
CHANGES: dict[str, Change] = {
    **_COMPOSED,
    "is the absolute value of the right one": torch.abs,
    "is the logarithm of the right one": torch.log,
    "is exp() of the right one": torch.exp,
    "is 1 divided by the right one": torch.reciprocal,
    "is 1 minus the right one": lambda v: 1 - v,
    "is the right one, transposed": lambda v: v.mT if v.dim() > 1 else v,
    "is the right one in reverse order": lambda v: v.flip(0),
    "is the right one with each row in reverse order": lambda v: v.flip(-1),
    "has a dimension of length 1 too many, in front": lambda v: v.unsqueeze(0),
    "has a dimension of length 1 too many, at the end": lambda v: v.unsqueeze(-1),
    "lacks a dimension of length 1": torch.squeeze,
    "is flat: its shape is lost": torch.flatten,
}
"""What is done to the right result to get the learner's, in words."""


def relation(what: str, got: Sequence[Any], want: Sequence[Any]) -> Iterator[str]:
    """Yield how all results follow from the right ones."""
    a, b = tensors(got), tensors(want)
    if a is None or b is None:
        return
    for says, change in CHANGES.items():
        if holds(a, b, change):
            where = "where it is wrong" if any(map(close, a, b)) else "in every case"
            yield f"your {what} {says}, {where}."
    for how, change in _REDUCED.items():
        if holds(b, a, change):
            yield f"your {what} must still be {how}."
    yield from scaled(what, a, b)
    yield from _limited(what, a, b)
    yield from _moved(what, a, b)
    yield from _nearly(what, a, b)


def composed(got: Sequence[Any], want: Sequence[Any]) -> Iterator[str]:
    """Yield what is done to results on top of a mistake: the plainest changes only."""
    both = zip(got, want, strict=True)
    seen = [(g, w) for g, w in both if g is not None or w is not None]
    a, b = (tensors([each[side] for each in seen]) for side in (0, 1))
    if a is None or b is None:
        return
    factor = constant_factor(a, b)
    if factor not in (None, 0.0, 1.0):
        yield f"all of it is multiplied by {factor:.4g}"
    for says, change in _COMPOSED.items():
        if holds(a, b, change):
            yield "the result then " + says.replace("the right one", "it")
    for digits, change in _ROUNDED.items():
        if holds(a, b, change):
            yield f"the result is then rounded to {digits} decimals"


def holds(got: Sequence[Tensor], want: Sequence[Tensor], change: Change) -> bool:
    """Tell whether a change of the right results gives all results, and is one."""
    changed = []
    try:
        for g, w in zip(got, want, strict=True):
            changed.append(change(w))
            if not close(g, changed[-1]):
                return False
    except (RuntimeError, IndexError):
        return False
    return not all(map(close, changed, want))


def scaled(what: str, got: Sequence[Tensor], want: Sequence[Tensor]) -> Iterator[str]:
    """Say by which factor or number all results are off."""
    factor = constant_factor(got, want)
    if factor not in (None, 0.0, 1.0, -1.0):
        yield f"your {what} is {factor:.4g} times the right one: is a factor off?"
    if any(g.shape != w.shape for g, w in zip(got, want, strict=True)):
        return
    gaps = _flat(got) - _flat(want)
    gaps = gaps[_flat(want).isfinite()]
    if len(gaps) < 2 or not gaps[0].isfinite() or abs(gaps[0]) < 1e-6:
        return
    if torch.allclose(gaps, gaps[:1], rtol=1e-4):
        sign = "plus" if gaps[0] > 0 else "minus"
        yield f"your {what} is the right one {sign} {abs(float(gaps[0])):.4g}."


def constant_factor(got: Sequence[Tensor], want: Sequence[Tensor]) -> float | None:
    """Return the number by which every result is too large, if there is one."""
    if any(g.shape != w.shape for g, w in zip(got, want, strict=True)):
        return None
    a, b = _flat(got), _flat(want)
    usual = b.isfinite()
    if not b[usual].any() or not a[usual].isfinite().all():
        return None
    factor = float((a[usual] @ b[usual]) / (b[usual] @ b[usual]))
    scaled = (factor * w for w in want)
    return float(f"{factor:.6g}") if factor and all(map(close, got, scaled)) else None


def tensors(values: Sequence[Any]) -> list[Tensor] | None:
    """Return results as float64 tensors; None if one is neither tensor nor number."""
    if not all(isinstance(v, Tensor | float | int) for v in values):
        return None
    return [torch.as_tensor(v).detach().double() for v in values]


def _limited(what: str, got: Sequence[Tensor], want: Sequence[Tensor]) -> Iterator[str]:
    """Say at which limit results are cut off."""
    a, b = _flat(got), _flat(want)
    if a.shape != b.shape or len(a) < 4 or not a.isfinite().all():
        return
    low, high = float(a.min()), float(a.max())
    for says, change, cut in (
        (f"never falls below {low:.4g}", lambda v: v.clamp(min=low), b < low),
        (f"never goes above {high:.4g}", lambda v: v.clamp(max=high), b > high),
        (
            f"stays between {low:.4g} and {high:.4g}",
            lambda v: v.clamp(low, high),
            (b < low) | (b > high),
        ),
    ):
        if holds(got, want, change) and int(cut.sum()) < len(b) - 2:
            yield f"your {what} {says}, where the right one does: is it clamped?"


def _moved(what: str, got: Sequence[Tensor], want: Sequence[Tensor]) -> Iterator[str]:
    """Say that values are right, but stand in other places."""
    if all(w.numel() < 2 for w in want):
        return
    if any(g.shape != w.shape for g, w in zip(got, want, strict=True)):
        return
    if holds(
        [g.flatten().sort()[0] for g in got], want, lambda w: w.flatten().sort()[0]
    ):
        yield f"your {what} has the right values in other places."


def _nearly(what: str, got: Sequence[Tensor], want: Sequence[Tensor]) -> Iterator[str]:
    """Say that results are nearly right, and by how much they miss."""
    if any(g.shape != w.shape for g, w in zip(got, want, strict=True)):
        return
    for digits, change in _ROUNDED.items():
        if holds(got, want, change):
            yield f"your {what} is rounded to {digits} decimals: return it as it is."
    misses = [
        float((g - w).abs().max() / w.abs().max().clamp_min(1e-9))
        for g, w in zip(got, want, strict=True)
        if w.numel() and w.isfinite().all()
    ]
    if misses and 1e-6 < max(misses) < 0.01:
        yield (
            f"your {what} is nearly right, at most {100 * max(misses):.2g} % off: is "
            "an epsilon added, a value rounded, or half precision used?"
        )


def _flat(values: Sequence[Tensor]) -> Tensor:
    return torch.cat([v.flatten() for v in values]) if values else torch.zeros(0)


def another(value: Any) -> Any:
    """Return a value of the same kind that is another one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list | tuple):
        return type(value)(map(another, value))
    if isinstance(value, Tensor) and value.is_floating_point():
        return value.detach().tanh() * 0.5 + 0.1  # bent, so that scaling shows
    return ~value if isinstance(value, Tensor) and value.dtype == torch.bool else value
