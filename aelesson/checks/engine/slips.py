"""What goes wrong in any exercise: found by running the answer again, changed a little.

Each sentence is true of every case that was tried; none needs to know the exercise.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from aelesson.checks.engine import left_out
from aelesson.checks.engine.compare import same
from aelesson.checks.engine.observe import Case
from aelesson.checks.engine.relations import (
    another,
    constant_factor,
    relation,
    tensors,
)
from aelesson.checks.engine.runs import Run, Seen

if TYPE_CHECKING:
    from aelesson.checks.engine.exercise import Exercise


class Slips:
    """An answer that is wrong in a value or a shape, and what may have slipped.

    Args:
        exercise: what the answer was meant for.
        run: what the answer does.
    """

    def __init__(self, exercise: "Exercise", run: Run) -> None:
        self.exercise, self.run, self.aspect = exercise, run, run.aspect
        # A wrong shape is best seen in the values.
        parts = ("shape", "value")
        self.aspect = self.aspect.replace(*parts)
        self.got = run.values(self.aspect)
        self.want = [each.get(self.aspect) for each in exercise.expected]
        self.what = "result" if self.aspect == "value" else self.aspect
        self.what = self.what.removeprefix("value of ")
        self.right = [same(g, w) for g, w in zip(self.got, self.want, strict=True)]

    def found(self) -> Iterator[str]:
        """Yield what slipped, the most certain first."""
        return chain(
            self.drawn_anew(),
            self.nan(),
            self.swapped(),
            self.without_effect(),
            relation(self.what, *self.compared()),
            self.left_out(),
            self.rows(),
            self.varying_factor(),
            self.right_only_where(),
            self.wrong_only_where(),
            self.right_when_small(),
        )

    def compared(self) -> tuple[list[Any], list[Any]]:
        """Return what came and what is right, but for cases that stand apart."""
        cases = [i for i in range(len(self.got)) if i not in self.exercise.apart]
        return [self.got[i] for i in cases], [self.want[i] for i in cases]

    def drawn_anew(self) -> Iterator[str]:
        """Say that two calls with the same input differ."""
        if not self.exercise.fixed:
            return
        cases = range(len(self.exercise.cases))
        again = [Seen(self.exercise, self.run.answer, i, seed=99) for i in cases]
        if not same(self.got, [each.all().get(self.aspect) for each in again]):
            yield "two calls with the same input differ: is something drawn anew?"

    def nan(self) -> Iterator[str]:
        """Say nan as nan, and in how many cases; or that one is hidden."""
        pairs = [
            (g, w)
            for g, w in zip(
                tensors(self.got) or [], tensors(self.want) or [], strict=False
            )
            if g.shape == w.shape
        ]
        if len(pairs) < len(self.right):
            return
        bad = [bool((g.isnan() & ~w.isnan()).any()) for g, w in pairs]
        if any(bad) and all(b or ok for b, ok in zip(bad, self.right, strict=True)):
            where = "always" if all(bad) else f"in {sum(bad)} of {len(bad)} cases"
            yield (
                f"your {self.what} is nan, {where}: look for log(0), 0/0, inf - inf, "
                "0 * inf or a root of something negative."
            )
        bad = [bool(w.isnan().any() and not g.isnan().any()) for g, w in pairs]
        if any(bad) and all(b or ok for b, ok in zip(bad, self.right, strict=True)):
            yield (
                "a nan that must show is hidden: is there a nan_to_num, nanmean, "
                "nansum or isfinite?"
            )

    def swapped(self) -> Iterator[str]:
        """Say which two arguments are exchanged, if that explains the results."""
        for a, b in combinations(self.exercise.arguments, 2):
            names = {a: b, b: a}

            def exchanged(case: Case, names: dict[str, str] = names) -> Case:
                return {k: case[names.get(k, k)] for k in case}

            if same(self.got, self._changed(self.exercise.reference, exchanged)):
                yield f"{a} and {b} are swapped."

    def without_effect(self) -> Iterator[str]:
        """Say which argument does not change the result, though it should."""
        for name in self.exercise.arguments:

            def other(case: Case, name: str = name) -> Case:
                return {**case, name: another(case[name])}

            if not same(self.got, self._changed(self.run.answer, other)):
                continue
            right = self._changed(self.exercise.reference, other)
            if right and not same(right, self.want):
                yield (
                    f"{name} has no effect on your {self.what}: is a number written in "
                    "its place, or is it forgotten?"
                )

    def left_out(self) -> Iterator[str]:
        """Say which row or place is missing, as after a loop that is too short."""
        right = partial(self._changed, self.exercise.reference)
        yield from left_out.of_input(self.exercise.cases, self.got, right)
        got, want = map(tensors, self.compared())
        if got is not None and want is not None:
            yield from left_out.of_result(self.what, got, want)

    def rows(self) -> Iterator[str]:
        """Say that what the first row gives changes with the other rows."""

        def others(case: Case) -> Case:
            batch = [*filter(_several, case.values())]
            rows = max(map(len, batch), default=0)
            return {
                k: torch.cat([v[:1], another(v[1:])]) if _rows(v) == rows else v
                for k, v in case.items()
            }

        def first(values: Sequence[Any]) -> list[Any]:
            return [v[:1] if _rows(v) else v for v in values]

        rows = [(_rows(g), _rows(w)) for g, w in zip(self.got, self.want, strict=True)]
        if not any(map(_several, self.want)) or any(g != w for g, w in rows):
            return
        right = self._changed(self.exercise.reference, others)
        mine = self._changed(self.run.answer, others)
        if not right or not mine or not same(first(right), first(self.want)):
            return
        if not same(first(mine), first(self.got)):
            yield (
                f"what one row gives depends on the others in the batch: your "
                f"{self.what} must be made for each row alone."
            )

    def varying_factor(self) -> Iterator[str]:
        """Say by which size of an input all results are too large or too small."""
        got, want = tensors(self.got), tensors(self.want)
        if got is None or want is None:
            return
        factors = [constant_factor([g], [w]) for g, w in zip(got, want, strict=True)]
        known = [f for f in factors if f is not None]
        told = [f or ok for f, ok in zip(factors, self.right, strict=True)]
        if len(known) < 2 or not all(told):
            return
        for name in self.exercise.arguments:
            for says, measure in SIZES.items():
                sizes = [_size(measure, c.get(name)) for c in self.exercise.cases]
                for verb, power in (("multiplied", 1), ("divided", -1)):
                    if _match(factors, sizes, power):
                        yield (
                            f"your {self.what} is the right one {verb} by {says}"
                            f" {name}."
                        )

    def right_only_where(self) -> Iterator[str]:
        """Say what all cases have in common that are right, and no other case has."""
        if sum(self.right) < 2 and (not any(self.right) or len(self.right) < 5):
            return
        both = [*zip(self.exercise.cases, self.right, strict=True)]
        shared = set.intersection(*(set(traits(case)) for case, ok in both if ok))
        for case, ok in both:
            if not ok:
                shared -= set(traits(case))
        yield from (f"it is right only where {trait}." for trait in sorted(shared))

    def wrong_only_where(self) -> Iterator[str]:
        """Say what all cases have in common that are wrong, and no right case has."""
        cases = [*zip(self.exercise.cases, self.right, strict=True)]
        wrong = [set(traits(case)) for case, ok in cases if not ok]
        if len(wrong) < 2 or len(cases) - len(wrong) < 2:
            return
        of_right = {trait for case, ok in cases if ok for trait in traits(case)}
        shared = sorted(set.intersection(*wrong) - of_right)
        yield from (f"it is wrong only where {trait}." for trait in shared)

    def right_when_small(self) -> Iterator[str]:
        """Say which input must be small for all results to be right; no counts."""
        if not any(_floats(value) for value in self.want):
            return
        for name in self.exercise.arguments:

            def small(case: Case, name: str = name) -> Case:
                value = case[name]
                floating = isinstance(value, Tensor) and value.is_floating_point()
                return {**case, name: value / 100} if floating else case

            right = self._changed(self.exercise.reference, small)
            if not right or same(right, self.want):
                continue
            if same(self._changed(self.run.answer, small), right):
                yield (
                    f"your {self.what} is right as soon as {name} is divided by 100: is"
                    f" {name} cut to a range?"
                )

    def _changed(self, answer: Any, change: Callable[[Case], Case]) -> list[Any]:
        """Return the values of an answer on changed cases; nothing where one raises."""
        values = []
        for number, case in enumerate(self.exercise.cases):
            torch.default_generator.manual_seed(number)
            try:
                with warnings.catch_warnings(action="ignore"):
                    aspects = dict(self.exercise.observe(answer, change(case)))
            except Exception:  # a changed case may make no sense
                return []
            values.append(aspects.get(self.aspect))
        return values if all(v is not None for v in values) else []


def traits(case: Case) -> Iterator[str]:
    """Yield what is special about the inputs of a case."""
    numbers = {k: v for k, v in case.items() if isinstance(v, int | float)}
    for a, b in combinations(numbers, 2):
        if numbers[a] == numbers[b]:
            yield f"{a} equals {b}"
    for name, value in case.items():
        if name in numbers and value in (0, 1):
            yield f"{name} is {value:g}"
        if isinstance(value, Tensor) and value.dim():
            yield from _traits_of_tensor(name, value)


def _traits_of_tensor(name: str, value: Tensor) -> Iterator[str]:
    if len(value) == 1:
        yield f"{name} has one row"
    if value.dim() == 2:
        yield f"{name} has two dimensions"
    if value.dim() == 4 and value.shape[1] == 1:
        yield f"{name} has one channel"
    if value.dim() > 1 and value.shape[-1] == value.shape[-2]:
        yield f"{name} is square"
    if value.is_floating_point():
        yield f"{name} is {str(value.dtype).removeprefix('torch.')}"


SIZES: dict[str, Callable[[Tensor], float]] = {
    "the number of rows of": len,
    "the number of all values of": Tensor.numel,
    "the number of values in each row of": lambda v: v.numel() / max(len(v), 1),
    "the last size of": lambda v: v.shape[-1],
}


def _size(measure: Callable[[Tensor], float], value: Any) -> float:
    return measure(value) if isinstance(value, Tensor) and value.dim() else 0


def _match(factors: Sequence[float | None], sizes: Sequence[float], power: int) -> bool:
    return all(
        f is None or (s and abs(f - s**power) < 1e-3 * abs(f))
        for f, s in zip(factors, sizes, strict=True)
    )


def _rows(value: Any) -> int:
    return len(value) if isinstance(value, Tensor) and value.dim() else 0


def _floats(value: Any) -> bool:
    floating = isinstance(value, Tensor) and value.is_floating_point()
    return floating or isinstance(value, float)


def _several(value: Any) -> bool:
    return _rows(value) > 1
