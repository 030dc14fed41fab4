"""What a built notebook says in its metadata about where it comes from.

`check` compares this with what the present text would make, and so can tell a notebook
that somebody ran or changed from one whose text or measurements are newer.
"""

import hashlib
import json
import re
from importlib import resources
from typing import Any

from nbformat import NotebookNode

from aelesson.data import SAMPLE
from tools.source import BuildError

AT_HAND = (SAMPLE, "own")  # what a lesson shows without a download
ROW = re.compile(r"""full_size\b(?:\(\s*["']([\w-]+)["'])?""")


def text_digest(notebook: NotebookNode) -> str:
    """Hash all that a text says: type, id, source and metadata of every cell.

    The workbook's `sheet_digest` leaves the metadata out, because a learner's editor
    may write some; here a new `alt`, tag or number of points is a new text.
    """
    cells = [
        [cell.cell_type, cell.id, cell.source, cell.metadata] for cell in notebook.cells
    ]
    return _digest(cells)


def expected_digest(lesson: str) -> str | None:
    """Hash what a lesson should measure on the sample, which its outputs quote.

    Args:
        lesson: Such as `"01_basics"`.

    Returns:
        None if nothing was ever measured for this lesson.
    """
    datasets = _read("expected.json").get(lesson, {})
    measured = [datasets[name] for name in AT_HAND if name in datasets]
    return _digest(measured[0]) if measured else None


def rows_digest(notebook: NotebookNode) -> str | None:
    """Hash the rows of `docs/results.md` that a text shows with `full_size`.

    Returns:
        None if it shows none.

    Raises:
        BuildError: if a cell of code calls it without a row's name in quotes.
    """
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    names = sorted({name for text in code for name in ROW.findall(text)})
    if not names:
        return None
    if "" in names:
        raise BuildError('write full_size("row"), with the row\'s name in its place')
    measured = _read("results.json")
    return _digest([[name, measured.get(name)] for name in names])


def _read(name: str) -> dict[str, Any]:
    path = resources.files("aelesson.course") / name
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return kept


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
