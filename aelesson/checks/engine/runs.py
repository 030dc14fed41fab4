"""What an answer does on the cases of an exercise, and whether a mistake fits it."""

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from aelesson.checks.engine.calls import Answer, Raised
from aelesson.checks.engine.compare import FINE, Finding, Kind, Note, same

if TYPE_CHECKING:
    from aelesson.checks.engine.exercise import Exercise

Symptom = tuple[str, Any] | None
"""The first aspect that is not as in the reference, and what it is; None if right."""


class Run:
    """What an answer does on all cases, looked at no further than is asked for."""

    def __init__(self, exercise: "Exercise", answer: Answer) -> None:
        self.exercise, self.answer = exercise, answer
        self.seen = [Seen(exercise, answer, i) for i in range(len(exercise.cases))]
        self._symptoms: dict[int, Symptom] = {}
        self._faults: dict[int, set[str]] = {}

    def symptom(self, case: int) -> Symptom:
        """Return the first aspect of a case that is wrong."""
        if case not in self._symptoms:
            apart, cases = self.exercise.apart, range(len(self.seen))
            others = [i for i in cases if i not in apart] if case in apart else []
            self._symptoms[case] = (
                None
                if any(self.symptom(i) for i in others)
                else self.seen[case].against(self.exercise.expected[case])
            )
        return self._symptoms[case]

    @property
    def wrong(self) -> list[int]:
        """The cases in which something is wrong."""
        return [i for i in range(len(self.seen)) if self.symptom(i) is not None]

    def like(self, other: "Run") -> bool:
        """Tell whether both first go wrong at the same places in the same way."""
        cases = range(len(self.seen))
        return all(alike(self.symptom(i), other.symptom(i)) for i in cases)

    def fits(self, mistake: "Run") -> bool:
        """Tell whether a mistake can be what happened here.

        All that it does wrong must be wrong here, too, and what is noted must agree;
        more may be wrong here.
        """
        return self.like(mistake) and not any(
            self._refutes(i, mistake) for i in self.wrong
        )

    def contains(self, part: "Run") -> bool:
        """Tell whether all that a mistake does wrong is wrong here, in whatever way."""
        return not any(
            self._refutes(i, part, notes=False)
            for i in range(len(self.seen))
            if i not in self.exercise.apart
        )

    def _refutes(self, case: int, mistake: "Run", notes: bool = True) -> bool:
        own, mistaken = self.seen[case].all(), mistake.seen[case].all()
        both = own.keys() & mistaken.keys()
        if both & mistake._faults_in(case) - self._faults_in(case):
            return True
        noted = ((own[k], mistaken[k]) for k in both) if notes else ()
        return any(
            isinstance(mine, Note) and isinstance(its, Note) and not mine.alike(its)
            for mine, its in noted
        )

    def _faults_in(self, case: int) -> set[str]:
        """Return every aspect of a case that is wrong; they are compared once."""
        if case not in self._faults:
            expected = self.exercise.expected[case]
            aspects = self.seen[case].all().items()
            self._faults[case] = {a[0] for a in aspects if _differs(a, expected)}
        return self._faults[case]

    def exactly_like(self, other: "Run") -> bool:
        """Tell whether both do the same in every respect."""
        pairs = zip(self.seen, other.seen, strict=True)
        return all(_equal(a.all(), b.all()) for a, b in pairs)

    @property
    def aspect(self) -> str:
        """The name of the first wrong aspect of the first wrong case."""
        return (self.symptom(self.wrong[0]) or ("",))[0]

    @property
    def measured(self) -> bool:
        """Whether it is a number or a shape that is wrong, and not a plain fact."""
        value = (self.symptom(self.wrong[0]) or ("", None))[1]
        return not isinstance(value, Finding | Raised | Kind)

    def values(self, aspect: str = "value") -> list[Any]:
        """Return one aspect in all cases."""
        return [each.all().get(aspect) for each in self.seen]


class Seen:
    """What an answer does on one case: aspects, drawn one by one from the observer."""

    def __init__(
        self, exercise: "Exercise", answer: Answer, number: int, seed: int = 0
    ) -> None:
        self.aspects: dict[str, Any] = {}
        self._rest = exercise.observe(answer, exercise.cases[number])
        self._done = False
        self._seed = number + seed
        self._state: Tensor | None = None

    @classmethod
    def told(cls, aspects: dict[str, Any]) -> "Seen":
        """Return what was seen elsewhere: no answer is run."""
        seen = cls.__new__(cls)
        seen.aspects, seen._done = aspects, True
        return seen

    def _next(self) -> tuple[str, Any] | None:
        """Draw one more aspect; the random state is the case's own."""
        if self._done:
            return None
        if self._state is None:
            torch.default_generator.manual_seed(self._seed)
        else:
            torch.default_generator.set_state(self._state)
        with torch.enable_grad():
            found = next(self._rest, None)
        self._state = torch.default_generator.get_state()
        if found is None:
            self._done = True
        else:
            self.aspects[found[0]] = found[1]
        return found

    def all(self) -> dict[str, Any]:
        """Return every aspect, by name."""
        while self._next():
            pass
        return self.aspects

    def against(self, expected: Mapping[str, Any]) -> Symptom:
        """Return the first aspect that is not as expected."""
        for aspect in chain([*self.aspects.items()], iter(self._next, None)):
            if _differs(aspect, expected):
                return aspect
        missing = [k for k in expected if k not in self.aspects]
        return (missing[0], None) if missing else None


def alike(a: Symptom, b: Symptom) -> bool:
    """Tell whether two answers go wrong in the same way."""
    if a is None or b is None:
        return a is b
    return a[0] == b[0] and same(a[1], b[1])


def _differs(aspect: tuple[str, Any], expected: Mapping[str, Any]) -> bool:
    name, value = aspect
    return not isinstance(value, Note) and not same(value, expected.get(name, FINE))


def _equal(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    def plain(value: Any) -> Any:
        return value.value if isinstance(value, Note) else value

    return a.keys() == b.keys() and all(same(plain(a[k]), plain(b[k])) for k in a)
