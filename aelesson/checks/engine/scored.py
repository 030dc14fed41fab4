"""Open tasks: many right answers, and a measured number that ranks them.

    check = Scored("sixteen_numbers", measure, record=autoencoder(16),
                   unit="mean squared error per pixel", baseline="PCA with 16 numbers")

An answer is a function without arguments that makes the thing that is measured, or the
thing itself. It earns the points if it beats the baseline. What the references reach is
measured by `make scores`, never typed, and kept in `aelesson/checks/scores.json`.

The thing is recorded first, and only the record is measured. So the two steps may be
two processes: `packed` where the learner's code runs, `judged` where none ever did.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any

from torch import Tensor, nn

from aelesson.checks.engine import source
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.exercise import ExerciseError
from aelesson.checks.engine.failures import CheckFailed, as_not_begun, is_stub
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.packed import Parts, pack, unpack
from aelesson.checks.engine.programs import Unsuitable
from aelesson.checks.engine.recorded import Refused
from aelesson.checks.engine.rules import Rule

MEASURED = source.COURSE / source.SCORES

Recorder = Callable[[Any, Parts], Mapping[str, Any]]
"""Records a thing: its functions, tensors and numbers; it may need what was given."""


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
_packed: dict[str, bytes] = {}
_taken: dict[str, bytes] = {}


def last_score(name: str) -> str:
    """Return what a task last measured in this process, in words, or ""."""
    return str(_last.get(name, ""))


def last_packed(name: str) -> bytes:
    """Return what a task last measured in this process, for `judged`, or nothing.

    It is there also where the points were not earned: on other images they may be.
    """
    return _packed.get(name, b"")


def take(given: Mapping[str, bytes]) -> None:
    """Leave tasks to another judge: here they are only packed, for `last_packed`.

    Args:
        given: By name of the task, what that judge gives to it: `Scored.given()`.
    """
    _taken.update(given)


def measured() -> Mapping[str, Mapping[str, float]]:
    """Return what `make scores` measured: for each task, each reference's number."""
    return _read(source.folder() / source.SCORES)


@cache
def _read(path: Path) -> Mapping[str, Mapping[str, float]]:
    kept: dict[str, dict[str, float]] = json.loads(path.read_text("utf-8"))
    return kept


class Scored:
    """An open task. Calling it measures an answer and returns its `Score`.

    Args:
        name: of the task; the learner's function has it too.
        measure: what is measured, of the record of a thing that keeps all rules.
        record: returns what of a thing is measured: records, tensors, numbers.
        unit: what the number is, in words.
        baseline: the reference that must be beaten.
        more_is_better: whether larger numbers are better.
        rules: asked of the thing, in order, before it is recorded.
        holds: asked of the record, in order, before it is measured.
        given: returns tensors that the thing is made or recorded with, if it needs any.
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
        record: Recorder,
        unit: str,
        baseline: str,
        more_is_better: bool = False,
        rules: Sequence[Rule] = (),
        holds: Sequence[Rule] = (),
        given: Callable[[], Mapping[str, Any]] = dict,
        references: Mapping[str, Callable[[], Any]],
    ) -> None:
        if baseline not in references:
            raise ExerciseError(
                f"baseline: got {baseline!r}, expected one of the references: "
                f"{', '.join(references) or 'there are none'}"
            )
        self.name = self.__name__ = name
        self.measure, self.unit, self.record = measure, unit, record
        self.rules, self.holds, self._given = rules, holds, given
        self.baseline, self.more_is_better = baseline, more_is_better
        self.references = references
        self.__doc__ = f"Measure what `{name}()` makes: {unit}."

    def __call__(self, answer: Any) -> Score | None:
        """Measure an answer, print its number and place, and return them.

        Returns:
            None where the task was left to another judge, see `take`.

        Raises:
            CheckFailed: It breaks a rule, or does not beat the baseline.
        """
        __tracebackhide__ = True  # IPython then shows only the learner's lines
        _packed.pop(self.name, None)
        given = _taken[self.name] if self.name in _taken else self.given()
        _packed[self.name] = data = self.packed(answer, given)
        if self.name in _taken:
            print(f"{self.name}: recorded for the judge")
            return None
        score, ranking = self._scored(data)
        _last[self.name] = score
        print(f"✓ {self.name}: {self.praise(score)}\n{ranking}")
        return score

    def praise(self, score: Score) -> str:
        """Say what was measured, and that it earns the points."""
        place = f"place {score.place} of {score.among}, which earns the points"
        return f"{score.value:.4g} {self.unit}, {place}"

    def given(self) -> bytes:
        """Return what `packed` needs, as bytes: made by the judge, one for a class."""
        with isolated():
            return pack(self._given())

    def packed(self, answer: Any, given: bytes = b"") -> bytes:
        """Make and record a thing, for `judged`. The learner's code runs here alone.

        Raises:
            CheckFailed: It breaks a rule, or cannot be recorded.
        """
        __tracebackhide__ = True
        try:
            with isolated():
                thing, seconds = self._made(answer)
                return self._recorded(thing, given, seconds)
        except NotImplementedError as stub:
            if not is_stub(stub):
                raise
            raise as_not_begun(stub, self.name, answer) from None

    def judged(self, data: bytes) -> Score:
        """Measure what was packed, in any process; no learner's code is run.

        Raises:
            CheckFailed: It breaks a rule, or does not beat the baseline.
        """
        return self._scored(data)[0]

    def number(self, thing: Any) -> float:
        """Return what is measured of a thing that keeps the rules."""
        return self._number(self._opened(self._recorded(thing, self.given(), 0.0)))

    def _recorded(self, thing: Any, given: bytes, seconds: float) -> bytes:
        for rule in self.rules:
            if says := rule(thing):
                raise self._failed(says)
        try:
            known = unpack(given) if given else Parts({})
            return pack({**self.record(thing, known), "seconds": seconds})
        except (Refused, Unsuitable) as error:
            raise self._failed(f"{error}") from None

    def _opened(self, data: bytes) -> Parts:
        try:
            return unpack(data)
        except Unsuitable as error:
            raise self._failed(f"it cannot be judged: {error}") from None

    def _scored(self, data: bytes) -> tuple[Score, str]:
        thing = self._opened(data)
        with isolated(source.seed(0)):
            value = self._number(thing)
        found = attempt(partial(float, thing.seconds), [])
        score, ranking = self._placed(value, 0.0 if failed(found) else found)
        if not score.earned:
            raise self._failed(f"{value:.4g} {self.unit}.\n{self._goal()}")
        return score, ranking

    def _number(self, thing: Parts) -> float:
        for rule in self.holds:
            found = attempt(rule, [thing])
            if failed(found):
                raise self._unmeasured(found)
            if found:
                raise self._failed(found)
        result = attempt(self.measure, [thing])
        if failed(result):
            raise self._unmeasured(result)
        return float(result)

    def _unmeasured(self, found: Any) -> CheckFailed:
        told = found if isinstance(found, Raised) else found.says
        return self._failed(f"it could not be measured: {told:.200}")

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
