"""A learner's sheet made ready to be judged: its own cells, the course's checks.

A sheet is only read. A check that was changed or deleted is the course's own again, and
so are the imports that checks need.
"""

import ast
import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aelesson.course import demonstrations
from aelesson.course.workbook import CourseError, cell_source, sheet_digest, sheets_in

STUB_MESSAGE = "Replace this line with your code."
"""What the line that stands for an answer raises; see `tools`, which writes it."""

MARK = "aelesson_check"
"""The key of a check cell that holds the name of its exercise."""

Cell = dict[str, Any]
"""A cell of a notebook of format 4, as parsed JSON."""

_IMPORTS = re.compile(r"^\s*(from .*)?import .*\bchecks\b", re.MULTILINE)
_IMPORT = ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Sheet:
    """A learner's sheet made ready to be judged: its own cells, the course's checks.

    Attributes:
        path: The file; only read.
        exercises: Names of its exercises, in order.
        cells: The cells to run, without the course's demonstrations; none if there is a
            `problem`.
        notes: What to say about the check cell of an exercise, by name.
        begun: Exercises whose cell no longer holds the stub's line.
        stubs: Exercises whose cell still holds it.
        imports: The course's own imports, where they bring in its checks.
        note: What to say about the sheet as a whole, or empty.
        problem: Why it cannot be run, or empty.
    """

    path: Path
    exercises: tuple[str, ...]
    cells: Sequence[Cell] = ()
    notes: dict[str, str] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()
    imports: str = ""
    note: str = ""
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
    own, pristine = read_code(path), read_code(exercises / path.name)
    checks = graded(pristine or own or [], "grade")
    names = tuple(grade_id.removeprefix("check_") for grade_id in checks)
    if own is None:
        return Sheet(path, names, problem="it cannot be read as a notebook.")
    if not names:
        return Sheet(path, names, problem="it holds no exercise that can be checked.")
    notes = {
        g.removeprefix("check_"): _put_check(own, g, check)
        for g, check in checks.items()
    }
    return replace(compose(path, own, pristine or own), exercises=names, notes=notes)


def compose(path: Path, cells: Sequence[Cell], course: Sequence[Cell]) -> Sheet:
    """Make a sheet of code cells whose checks bear `MARK`.

    Args:
        path: The file that they are from.
        cells: The cells of the file.
        course: The code cells of the course's own sheet, for its imports, and for what
            only shows something.
    """
    answers = graded(cells, "solution").items()
    stubs = frozenset(n for n, c in answers if STUB_MESSAGE in cell_source(c))
    imports = _imports(course)
    own = any(_IMPORTS.search(cell_source(cell)) for cell in cells)
    lacks = "the cell of imports is gone; the course's was used" if not own else ""
    return Sheet(
        path,
        tuple(cell[MARK] for cell in cells if MARK in cell),
        demonstrations.without(cells, course),
        begun=frozenset(name for name, _ in answers) - stubs,
        stubs=stubs,
        imports=imports,
        note=lacks if imports else "",
    )


def _imports(course: Sequence[Cell]) -> str:
    """Return the import statements of the cell that imports the checks, or ""."""
    for source in map(cell_source, course):
        if _IMPORTS.search(source):
            with contextlib.suppress(SyntaxError, ValueError):
                lines = [n for n in ast.parse(source).body if isinstance(n, _IMPORT)]
                return "\n".join(map(ast.unparse, lines))
    return ""


def read_code(path: Path) -> list[Cell] | None:
    """Read the code cells of a notebook; None if it is none."""
    try:
        notebook = json.loads(path.read_bytes())
        sheet_digest(notebook)  # complains where the cells are not as they should be
    except (OSError, ValueError, RecursionError):
        return None
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def graded(cells: Sequence[Cell], role: str) -> dict[str, Cell]:
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


def _put_check(cells: list[Cell], grade_id: str, check: Cell) -> str:
    """Put the course's check among a sheet's cells; return what to say about it."""
    name = grade_id.removeprefix("check_")
    marked = check | {MARK: name}
    own = graded(cells, "grade").get(grade_id)
    if own is not None:
        cells[_position(cells, own)] = marked
        changed = cell_source(own).strip() != cell_source(check).strip()
        return "your check cell is not the course's, which was used" if changed else ""
    answer = graded(cells, "solution").get(name)
    at = len(cells) if answer is None else _position(cells, answer) + 1
    cells.insert(at, marked)
    return "your sheet lacks its check cell; the course's was used"


def _position(cells: Sequence[Cell], wanted: Cell) -> int:
    return next(i for i, cell in enumerate(cells) if cell is wanted)
