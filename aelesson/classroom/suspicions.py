"""What a teacher should look at in a sheet: what was seen, never what it means.

Code is read, not run. A student may have good reasons for all that is found here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aelesson.classroom import reach
from aelesson.classroom.answers import (
    Answer,
    defined,
    has_stub,
    normal,
    own_tokens,
    parse,
)
from aelesson.classroom.records import Verdict
from aelesson.course.sheets import Cell, graded
from aelesson.course.workbook import cell_source

LONG = 60
"""Tokens that an answer must have of its own before being alike means anything.

Counted on the course's 103 answers, over what lesson and sheet hand out: answers that
stand in the lesson have 0 to 2, broken programs that were mended up to 28, and 21
answers have 60 or more, the open tasks 85 to 498.
"""

_PASSED = "passed"


@dataclass(frozen=True)
class Suspicion:
    """Something to look at.

    Attributes:
        exercise: Its name, or empty for the sheet as a whole.
        seen: What was seen, in words.
    """

    exercise: str
    seen: str


@dataclass(frozen=True)
class Course:
    """What the course itself has written into a sheet.

    Attributes:
        given: Normal code of the cells that every student has: the sheet's and, if
            they are at hand, the lesson's.
        answers: The course's own answers, by exercise.
        allowed: By exercise, what of the library an answer needs.
        names: What the sheet's imports stand for.
        open_tasks: Exercises in which the whole library may be used.
    """

    given: tuple[str, ...]
    answers: Mapping[str, Answer]
    allowed: Mapping[str, frozenset[str]]
    names: dict[str, str]
    open_tasks: frozenset[str] = frozenset()
    _lengths: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def length(self, text: str) -> int:
        """Count the tokens of code that were not handed out, once for each code."""
        if text not in self._lengths:
            self._lengths[text] = own_tokens(text, self.given)
        return self._lengths[text]


def course_of(
    solution: Sequence[Cell],
    lesson: Sequence[Cell] = (),
    open_tasks: Iterable[str] = (),
) -> Course:
    """Make what `of_sheet` compares with.

    Args:
        solution: Code cells of the sheet with its answers.
        lesson: Code cells of its lesson.
        open_tasks: Names of its exercises that are scored.
    """
    answers = graded(solution, "solution")
    own = {id(cell) for cell in answers.values()}
    plain = [cell_source(c) for c in solution if id(c) not in own]
    shown = [*plain, *map(cell_source, lesson)]
    names: dict[str, str] = {}
    for source in plain:
        if tree := parse(source):
            names = reach.names_in(tree, names)
    common = frozenset(name for source in plain for name in _used(source, names))
    return Course(
        given=tuple(normal(source).text for source in shown),
        answers={n: normal(cell_source(c), n) for n, c in answers.items()},
        allowed={
            n: common | frozenset(_used(cell_source(c), names))
            for n, c in answers.items()
        },
        names=names,
        open_tasks=frozenset(open_tasks),
    )


def _used(source: str, names: dict[str, str]) -> set[str]:
    tree = parse(source)
    return {use.name for use in reach.uses(tree, names)} if tree else set()


def of_sheet(
    cells: Sequence[Cell], verdicts: Sequence[Verdict], course: Course
) -> list[Suspicion]:
    """List what was seen in one student's sheet.

    Args:
        cells: Its code cells.
        verdicts: What grading found.
        course: What every student has, and the answers.
    """
    answers = graded(cells, "solution")
    checks = {id(cell) for cell in graded(cells, "grade").values()}
    own = [
        cell
        for cell in cells
        if id(cell) not in checks and normal(cell_source(cell)).text not in course.given
    ]
    passed = {each.name for each in verdicts if each.state == _PASSED}
    names = course.names
    for cell in own:
        if tree := parse(cell_source(cell)):
            names = reach.names_in(tree, names)
    of = {id(cell): name for name, cell in answers.items() if name in course.answers}
    found = [
        *_stubs(cells, answers, passed),
        *(s for c in own for s in _taken(c, of.get(id(c), ""), names, course, passed)),
        *(s for c in own for s in _odd(c, of.get(id(c), ""), names)),
        *_letters(answers, course),
    ]
    return list(dict.fromkeys(found))


def _stubs(
    cells: Sequence[Cell], answers: Mapping[str, Cell], passed: set[str]
) -> Iterable[Suspicion]:
    """Find stubs beside passed checks, unless the answer stands in another cell."""
    for name, cell in answers.items():
        if name in passed and has_stub(cell_source(cell)):
            others = (cell_source(each) for each in cells if each is not cell)
            if not any(name in defined(source) for source in others):
                yield Suspicion(name, "the stub's line is there beside a passed check")


def _taken(
    cell: Cell,
    exercise: str,
    names: dict[str, str],
    course: Course,
    passed: set[str],
) -> Iterable[Suspicion]:
    """Find answers that are taken from the library."""
    tree = parse(cell_source(cell))
    for use in reach.uses(tree, names) if tree else ():
        if use.name.startswith("aelesson.checks") or use.name.endswith(".*"):
            continue
        name = use.owner if use.owner in course.answers else exercise
        last = use.name.rpartition(".")[2]
        if last in course.answers and use.owner in ("", last):
            name = last  # `from aelesson.losses import gaussian_nll`, in any cell
        if name not in passed or name in course.open_tasks:
            continue
        if use.name not in course.allowed[name]:
            yield Suspicion(
                name, f"uses {use.name}, which the course's answer does not"
            )


def _odd(cell: Cell, exercise: str, names: dict[str, str]) -> Iterable[Suspicion]:
    if tree := parse(cell_source(cell)):
        for seen in reach.oddities(tree, names):
            yield Suspicion(exercise, seen)


def _letters(answers: Mapping[str, Cell], course: Course) -> Iterable[Suspicion]:
    """Find long answers that are the course's own."""
    for name, cell in answers.items():
        model = course.answers.get(name)
        if model is None or course.length(model.text) < LONG:
            continue
        answer = normal(cell_source(cell), name)
        if answer.text == model.text:
            yield Suspicion(name, "the same as the course's answer, to the letter")
        elif answer.shape == model.shape:
            told = "the same as the course's answer, but for names of variables"
            yield Suspicion(name, told)


@dataclass(frozen=True)
class Group:
    """Students whose answer to an exercise is the same.

    Attributes:
        exercise: Its name.
        students: Two or more.
        letters: Whether it is the same to the letter; else names of variables differ.
    """

    exercise: str
    students: tuple[str, ...]
    letters: bool


def alike(submissions: Mapping[str, Sequence[Cell]], course: Course) -> list[Group]:
    """Group students by long answers that are the same.

    Answers that are the course's own are left out: `of_sheet` names them.

    Args:
        submissions: The code cells of each student's sheet.
        course: What every student has, and the answers.
    """
    texts = defaultdict[tuple[str, str], list[tuple[str, str]]](list)
    for student, cells in sorted(submissions.items()):
        for name, cell in graded(cells, "solution").items():
            answer = normal(cell_source(cell), name)
            if name in course.answers and len(answer.text) > LONG:
                texts[name, answer.shape].append((student, answer.text))
    groups = []
    for (name, shape), found in texts.items():
        model = course.answers[name]
        if len(found) < 2 or shape == model.shape:
            continue
        if min(course.length(text) for _, text in found) >= LONG:
            students = tuple(student for student, _ in found)
            groups.append(Group(name, students, len({t for _, t in found}) == 1))
    order = list(course.answers)
    return sorted(
        groups, key=lambda group: (order.index(group.exercise), group.students)
    )
