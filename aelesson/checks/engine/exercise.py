"""An exercise: a reference, cases, what is observed, and mistakes that people make.

    check = Exercise(reference, cases, returned())
    check.mistakes(
        {
            "the factor 1/2 is missing.": "0.5 * ->",
            "sum over the units, do not average.": "sum(1) -> mean(1)",
            "this is KL(p || q).": lambda mean, logvar: ...,
        }
    )

A mistake is an edit of the reference, `"old -> new"`, or a whole answer. Two edits that
do not overlap are found together.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aelesson.checks.engine.calls import Answer, Raised, signature_fault
from aelesson.checks.engine.compare import Note
from aelesson.checks.engine.edits import Edit, EditError, edited, parsed
from aelesson.checks.engine.failures import CheckFailed, as_not_begun, is_stub
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import Case, Observe
from aelesson.checks.engine.runs import Run, Seen
from aelesson.checks.engine.wording import given

Table = Mapping[str, Any]
"""For each sentence a wrong answer, or a list of them."""


class ExerciseError(Exception):
    """An exercise is not made as it should be; for its author, never for a learner."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer, and the sentence that helps its author."""

    says: str
    answer: Answer
    edits: tuple[Edit, ...] = ()


class Exercise:
    """What one check knows. Calling it judges an answer.

    Args:
        reference: a right answer.
        cases: makes the inputs, each a dict from argument to value.
        observe: runs an answer on a case and yields what it does.
        errors: what a telling part of an exception's message means in this exercise.
        fixed: whether two calls on the same input must give the same.
        tell: describes a case in words; by default, its inputs are listed.
        only: what it means that an answer is wrong in certain cases only: by sentence,
            whether a case is one of them. They count where all others are right.

    Raises:
        ExerciseError: There is no reference that can be called.
    """

    def __init__(
        self,
        reference: Answer,
        cases: Callable[[], Sequence[Case]],
        observe: Observe,
        *,
        errors: Mapping[str, str] | None = None,
        fixed: bool = True,
        tell: Callable[[Case], str] = given,
        only: Mapping[str, Callable[[Case], bool]] | None = None,
    ) -> None:
        if not callable(reference):
            raise ExerciseError(
                f"reference: got {reference!r:.60}, expected a right answer, a function"
            )
        self.reference, self.observe = reference, observe
        self.errors, self.fixed, self.tell = errors or {}, fixed, tell
        self.only = only or {}
        self.known: list[Mistake] = []
        self._make_cases = cases
        self._runs: dict[int, Run] = {}
        self._pairs: dict[tuple[int, int], Run | None] = {}
        self.name = self.__name__ = reference.__name__
        self.arguments = [*inspect.signature(reference).parameters]
        called = f"{self.name}({', '.join(self.arguments)})"
        self.__doc__ = f"Check `{called}`: one line if it is right, or a diagnosis."

    def mistakes(self, answers: Table) -> None:
        """Add mistakes by sentence: whole answers, or edits of the reference."""
        for says, wrong in answers.items():
            for each in wrong if isinstance(wrong, list) else [wrong]:
                self.known.append(self._mistake(says, each))

    def _mistake(self, says: str, wrong: Answer | str) -> Mistake:
        if not isinstance(wrong, str):
            return Mistake(says, wrong)
        try:
            edits = parsed(wrong)
            return Mistake(says, edited(self.reference, edits), edits)
        except EditError as error:
            raise ExerciseError(f"mistake {says!r}: {error}") from None

    def together(self, a: Mistake, b: Mistake) -> Run | None:
        """Return what two mistakes at once do; None if they are in one place.

        It is watched once, as one mistake is: many answers may be held against it.
        """
        pair = id(a), id(b)
        if pair not in self._pairs:
            self._pairs[pair] = self._both(a, b)
        return self._pairs[pair]

    def _both(self, a: Mistake, b: Mistake) -> Run | None:
        if not a.edits or not b.edits:
            return None
        try:
            return Run(self, edited(self.reference, a.edits + b.edits))
        except EditError:
            return None

    @cached_property
    def cases(self) -> Sequence[Case]:
        """The inputs on which answers are tried; made once, with a random state."""
        with isolated():
            made = self._make_cases()
        if not made:
            raise ExerciseError(f"{self.name}: no cases, so every answer would pass")
        return made

    @cached_property
    def apart(self) -> set[int]:
        """The cases that only count where all others are right."""
        return {
            number
            for number, case in enumerate(self.cases)
            if any(there(case) for there in self.only.values())
        }

    @cached_property
    def expected(self) -> list[dict[str, Any]]:
        """What the reference does, case by case; its notes left out."""
        with isolated():
            return [self._right(number) for number in range(len(self.cases))]

    def _right(self, number: int) -> dict[str, Any]:
        seen = Seen(self, self.reference, number).all()
        for aspect, value in seen.items():
            if isinstance(value, Raised):
                raise ExerciseError(
                    f"{self.name}: the reference raised {value} ({aspect}) in case "
                    f"{number}: {self.tell(self.cases[number])}"
                )
        return {k: v for k, v in seen.items() if not isinstance(v, Note)}

    def run_of(self, mistake: Mistake) -> Run:
        """Return what a mistake does; it is watched once."""
        if id(mistake) not in self._runs:
            self._runs[id(mistake)] = Run(self, mistake.answer)
        return self._runs[id(mistake)]

    def forget(self) -> None:
        """Let go of what mistakes were seen to do; the next who asks watches again."""
        self._runs.clear()
        self._pairs.clear()

    def __call__(self, answer: Answer) -> None:
        """Judge an answer: print one line, or raise `CheckFailed` with a diagnosis."""
        __tracebackhide__ = True  # IPython then shows only the learner's lines
        from aelesson.checks.engine import testimony
        from aelesson.checks.engine.explain import explain

        if fault := signature_fault(answer, self.name, self.arguments):
            raise self._failed(fault, "signature")
        try:
            with isolated():
                run = Run(self, answer)
                found = explain(self, run) if run.wrong else None
        except NotImplementedError as stub:
            if not is_stub(stub):
                raise
            raise as_not_begun(stub, self.name, answer) from None
        if found:
            raise self._failed(found.message, found.source)
        testimony.remember(run)
        count = len(self.cases)
        print(f"✓ {self.name}: right in {count} case{'s' * (count != 1)}")

    def _failed(self, message: str, source: str) -> CheckFailed:
        failure = CheckFailed(f"{self.name}: {message}")
        failure.source = source
        return failure
