"""Cells that only show something: where a sheet is judged, they need not run.

The program to mend is run on real digits, before and after: that takes most of the time
of a sheet without its open task, and no exercise is judged by it.
"""

import ast
import dis
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any

from aelesson.course.workbook import cell_source

TAG = "demonstration"
"""What such a cell of the course's sheet is tagged with."""

_WORD = re.compile(r"\w+")
_BY_NAME = {"eval", "exec", "get_ipython", "globals", "locals", "vars", "__main__"}
"""What finds names that stand in a text."""

_LONG = 100_000  # characters: pasted data, which would take seconds to read
_LOOKS_UP = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
_LOOKS_UP |= {"DELETE_NAME", "DELETE_GLOBAL"}
_ASKS = _LOOKS_UP | {"IMPORT_NAME"}
_BINDS = {"STORE_NAME", "STORE_GLOBAL"}
_MAYBE = ast.If | ast.Try | ast.TryStar | ast.While | ast.Match
"""What may bind a name, or not."""


def without(
    cells: Sequence[dict[str, Any]], course: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Leave out demonstrations that nobody has changed and no other cell needs.

    A cell needs another if it may look up a name that the other binds.

    Args:
        cells: The code cells of a learner's sheet.
        course: Those of the course's own.
    """
    tagged = {cell_source(cell) for cell in course if _is_tagged(cell)}
    bound = {source: _bound(source) for source in tagged}
    shown = {source for source, names in bound.items() if names is not None}
    kept = [cell_source(cell) for cell in cells if cell_source(cell) not in shown]
    used: set[str] = set()
    while kept:
        used = used.union(*map(_used, kept))
        kept = [source for source in shown if used & (bound[source] or set())]
        shown -= set(kept)
    return [cell for cell in cells if cell_source(cell) not in shown]


def _is_tagged(cell: dict[str, Any]) -> bool:
    """Tell whether a cell of the course is a demonstration: no answer and no check."""
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict) or "nbgrader" in metadata:
        return False
    tags = metadata.get("tags")
    return isinstance(tags, list) and TAG in tags


def _bound(source: str) -> set[str] | None:
    """Return the names that a cell leaves behind; None if it is no plain Python."""
    statements = _statements(source)
    return None if statements is None else _names(statements, _BINDS)


def _used(source: str) -> set[str]:
    """Return the names that a cell may look up before it has bound them itself."""
    statements = _statements(source)
    if statements is None or _names(statements, _ASKS) & _BY_NAME:
        return set(_WORD.findall(source))
    used: set[str] = set()
    own: set[str] = set()
    for statement in statements:
        heads, targets = _head(statement)
        used |= _names(heads, _LOOKS_UP) - own
        own |= targets
        used |= _names([statement], _LOOKS_UP) - own
        if not isinstance(statement, _MAYBE):
            own |= _names([statement], _BINDS)
    return used


def _head(statement: ast.stmt) -> tuple[list[ast.stmt], set[str]]:
    """Return what a loop or a block looks up first, and the names it then binds."""
    if isinstance(statement, ast.For):
        return [ast.Expr(statement.iter)], _targets(statement.target)
    if isinstance(statement, ast.With):
        heads: list[ast.stmt] = [ast.Expr(i.context_expr) for i in statement.items]
        targets = (i.optional_vars for i in statement.items if i.optional_vars)
        return heads, {name for each in targets for name in _targets(each)}
    return [], set()


def _targets(target: ast.expr) -> set[str]:
    names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _statements(source: str) -> list[ast.stmt] | None:
    """Return the statements of a cell; None if it is long, or no plain Python."""
    if len(source) > _LONG:
        return None
    try:
        with _silence():
            statements = ast.parse(source).body
        _names(statements, _LOOKS_UP)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return statements


def _names(statements: Sequence[ast.stmt], operations: set[str]) -> set[str]:
    """Return the global names that statements do something with, wherever in them."""
    names = set()
    for statement in statements:
        module = ast.Module([ast.fix_missing_locations(statement)], [])
        with _silence():
            whole = compile(module, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for code in _codes(whole):
            names |= {
                each.argval
                for each in dis.get_instructions(code)
                if each.opname in operations
                # What a class stores is its own.
                and (code is whole or each.opname != "STORE_NAME")
            }
    return names


@contextmanager
def _silence() -> Iterator[None]:
    """Say nothing of a learner's code: its warnings are for its author."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and all that is defined in it."""
    found = [code]
    while found:
        yield (each := found.pop())
        found += [c for c in each.co_consts if isinstance(c, CodeType)]
