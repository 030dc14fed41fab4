"""Which exercises are solved: the learner's own sheets, run in memory and judged.

A sheet is never written to. Its check cells are replaced by the course's own before it
runs: a check that was changed or deleted does not count as passed. Whatever a learner's
cell does, such as an endless loop, the other exercises are judged where possible.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from aelesson.course import kernels
from aelesson.course.kernels import Kind, Trouble
from aelesson.course.workbook import CourseError, cell_source, sheet_digest, sheets_in

STUB_MESSAGE = "Replace this line with your code."
"""What the line that stands for an answer raises; see `tools`, which writes it."""

_Cell = dict[str, Any]  # of a notebook of format 4, as parsed JSON

_MARK = "aelesson_check"
_UNDEFINED = "name '{}' is not defined"
_CHECKS = "__import__('sys').modules.get('aelesson.checks')"  # imports nothing new
_SCORE = f"getattr({_CHECKS}, 'last_score', lambda _: '')({{!r}})"


class State(StrEnum):
    """Where one exercise stands."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_BEGUN = "not begun"
    ENDLESS = "does not end"
    DIED = "kernel died"
    NOT_JUDGED = "not judged"


_STATES = {
    Kind.ERROR: State.FAILED,
    Kind.ENDLESS: State.ENDLESS,
    Kind.DIED: State.DIED,
    Kind.LOST: State.NOT_JUDGED,
}


@dataclass(frozen=True)
class Exercise:
    """The verdict on one exercise.

    Attributes:
        name: As in its check, `count_parameters`.
        state: Where it stands.
        diagnosis: The first line of what went wrong; empty if nothing did.
        note: What the learner should know about the check cell itself, or empty.
        score: What an open task measured, and its place among the references.
    """

    name: str
    state: State
    diagnosis: str = ""
    note: str = ""
    score: str = ""


@dataclass(frozen=True)
class SheetResult:
    """The verdicts on one sheet, in order, and why it was not run if it was not."""

    sheet: str
    exercises: tuple[Exercise, ...]
    problem: str = ""

    @property
    def judged(self) -> bool:
        """Whether at least one exercise of the sheet got a verdict."""
        return any(e.state is not State.NOT_JUDGED for e in self.exercises)

    @property
    def passed(self) -> int:
        """How many exercises are solved."""
        return sum(e.state is State.PASSED for e in self.exercises)


@dataclass(frozen=True)
class Sheet:
    """A learner's sheet made ready to be judged: its own cells, the course's checks.

    Attributes:
        path: The file; only read.
        exercises: Names of its exercises, in order.
        cells: The cells to run; none if there is a `problem`.
        notes: What to say about the check cell of an exercise, by name.
        begun: Exercises whose cell no longer holds the stub's line.
        problem: Why it cannot be run, or empty.
    """

    path: Path
    exercises: tuple[str, ...]
    cells: Sequence[_Cell] = ()
    notes: dict[str, str] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    problem: str = ""


def choose_sheets(workbook: Path, name: str | None = None) -> list[Path]:
    """List the learner's sheets, or the one that `name` means.

    What bears no name of the course's sheets, such as old answers, is left out.

    Args:
        workbook: Folder of the learner's sheets, beside the course's `exercises/`.
        name: `01`, `01_basics` or a path to the sheet; all sheets if None.

    Raises:
        CourseError: If there is no workbook yet, or no such sheet in it.
    """
    course = {sheet.name for sheet in sheets_in(workbook.parent / "exercises")}
    own = sheets_in(workbook) if workbook.is_dir() else []
    sheets = [sheet for sheet in own if sheet.name in course]
    if not sheets:
        raise CourseError(
            f"There are no exercise sheets in {workbook} yet: run `aelesson workbook`, "
            "which copies them there."
        )
    if name is None:
        return sheets
    stem = Path(name).name.removesuffix(".ipynb")
    chosen = [s for s in sheets if stem in (s.stem, s.stem.split("_")[0])]
    if not chosen:
        known = ", ".join(s.stem for s in sheets)
        strange = (workbook / f"{stem}.ipynb").exists()
        what = "The course has" if strange else "There is"
        where = "exercises/ to judge it by" if strange else workbook
        raise CourseError(f"{what} no sheet {name!r} in {where}; there are: {known}.")
    return chosen


def missing_sheets(exercises: Path, workbook: Path) -> list[str]:
    """List the course's sheets that the workbook does not have yet."""
    own = {sheet.name for sheet in sheets_in(workbook)}
    return [sheet.stem for sheet in sheets_in(exercises) if sheet.name not in own]


def prepare(path: Path, exercises: Path) -> Sheet:
    """Read a learner's sheet and put the course's own check cells into it.

    Args:
        path: The learner's sheet.
        exercises: Folder of the sheets as the course made them. Where the sheet there
            cannot be read, the learner's own check cells are used.
    """
    own, pristine = _read(path), _read(exercises / path.name)
    checks = _graded(pristine or own or [], "grade")
    names = tuple(grade_id.removeprefix("check_") for grade_id in checks)
    if own is None:
        return Sheet(path, names, problem="it cannot be read as a notebook.")
    if not names:
        return Sheet(path, names, problem="it holds no exercise that can be checked.")
    answers = _graded(own, "solution").items()
    begun = frozenset(n for n, c in answers if STUB_MESSAGE not in cell_source(c))
    notes = {
        g.removeprefix("check_"): _put_check(own, g, check)
        for g, check in checks.items()
    }
    return Sheet(path, names, own, notes, begun)


def _read(path: Path) -> list[_Cell] | None:
    """Read the code cells of a notebook; None if it is none."""
    try:
        notebook = json.loads(path.read_bytes())
        sheet_digest(notebook)  # complains where the cells are not as they should be
    except (OSError, ValueError, RecursionError):
        return None
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _graded(cells: Sequence[_Cell], role: str) -> dict[str, _Cell]:
    """Find nbgrader's cells of a role, "grade" or "solution", by their `grade_id`.

    Of two with the same name the later counts: a copied cell keeps its metadata.
    """
    found = {}
    for cell in cells:
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(marks, dict) and marks.get(role) is True:
            found[str(marks.get("grade_id"))] = cell
    return found


def _put_check(cells: list[_Cell], grade_id: str, check: _Cell) -> str:
    """Put the course's check among a sheet's cells; return what to say about it."""
    name = grade_id.removeprefix("check_")
    marked = check | {_MARK: name}
    own = _graded(cells, "grade").get(grade_id)
    if own is not None:
        cells[_position(cells, own)] = marked
        changed = cell_source(own).strip() != cell_source(check).strip()
        return "your check cell is not the course's, which was used" if changed else ""
    answer = _graded(cells, "solution").get(name)
    at = len(cells) if answer is None else _position(cells, answer) + 1
    cells.insert(at, marked)
    return "your sheet lacks its check cell; the course's was used"


def _position(cells: Sequence[_Cell], wanted: _Cell) -> int:
    return next(i for i, cell in enumerate(cells) if cell is wanted)


def judge(
    sheet: Sheet, timeout: int, report: Callable[[Exercise], None] = lambda _: None
) -> SheetResult:
    """Run a sheet in a fresh kernel, in its own folder, and judge every exercise.

    Args:
        sheet: What `prepare` made ready.
        timeout: Seconds that one cell may take.
        report: Called with each verdict as it falls.
    """
    verdicts: list[Exercise] = []
    problem = sheet.problem
    try:
        for exercise in () if sheet.problem else _run(sheet, timeout):
            verdicts.append(exercise)
            report(exercise)
    except kernels.KernelError as error:
        problem = f"{error}; `aelesson doctor` looks for the reason."
    judged = {exercise.name for exercise in verdicts}
    for name in [name for name in sheet.exercises if name not in judged]:
        verdicts.append(Exercise(name, State.NOT_JUDGED))
        report(verdicts[-1])
    return SheetResult(sheet.path.stem, tuple(verdicts), problem)


def next_exercise(results: Sequence[SheetResult]) -> tuple[str, str] | None:
    """Return the sheet and the name of the first exercise that is not solved yet."""
    for result in results:
        for exercise in result.exercises:
            if exercise.state is not State.PASSED:
                return result.sheet, exercise.name
    return None


def states(results: Sequence[SheetResult]) -> dict[str, dict[str, str]]:
    """Return `{sheet: {exercise: state}}`, for scripts."""
    return {r.sheet: {e.name: str(e.state) for e in r.exercises} for r in results}


def _run(sheet: Sheet, timeout: int) -> Iterator[Exercise]:
    """Run cell after cell, and judge an exercise at its check."""
    before: list[Trouble] = []  # what the cells since the last check met with
    with kernels.start(sheet.path.parent) as kernel:
        for cell in sheet.cells:
            trouble = kernel.run(cell_source(cell), timeout)
            if name := cell.get(_MARK):
                verdict = _verdict(sheet, name, trouble, before)
                if verdict.state is State.PASSED:
                    verdict = replace(verdict, score=kernel.ask(_SCORE.format(name)))
                yield verdict
                before = []
            elif trouble is not None:
                before.append(trouble)


def _verdict(
    sheet: Sheet, name: str, trouble: Trouble | None, before: Sequence[Trouble]
) -> Exercise:
    """Judge an exercise by its check's trouble and that of the cells before it."""
    note = sheet.notes.get(name, "")
    if trouble is None:
        return Exercise(name, State.PASSED, note=note)
    if trouble.error == "NotImplementedError" and trouble.text in ("", STUB_MESSAGE):
        # PyTorch raises it too, but with messages of its own.
        if trouble.text and name in sheet.begun:
            needs = "it needs another exercise, which is not begun yet"
            return Exercise(name, State.FAILED, needs, note)
        return Exercise(name, State.NOT_BEGUN, note=note)
    # A missing name tells less than the cell that should have made it.
    unknown = trouble.text in {_UNDEFINED.format(n) for n in (name, "checks")}
    if before and (unknown or trouble.kind is Kind.LOST):
        trouble = before[-1]
    return Exercise(name, _STATES[trouble.kind], _first_line(trouble, name), note)


def _first_line(trouble: Trouble, name: str) -> str:
    """Say in one line what went wrong."""
    if trouble.text == _UNDEFINED.format(name):
        return f"there is no `{name}`: is its cell gone?"
    line = (trouble.text.strip().splitlines() or [""])[0]
    line = re.sub(r"\(\d+\.py, (line \d+)\)$", r"(\1)", line)  # IPython's cell number
    # A check's message is a diagnosis by itself; of other errors the kind matters.
    if trouble.error == "CheckFailed":
        return line.removeprefix(f"{name}: ")  # which the table says already
    prefix = f"{trouble.error}: " if trouble.error else ""
    return f"{prefix}{line}".removesuffix(": ")
