"""Notebooks brought to format 4.5 as nbformat's schema has it; nothing is run."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from nbformat.validator import isvalid

_isvalid: Callable[..., bool] = isvalid  # nbformat leaves it unannotated

Notebook = dict[str, Any]
Cell = dict[str, Any]

_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")
_KINDS = ("code", "markdown", "raw")
_EMPTY: Notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def is_valid(notebook: Notebook) -> bool:
    """Tell whether nbformat's schema has nothing against a notebook as it is."""
    try:
        json.dumps(notebook, ensure_ascii=False).encode()  # no half of a character
        numbers = notebook["nbformat"], notebook["nbformat_minor"]
        right = numbers[0] == 4 and type(numbers[1]) is int
        return right and _isvalid(notebook)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False


def mend(notebook: Notebook) -> tuple[Notebook, list[str]]:
    """Make a notebook of format 4.5 of parsed JSON that is nearly one.

    Args:
        notebook: With `cells`, or with `worksheets` as in format 3.

    Returns:
        The notebook, and what a teacher should know about it.
    """
    remarks = ["format 3 or older: converted"] if "worksheets" in notebook else []
    found = list(_cells(notebook))
    cells = list(filter(None, map(_mend_cell, found)))
    if lost := len(found) - len(cells):
        remarks.append(f"{lost} of {len(found)} cells without a type or text left out")
    _name(cells)
    metadata = notebook.get("metadata")
    whole = _EMPTY | {"cells": cells, "metadata": metadata}
    plain = json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")
    mended: Notebook = json.loads(plain)
    return mended if is_valid(mended) else _pruned(mended), remarks


def _cells(notebook: Notebook) -> Iterator[Any]:
    parts = notebook.get("worksheets", [notebook])
    for part in parts if isinstance(parts, list) else []:
        cells = part.get("cells") if isinstance(part, dict) else None
        yield from cells if isinstance(cells, list) else []


def _mend_cell(cell: Any) -> Cell | None:  # noqa: ANN401
    """Give a cell what the schema asks for; None if it has no type or no text."""
    if not isinstance(cell, dict):
        return None
    source, kind = cell.get("source", cell.get("input")), cell.get("cell_type")
    if kind in ("heading", "html"):
        kind = "markdown"
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if kind not in _KINDS or not isinstance(source, str):
        return None
    mended = {"cell_type": kind, "id": cell.get("id"), "metadata": cell.get("metadata")}
    mended["source"] = source
    if kind == "code":
        mended["execution_count"] = cell.get("execution_count")
        mended["outputs"] = cell.get("outputs", [])
    elif "attachments" in cell:
        mended["attachments"] = cell["attachments"]
    return mended


def _name(cells: list[Cell]) -> None:
    """Give each cell an id of its own, and always the same."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        own = cell["id"]
        if not isinstance(own, str) or not _ID.fullmatch(own) or own in taken:
            cell["id"] = f"cell-{number}"
        taken.add(cell["id"])


def _pruned(notebook: Notebook) -> Notebook:
    """Leave out what the schema refuses: it is not what anybody is graded by."""
    for cell in notebook["cells"]:
        if not _fits(cell):
            _prune(cell)
    found = notebook["metadata"] if isinstance(notebook["metadata"], dict) else {}
    kept = {
        key: value
        for key, value in found.items()
        if is_valid(_EMPTY | {"metadata": {key: value}})
    }
    return notebook | {"metadata": kept}


def _prune(cell: Cell) -> None:
    cell.pop("attachments", None)
    if cell["cell_type"] == "code":
        cell["execution_count"] = None
        outputs = cell["outputs"] if isinstance(cell["outputs"], list) else []
        bare = cell | {"metadata": {}}
        cell["outputs"] = [o for o in outputs if _fits(bare | {"outputs": [o]})]
    if not _fits(cell):
        found = cell["metadata"] if isinstance(cell["metadata"], dict) else {}
        ours = ("nbgrader", "aelesson")
        cell["metadata"] = {key: found[key] for key in ours if key in found}


def _fits(cell: Cell) -> bool:
    return is_valid(_EMPTY | {"cells": [cell]})
