"""Make an exercise sheet from its solution, with nbgrader's own preprocessors.

A teacher may drop `solutions/NN_name.ipynb` into an nbgrader course and generate the
assignment there: the cells come out equal to those in `exercises/NN_name.ipynb`.
"""

import ast
import re
from copy import deepcopy
from typing import Any

from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from aelesson.course.workbook import sheet_digest
from tools.records import text_digest
from tools.source import BuildError, Source, fixed_metadata

STUB = 'raise NotImplementedError("Replace this line with your code.")'
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MARKER = re.compile(r"(BEGIN|END) SOLUTION")  # nbgrader looks for no more than this
CHECK = re.compile(r"checks\.\w+\.(\w+)\(")
# The order of nbgrader's GenerateAssignment, less what needs its data base.
RELEASE = (
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)


def mark_sheet(source: Source) -> Source:
    """Return the source with nbgrader's metadata on its solutions and checks.

    Raises:
        BuildError: if a marker is not closed, a solution defines nothing or has no
            check, a check has no solution, or a name comes twice.
    """
    marked = Source(source.path, deepcopy(source.notebook), source.lines)
    unchecked = ""  # the solution that waits for its check
    grade_ids: set[str] = set()
    for index, cell in enumerate(marked.notebook.cells):
        where = marked.where(index)
        if MARKER.search(cell.source):
            if unchecked:
                raise BuildError(f"{where}: {unchecked!r}, before it, has no check")
            unchecked = _mark_solution(cell, where)
        elif _is_check(cell):
            _mark_check(cell, unchecked, where)
            unchecked = ""
        _refuse_points(cell, where)
        _refuse_twins(cell, grade_ids, where)
    if unchecked or not grade_ids:
        what = f"{unchecked!r} has no check" if unchecked else f"no cell has {BEGIN!r}"
        raise BuildError(f"{source.path}: {what}")
    return marked


def _refuse_points(cell: NotebookNode, where: str) -> None:
    if "points" in cell.metadata:
        raise BuildError(f"{where}: has points, but only a check can be worth any")


def _refuse_twins(cell: NotebookNode, grade_ids: set[str], where: str) -> None:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    if grade_id in grade_ids:
        raise BuildError(f"{where}: a second cell with the nbgrader id {grade_id!r}")
    if grade_id:
        grade_ids.add(grade_id)


def _is_check(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(CHECK.match(cell.source))


def _mark_solution(cell: NotebookNode, where: str) -> str:
    name = _solution_name(cell, where)
    cell.metadata["nbgrader"] = _nbgrader(name, solution=True)
    return name


def _mark_check(cell: NotebookNode, solution: str, where: str) -> None:
    call = CHECK.match(cell.source)
    assert call is not None  # only checks come here
    if not solution:
        raise BuildError(
            f"{where}: {call[0]}...) has no solution before it to ask about; "
            "each exercise is one solution cell, then one check cell"
        )
    nodes = ast.walk(_parse(cell, where))
    if solution not in {node.id for node in nodes if isinstance(node, ast.Name)}:
        raise BuildError(f"{where}: {call[0]}...) is not handed {solution!r}")
    points = cell.metadata.pop("points", 1)
    if type(points) is not int or points < 1:  # True is an int, and no points
        raise BuildError(f"{where}: points={points!r}; a whole number from 1 is right")
    cell.metadata["nbgrader"] = _nbgrader(f"check_{call[1]}", grade=True, locked=True)
    cell.metadata["nbgrader"]["points"] = points


def _nbgrader(
    grade_id: str, grade: bool = False, solution: bool = False, locked: bool = False
) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def _solution_name(cell: NotebookNode, where: str) -> str:
    if cell.cell_type != "code":
        raise BuildError(
            f"{where}: a solution marker in a {cell.cell_type} cell; only code has any"
        )
    markers = [line.strip() for line in cell.source.split("\n") if MARKER.search(line)]
    if markers != [BEGIN, END] * (len(markers) // 2) or not markers:
        raise BuildError(
            f"{where}: the markers are {markers}; each {BEGIN!r} needs its {END!r}"
        )
    if re.search(rf"^{BEGIN}", cell.source, re.MULTILINE):
        raise BuildError(f"{where}: indent {BEGIN!r}: it stands outside of a def")
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in _parse(cell, where).body:
        if isinstance(node, definitions):
            return node.name
    raise BuildError(f"{where}: the solution has no def or class to be checked")


def _parse(cell: NotebookNode, where: str) -> ast.Module:
    try:
        tree: ast.Module = ast.parse(cell.source)
    except SyntaxError as error:
        raise BuildError(f"{where}: not valid Python: {error}") from None
    return tree


def make_stub(source: Source) -> NotebookNode:
    """Return the sheet that a learner gets: no answers, no outputs, nbgrader's release.

    Args:
        source: a sheet as `mark_sheet` returns it; it is not changed.

    Raises:
        BuildError: if nbgrader refuses the sheet or a stub would not even compile.
    """
    config = Config()
    config.ClearSolutions.enforce_metadata = False
    config.ClearSolutions.code_stub = {"python": STUB}
    notebook = deepcopy(source.notebook)
    try:
        for preprocessor in RELEASE:
            notebook, _ = preprocessor(config=config).preprocess(notebook, {})
    except (RuntimeError, ValidationError) as error:
        raise BuildError(f"{source.path}: nbgrader refuses it: {error}") from error
    for index, cell in enumerate(notebook.cells):
        if STUB in cell.source:
            _parse(cell, f"{source.where(index)}, as a stub")
    notebook.metadata = fixed_metadata()
    notebook.metadata["aelesson"] = {
        "sheet": sheet_digest(notebook),
        "text": text_digest(notebook),
    }
    return notebook
