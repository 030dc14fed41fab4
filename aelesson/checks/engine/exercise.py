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
do not overlap are found together. Where a piece of the reference is to be replaced by a
function, it is a *named part*, a keyword-only argument of the reference:
`check.mistakes(reduce={"sum over the units.": lambda kl: kl.mean(1)})`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
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
    parts: Mapping[str, Any] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()


class Exercise:
    """What one check knows. Calling it judges an answer.

    Args:
        reference: a right answer; its keyword-only arguments are its parts.
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
        parameters = inspect.signature(reference).parameters.values()
        self.name = self.__name__ = reference.__name__
        self.arguments = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        self.parts = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
        called = f"{self.name}({', '.join(self.arguments)})"
        self.__doc__ = f"Check `{called}`: one line if it is right, or a diagnosis."

    def mistakes(self, answers: Table | None = None, /, **parts: Table) -> None:
        """Add mistakes by sentence.

        Args:
            answers: whole answers; edits of the reference; or a dict of several wrong
                parts for one mistake.
            **parts: for a part of the reference, what people put in its place.
        """
        for says, wrong in _one_by_one(answers or {}):
            if isinstance(wrong, dict):
                self.mistake(says, **wrong)
            elif isinstance(wrong, str):
                self._edit(says, wrong)
            else:
                self.mistake(says, wrong)
        for part, table in parts.items():
            for says, wrong in _one_by_one(table):
                self.mistake(says, **{part: wrong})

    def mistake(self, says: str, answer: Answer | None = None, **parts: Any) -> Any:
        """Add a wrong answer, or wrong parts of the reference; or decorate one."""
        if answer is None and not parts:
            return partial(self.mistake, says)
        if unknown := sorted(parts.keys() - set(self.parts)):
            raise ExerciseError(
                f"mistake {says!r}: {self.name} has no part {unknown[0]!r}; its parts "
                f"are {', '.join(self.parts) or 'none'}"
            )
        wrong = answer or partial(self.reference, **parts)
        self.known.append(Mistake(says, wrong, parts))
        return wrong

    def _edit(self, says: str, text: str) -> None:
        try:
            edits = parsed(text)
            self.known.append(Mistake(says, edited(self.reference, edits), {}, edits))
        except EditError as error:
            raise ExerciseError(f"mistake {says!r}: {error}") from None

    def together(self, a: Mistake, b: Mistake) -> Answer | None:
        """Return an answer with two mistakes; None if they are in one place."""
        if not (a.parts or a.edits) or not (b.parts or b.edits):
            return None
        if a.parts.keys() & b.parts.keys():
            return None
        try:
            answer = edited(self.reference, a.edits + b.edits)
        except EditError:
            return None
        return partial(answer, **a.parts, **b.parts)

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
        return self._runs.setdefault(id(mistake), Run(self, mistake.answer))

    def __call__(self, answer: Answer) -> None:
        """Judge an answer: print one line, or raise `CheckFailed` with a diagnosis."""
        __tracebackhide__ = True  # IPython then shows only the learner's lines
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
        count = len(self.cases)
        print(f"✓ {self.name}: right in {count} case{'s' * (count != 1)}")

    def _failed(self, message: str, source: str) -> CheckFailed:
        failure = CheckFailed(f"{self.name}: {message}")
        failure.source = source
        return failure


def _one_by_one(table: Table) -> Iterator[tuple[str, Any]]:
    """Yield sentence and mistake; several that deserve one sentence are a list."""
    for says, wrong in table.items():
        for each in wrong if isinstance(wrong, list) else [wrong]:
            yield says, each
