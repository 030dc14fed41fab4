"""Cells that only show something: where a sheet is judged, they need not run.

The program to mend is run on real digits, before and after: that takes most of the time
of a sheet without its open task, and no exercise is judged by it.
"""

import re
import symtable
from collections.abc import Iterator, Sequence
from typing import Any

from aelesson.course.workbook import cell_source

TAG = "demonstration"
"""What such a cell of the course's sheet is tagged with."""

_WORD = re.compile(r"\w+")


def without(
    cells: Sequence[dict[str, Any]], course: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Leave out demonstrations that nobody has changed and no other cell stands on.

    Args:
        cells: The code cells of a learner's sheet.
        course: Those of the course's own.
    """
    tagged = {cell_source(cell) for cell in course if _is_tagged(cell)}
    shown = {source for source in tagged if _table(source)}
    kept = [cell_source(cell) for cell in cells if cell_source(cell) not in shown]
    while True:
        used = {name for source in kept for name in _used(source)}
        needed = [source for source in shown if used & _bound(source)]
        if not needed:
            return [cell for cell in cells if cell_source(cell) not in shown]
        shown -= set(needed)
        kept += needed


def _is_tagged(cell: dict[str, Any]) -> bool:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return isinstance(tags, list) and TAG in tags


def _table(source: str) -> symtable.SymbolTable | None:
    """Return the names of a cell; None if it is no plain Python."""
    try:
        return symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bound(source: str) -> set[str]:
    """Return the names that a cell leaves behind."""
    table = _table(source)
    symbols = table.get_symbols() if table else ()
    return {s.get_name() for s in symbols if s.is_assigned() or _named(s)}


def _named(symbol: symtable.Symbol) -> bool:
    return symbol.is_imported() or symbol.is_namespace()


def _used(source: str) -> set[str]:
    """Return the names that a cell may look for; each word of what is no Python."""
    table = _table(source)
    return set(_looked_up(table) if table else _WORD.findall(source))


def _looked_up(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or _outermost(table)):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _looked_up(child)


def _outermost(table: symtable.SymbolTable) -> bool:
    return table.get_type() == "module"
