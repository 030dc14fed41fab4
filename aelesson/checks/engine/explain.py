"""The order of explanation: never a guess.

1. a known mistake that does the same on every case; 2. two at once, in two parts of
the reference; 3. what the aspect that is wrong says of itself; 4. what it means that
only certain cases are wrong; 5. general slips; 6. a mistake and a plain change on top
of it; and always the smallest failing case: the input, what came, what is right.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice

from aelesson.checks.engine.calls import Raised
from aelesson.checks.engine.compare import FINE, Finding
from aelesson.checks.engine.exercise import Exercise, Mistake
from aelesson.checks.engine.relations import composed
from aelesson.checks.engine.runs import Run, alike
from aelesson.checks.engine.slips import Slips
from aelesson.checks.engine.wording import WRONG_ASPECTS, either, shown, size

_MOST = 2  # explanations that are said side by side; of more, none is


@dataclass(frozen=True)
class Explanation:
    """What a learner reads, and where it comes from."""

    sentence: str
    source: str
    symptom: str = ""

    @property
    def message(self) -> str:
        """At most three lines: the sentence, and the case as far as there is room."""
        if not self.sentence:
            return self.symptom.strip("()")
        lines = [*self.sentence.splitlines(), *self.symptom.splitlines()]
        return "\n".join(lines[:3])


def explain(exercise: Exercise, run: Run) -> Explanation:
    """Explain an answer that is wrong somewhere."""
    symptom = shown(exercise, run, telling_case(exercise, run))
    for source, find in SOURCES.items():
        found = list(dict.fromkeys(find(exercise, run)))
        if 0 < len(found) <= _MOST:
            return Explanation(either(found), source, symptom)
    return Explanation("", "case", symptom)


def telling_case(exercise: Exercise, run: Run) -> int:
    """Return the smallest case that is wrong; one that raised tells more.

    What another case refutes, because the same fact is fine there, is not taken if
    there is anything else: a small case may look like a mistake by chance.
    """

    def rank(case: int) -> tuple[bool, bool, int]:
        aspect, value = run.symptom(case) or ("", None)
        refuted = any(each.aspects.get(aspect) == FINE for each in run.seen)
        return not isinstance(value, Raised), refuted, size(exercise.cases[case])

    return min(run.wrong, key=rank)


def known_mistakes(exercise: Exercise, run: Run) -> list[str]:
    """Return what the mistakes say that do the very same on every case.

    Where several do, those count that are the same in all that is seen afterwards.
    """
    fits = [m for m in exercise.known if run.fits(exercise.run_of(m))]
    if len({m.says for m in fits}) > 1:
        best = [m for m in fits if run.exactly_like(exercise.run_of(m))]
        fits = best or fits
    return [m.says for m in fits]


def pairs(exercise: Exercise, run: Run) -> Iterator[str]:
    """Yield pairs of mistakes in different parts that do the very same together."""
    if not run.measured:
        return
    first = run.wrong[0]
    edits = [m for m in exercise.known if m.edits]
    possible = [m for m in edits if run.contains(exercise.run_of(m))]
    for a, b in combinations(possible, 2):
        both = exercise.together(a, b)
        if both is None:
            continue
        if alike(run.symptom(first), both.symptom(first)) and run.fits(both):
            yield f"it does what these two do together: {_clause(a)}; and {_clause(b)}."


def own_sentence(exercise: Exercise, run: Run) -> list[str]:
    """Return what the first wrong aspect says of itself."""
    case = telling_case(exercise, run)
    aspect, value = run.symptom(case) or ("", None)
    if isinstance(value, Finding):
        return [value.says] if value.says else []
    if isinstance(value, Raised):
        said = value.translated(exercise.errors)
        return [f"{said}\n({value:.110})\n{value.line}"] if said else []
    rules = (rule for part, rule in WRONG_ASPECTS.items() if aspect.startswith(part))
    rule = next(rules, None)
    want = exercise.expected[case].get(aspect)
    return [*filter(None, [rule(aspect, value, want)])] if rule else []


def only_there(exercise: Exercise, run: Run) -> list[str]:
    """Return what the exercise says where an answer is wrong in certain cases only."""
    wrong = [exercise.cases[case] for case in run.wrong]
    fits = [says for says, there in exercise.only.items() if all(map(there, wrong))]
    return fits[:1] if run.measured else []


def slips(exercise: Exercise, run: Run) -> list[str]:
    """Return the first general slip that explains all cases."""
    return [*islice(Slips(exercise, run).found(), 1)] if run.measured else []


def changed_mistake(exercise: Exercise, run: Run) -> Iterator[str]:
    """Find one mistake, and a plain change of its result on top of it."""
    if not run.measured:
        return
    aspect = run.aspect.replace("shape", "value")
    got = run.values(aspect)
    for mistake in exercise.known:
        for change in composed(got, exercise.run_of(mistake).values(aspect)):
            yield (
                f"it does what these two do together: {_clause(mistake)}; and {change}."
            )
            break


def _clause(mistake: Mistake) -> str:
    return mistake.says.splitlines()[0].rstrip(".")


SOURCES: dict[str, Callable[[Exercise, Run], Iterable[str]]] = {
    "mistake": known_mistakes,
    "pair": pairs,
    "aspect": own_sentence,
    "there": only_there,
    "slip": slips,
    "changed mistake": changed_mistake,
}
"""Where explanations come from, in the order in which they are asked for."""
