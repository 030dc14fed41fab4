"""Which sheet is it? Told by what is in a file, and only then by its name."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aelesson.classroom.course import Classroom
from aelesson.classroom.wellformed import Notebook
from aelesson.course.sheets import graded
from aelesson.course.workbook import cell_source, sheet_digest

_DEFINES = re.compile(r"^(?:async )?(?:def|class) +(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class _Signs:
    """What a sheet is known by.

    Attributes:
        marks: Digests that copies of it carry in their metadata.
        grade_ids: Names of its cells that are graded or answered.
        names: Functions and classes that its answers define.
    """

    marks: frozenset[str]
    grade_ids: frozenset[str]
    names: frozenset[str]


class Sheets:
    """Tells the sheets of a class apart.

    Args:
        classroom: The class.
    """

    def __init__(self, classroom: Classroom) -> None:
        self._classroom = classroom

    @cached_property
    def _signs(self) -> dict[str, _Signs]:
        return {name: _signs(self._classroom, name) for name in self._classroom.sheets}

    def of(self, notebook: Notebook | None, parts: Sequence[str]) -> str:
        """Find the sheet that a file is.

        Args:
            notebook: What is in it; None if it could not be read.
            parts: Its path; the file's name counts first, then the folders'.

        Returns:
            The sheet's name; "" if nothing tells.
        """
        found = _by_content(notebook, self._signs) if notebook else ""
        return found or _by_name(parts, self._classroom.sheets)


def _signs(classroom: Classroom, name: str) -> _Signs:
    source = _read(classroom, "source", name)
    answers = graded(source["cells"], "solution")
    marks = {_recorded(source, "text")}
    if classroom.place("release", ".", name).is_dir():
        released = _read(classroom, "release", name)
        marks |= {sheet_digest(released), _recorded(released, "sheet")}
    return _Signs(
        frozenset(marks - {""}),
        frozenset(answers) | frozenset(graded(source["cells"], "grade")),
        frozenset(_defined(answers.values())),
    )


def _read(classroom: Classroom, step: str, name: str) -> Notebook:
    path = classroom.place(step, ".", name) / f"{name}.ipynb"
    found: Notebook = json.loads(path.read_bytes())
    return found


def _recorded(notebook: Notebook, key: str) -> str:
    own = notebook["metadata"].get("aelesson")
    found = own.get(key) if isinstance(own, dict) else None
    return found if isinstance(found, str) else ""


def _by_content(notebook: Notebook, sheets: dict[str, _Signs]) -> str:
    marks = {_recorded(notebook, "sheet"), _recorded(notebook, "text")} - {""}
    if marked := [name for name, signs in sheets.items() if marks & signs.marks]:
        return marked[0]
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ids = set(graded(cells, "solution")) | set(graded(cells, "grade"))
    names = _defined(cells)
    return _most(
        {name: len(ids & signs.grade_ids) for name, signs in sheets.items()}
    ) or (_most({name: len(names & signs.names) for name, signs in sheets.items()}))


def _most(counts: dict[str, int]) -> str:
    """Return the name that is counted most; "" where two are level, or none counts."""
    (first, most), *others = Counter(counts | {"": 0}).most_common(2)
    return first if most and (not others or others[0][1] < most) else ""


def _defined(cells: Iterable[Any]) -> set[str]:
    """Name the functions and classes that cells define, also where Python balks."""
    return {name for c in cells for name in _DEFINES.findall(cell_source(c))}


def _by_name(parts: Sequence[str], sheets: Sequence[str]) -> str:
    """Find the one sheet that a path names, from the file upwards."""
    for part in reversed(parts):
        plain = re.sub(r"[\W_]+", " ", part).casefold()
        named = {
            sheet
            for sheet in sheets
            if re.search(rf"(?<!\w){sheet.replace('_', ' ?')}(?!\w)", plain)
        }
        if len(named) == 1:
            return named.pop()
    return ""
