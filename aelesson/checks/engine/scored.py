"""Open tasks: many right answers, and a measured number that ranks them.

    check = Scored("sixteen_numbers", measure, unit="mean squared error per pixel",
                   baseline="PCA with 16 components", rules=[has_code_of(16)])

An answer is a function without arguments that makes the thing that is measured, or the
thing itself. It earns the points if it beats the baseline. What the references reach is
measured by `make scores`, never typed, and kept in `aelesson/checks/scores.json`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

from torch import Tensor, nn

from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.exercise import ExerciseError
from aelesson.checks.engine.failures import CheckFailed, as_not_begun, is_stub
from aelesson.checks.engine.isolation import isolated

MEASURED = Path(__file__).parents[1] / "scores.json"

Rule = Callable[[Any], str]
"""Says why a thing may not take part, or ""."""


@dataclass(frozen=True)
class Score:
    """What an open task measured.

    Attributes:
        name: Of the task.
        value: The number, in the task's unit.
        place: Among the references, 1 is best.
        among: How many there are, the learner's own included.
        earned: Whether it beats the baseline, which earns the points.
        seconds: How long it took to make what was measured. It is not printed under a
            check: it differs from run to run, and from machine to machine.
    """

    name: str
    value: float
    place: int
    among: int
    earned: bool
    seconds: float

    def __str__(self) -> str:
        made = f" in {self.seconds:.0f} s" if self.seconds >= 1 else ""
        return f"{self.value:.4g}{made}, place {self.place} of {self.among}"

    def _ipython_display_(self) -> None:
        """Show nothing: nbgrader would take a number under a check for its points."""


_last: dict[str, Score] = {}


def last_score(name: str) -> str:
    """Return what a task last measured in this process, in words, or ""."""
    return str(_last.get(name, ""))


@cache
def measured() -> Mapping[str, Mapping[str, float]]:
    """Return what `make scores` measured: for each task, each reference's number."""
    kept: dict[str, dict[str, float]] = json.loads(MEASURED.read_text("utf-8"))
    return kept


class Scored:
    """An open task. Calling it measures an answer and returns its `Score`.

    Args:
        name: of the task; the learner's function has it too.
        measure: what is measured, of a thing that keeps all rules.
        unit: what the number is, in words.
        baseline: the reference that must be beaten.
        more_is_better: whether larger numbers are better.
        rules: asked in order before anything is measured.
        references: for each named reference a function that makes it, for
            `make scores`; the sheet's solution is measured beside them.

    Raises:
        ExerciseError: The baseline is none of the references.
    """

    def __init__(
        self,
        name: str,
        measure: Callable[[Any], float],
        *,
        unit: str,
        baseline: str,
        more_is_better: bool = False,
        rules: Sequence[Rule] = (),
        references: Mapping[str, Callable[[], Any]],
    ) -> None:
        if baseline not in references:
            raise ExerciseError(
                f"baseline: got {baseline!r}, expected one of the references: "
                f"{', '.join(references) or 'there are none'}"
            )
        self.name = self.__name__ = name
        self.measure, self.unit, self.rules = measure, unit, rules
        self.baseline, self.more_is_better = baseline, more_is_better
        self.references = references
        self.__doc__ = f"Measure what `{name}()` makes: {unit}."

    def __call__(self, answer: Any) -> Score:
        """Measure an answer, print its number and place, and return them.

        Raises:
            CheckFailed: It breaks a rule, or does not beat the baseline.
        """
        __tracebackhide__ = True  # IPython then shows only the learner's lines
        try:
            with isolated():
                thing, seconds = self._made(answer)
                value = self.number(thing)
        except NotImplementedError as stub:
            if not is_stub(stub):
                raise
            raise as_not_begun(stub, self.name, answer) from None
        score, ranking = self._placed(value, seconds)
        _last[self.name] = score
        told = f"{value:.4g} {self.unit}"
        if not score.earned:
            raise self._failed(f"{told}.\n{self._goal()}")
        place = f"place {score.place} of {score.among}, which earns the points"
        print(f"✓ {self.name}: {told}, {place}\n{ranking}")
        return score

    def number(self, thing: Any) -> float:
        """Return what is measured of a thing that keeps the rules."""
        for rule in self.rules:
            if says := rule(thing):
                raise self._failed(says)
        result = attempt(self.measure, [thing])
        if failed(result):
            told = result if isinstance(result, Raised) else result.says
            raise self._failed(f"it could not be measured: {told:.200}")
        return float(result)

    def _made(self, answer: Any) -> tuple[Any, float]:
        """Call a function that makes the thing, and time it."""
        if isinstance(answer, nn.Module | Tensor) or not callable(answer):
            return answer, 0.0
        start = perf_counter()
        thing = attempt(answer, [])
        if isinstance(thing, Raised):
            raise self._failed(f"your function raised {thing:.160}\n{thing.line}")
        return (answer if failed(thing) else thing), perf_counter() - start

    def _placed(self, value: float, seconds: float) -> tuple[Score, str]:
        """Rank a number among the references, to the four digits that are kept."""
        known = self._known()
        ranks = sorted(
            [("yours", float(f"{value:.4g}")), *known.items()],
            key=lambda each: -each[1] if self.more_is_better else each[1],
        )
        place = [name for name, _ in ranks].index("yours") + 1
        goal = known[self.baseline]
        earned = value > goal if self.more_is_better else value < goal
        lines = (f"  {i}. {name}: {v:.4g}" for i, (name, v) in enumerate(ranks, 1))
        score = Score(self.name, value, place, len(ranks), earned, seconds)
        return score, "\n".join(lines)

    def _known(self) -> Mapping[str, float]:
        if self.name not in measured():
            raise ExerciseError(f"{self.name} has no scores yet: run `make scores`")
        return measured()[self.name]

    def _goal(self) -> str:
        goal = self._known()[self.baseline]
        better = "more" if self.more_is_better else "less"
        return (
            f"The points are for what beats {self.baseline}, {goal:.4g} ({better} is "
            "better)."
        )

    def _failed(self, message: str) -> CheckFailed:
        failure = CheckFailed(f"{self.name}: {message}")
        failure.source = "score"
        return failure


def is_model(thing: Any) -> str:
    """Refuse what is no network."""
    if isinstance(thing, nn.Module):
        return ""
    if thing is None:
        return "got None, expected a model: is `return` missing?"
    if isinstance(thing, type):
        return f"got the class {thing.__name__}, expected a model: add the brackets."
    return f"got {type(thing).__name__}, expected a model: an nn.Module."


def at_most(weights: int) -> Rule:
    """Return a rule: no more numbers than that are kept in a model, of any kind."""

    def rule(model: nn.Module) -> str:
        count = numbers_kept(model)
        if count <= weights:
            return ""
        return (
            f"your model keeps {count:,} numbers, at most {weights:,} are allowed: "
            "weights, biases, buffers and tensors kept in attributes count."
        )

    return rule


def numbers_kept(model: nn.Module) -> int:
    """Count all numbers that a model keeps: parameters, buffers, plain tensors."""
    kept: dict[int, int] = {}
    for part in model.modules():
        for each in _tensors(vars(part)):
            place = each.data_ptr()  # of a tensor and a piece of it the larger counts
            kept[place] = max(each.numel(), kept.get(place, 0))
    return sum(kept.values())


def _tensors(value: Any) -> Iterator[Tensor]:
    """Yield tensors, also those in lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _tensors(each)


def needs_only(inputs: Callable[[], Sequence[Any]], shape: Sequence[int]) -> Rule:
    """Return a rule: a model takes these inputs and nothing else.

    Args:
        inputs: makes a small batch, such as a tuple of images.
        shape: what must come out for it.
    """

    def rule(model: nn.Module) -> str:
        given = inputs()
        out = attempt(model, given)
        if isinstance(out, Raised) and "missing" in out.message:
            return (
                "your model asks for more than it is given: it must do without labels "
                f"and other extras.\n({out:.110})"
            )
        if isinstance(out, Raised):
            return f"your model does not run on a batch of {len(given[0])}: {out:.110}"
        found = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
        if found != tuple(shape):
            return f"your model returns {found}, expected a tensor of shape {shape}."
        return ""

    return rule
