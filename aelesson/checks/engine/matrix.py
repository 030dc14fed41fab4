"""The test that every exercise must pass, and that its author reads.

Each mistake must be refused and get its own sentence, never another's. What cannot be
told apart is listed, with the change of a case that would tell; and so is the one case
that alone tells two mistakes apart: if it goes, they are confused.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from aelesson.checks.engine.compare import same
from aelesson.checks.engine.exercise import Exercise, Mistake
from aelesson.checks.engine.explain import Explanation, explain
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import Case
from aelesson.checks.engine.runs import Run, alike


@dataclass
class Matrix:
    """What the mistakes of an exercise look like to its own check.

    Attributes:
        accepted: Mistakes that pass.
        misnamed: Mistakes that are told something else, and what.
        doubtful: Sentences that leave two mistakes open.
        named: How many mistakes get their own sentence, and no other.
        confused: Pairs of sentences whose mistakes do the same in every case.
        hinges: For each case, how many pairs it alone tells apart.
    """

    accepted: list[str] = field(default_factory=list)
    misnamed: list[tuple[str, str]] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    named: int = 0
    confused: list[tuple[Mistake, Mistake]] = field(default_factory=list)
    hinges: Counter[int] = field(default_factory=Counter)

    @property
    def sound(self) -> bool:
        """Whether every mistake is refused by its own sentence alone."""
        return not (self.accepted or self.misnamed or self.doubtful)


def matrix(exercise: Exercise) -> Matrix:
    """Judge every mistake of an exercise as if a learner had handed it in."""
    found = Matrix()
    with isolated():
        for mistake in exercise.known:
            _judge(exercise, mistake, found)
        for a, b, cases in _differences(exercise):
            if not cases:
                found.confused.append((a, b))
            elif len(cases) == 1:
                found.hinges[cases[0]] += 1
    return found


def without(exercise: Exercise) -> Iterator[tuple[str, Explanation]]:
    """Yield each sentence, and what its mistakes are told when it is taken out.

    Where a sentence of the exercise, or a pair of them, takes its place, somebody may
    one day be blamed for what was right.
    """
    every = exercise.known
    with isolated():
        for mistake in every:
            exercise.known = [m for m in every if m.says != mistake.says]
            try:
                run = exercise.run_of(mistake)
                if run.wrong:
                    yield mistake.says, explain(exercise, run)
            finally:
                exercise.known = every
    exercise.forget()  # thousands of pairs were tried


def _judge(exercise: Exercise, mistake: Mistake, found: Matrix) -> None:
    run = exercise.run_of(mistake)
    if not run.wrong:
        found.accepted.append(mistake.says)
        return
    said = explain(exercise, run).sentence
    if lost := _unknown_name(run):
        found.misnamed.append((mistake.says, f"{lost}: is an import missing?"))
        return
    own = mistake.says.splitlines()[0].rstrip(".")
    if said == mistake.says:
        found.named += 1
    elif said.startswith("either ") and own in said:
        found.doubtful.append(said)
    else:
        found.misnamed.append((mistake.says, said or explain(exercise, run).message))


def _unknown_name(run: Run) -> str:
    """Return what is said of an unknown name: a mistake of the author, no learner's."""
    symptoms = (run.symptom(case) for case in run.wrong)
    values = (symptom[1] for symptom in symptoms if symptom)
    kinds = ("NameError", "UnboundLocalError")
    return next((str(v) for v in values if getattr(v, "kind", "") in kinds), "")


def _differences(exercise: Exercise) -> Iterator[tuple[Mistake, Mistake, list[int]]]:
    """Yield pairs that deserve two sentences, and the cases that tell them apart."""
    for a, b in combinations(exercise.known, 2):
        if a.says == b.says:
            continue
        one, other = exercise.run_of(a), exercise.run_of(b)
        cases = range(len(exercise.cases))
        differ = [i for i in cases if not alike(one.symptom(i), other.symptom(i))]
        if differ or not (one.fits(other) and other.fits(one)):
            yield a, b, differ or [-1]
        else:
            yield a, b, []


def report(exercise: Exercise) -> str:
    """Put a matrix in words, for the author of an exercise."""
    found = matrix(exercise)
    count = f"{found.named} of {len(exercise.known)} mistakes"
    lines = [f"{exercise.name}: {count} get their own sentence alone"]
    lines += [f"  passes: {says!r}{_cure(exercise, says)}" for says in found.accepted]
    lines += [f"  {says!r} is told {said!r}" for says, said in found.misnamed]
    lines += [f"  in doubt: {said!r}" for said in found.doubtful]
    lines += [
        f"  cannot be told apart: {a.says!r} and {b.says!r}{_telling(exercise, a, b)}"
        for a, b in found.confused
    ]
    for case, pairs in sorted(found.hinges.items()):
        what = "only what is noted, or seen later,"
        if case >= 0:
            what = f"only case {case} ({exercise.tell(exercise.cases[case])})"
        lines.append(f"  {what} tells {pairs} pair{'s' * (pairs != 1)} apart")
    return "\n".join(lines)


def _cure(exercise: Exercise, says: str) -> str:
    """Propose a case in which a mistake that passes would show."""
    mistake = next(m for m in exercise.known if m.says == says)
    return _proposed(exercise, exercise.reference, mistake.answer)


def _telling(exercise: Exercise, a: Mistake, b: Mistake) -> str:
    return _proposed(exercise, a.answer, b.answer)


def _proposed(exercise: Exercise, one: Any, other: Any) -> str:
    for number, case in enumerate(exercise.cases):
        for says, change in PROPOSALS.items():
            if not _same_on(exercise, one, other, change(case)):
                return f"\n    case {number} {says} would tell"
    return ""


def _same_on(exercise: Exercise, one: Any, other: Any, case: Case) -> bool:
    """Tell whether two answers do the same on a case; also where it makes no sense."""
    seen = []
    for answer in (exercise.reference, one, other):
        with isolated():
            try:
                seen.append(dict(exercise.observe(answer, case)))
            except Exception:  # a changed case may make no sense
                return True
    right, *both = seen
    makes_sense = "value" not in right or same(right["value"], right["value"])
    return not makes_sense or all(
        same(both[0].get(k), both[1].get(k)) for k in both[0] | both[1]
    )


def _tensors(change: Callable[[Tensor], Tensor]) -> Callable[[Case], Case]:
    def changed(case: Case) -> Case:
        return {
            k: change(v) if isinstance(v, Tensor) and v.is_floating_point() else v
            for k, v in case.items()
        }

    return changed


def _numbers(case: Case) -> Case:
    return {k: v + 1 if type(v) in (int, float) else v for k, v in case.items()}


PROPOSALS: dict[str, Callable[[Case], Case]] = {
    "with every number 1 larger": _numbers,
    "with its tensors doubled": _tensors(lambda v: 2 * v),
    "with its tensors negated": _tensors(torch.neg),
    "with its tensors 0": _tensors(torch.zeros_like),
    "with its tensors 100 times as large": _tensors(lambda v: 100 * v),
    "in float64": _tensors(torch.Tensor.double),
    "with only the first row": _tensors(lambda v: v[:1] if v.dim() else v),
}
"""Changes of a case that tell many mistakes apart."""
