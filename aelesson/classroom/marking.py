"""Steps for a teacher's nbgrader course: a class is graded, whatever it hands in.

nbgrader runs a submission in one kernel, so that a cell that ends the kernel costs all
points, and it stops at a cell that was copied. These steps take the place of its own;
`settings` names them.
"""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, OverwriteCells
from nbgrader.utils import is_grade, is_solution
from traitlets import Integer, Unicode

from aelesson.classroom import sandbox
from aelesson.classroom.settings import JUDGE
from aelesson.classroom.worker import Limits, Worker, lessons_of
from aelesson.course.progress import Exercise, State
from aelesson.course.sheets import MARK, compose, read_code

VERDICTS = "aelesson_verdicts"
"""Where an autograded notebook's metadata keep what was found."""


class DropEmptyMarks(NbGraderPreprocessor):  # type: ignore[misc]
    """Unmarks cells whose marks nbgrader has emptied: its next steps would stop there.

    DeduplicateIds does it to copies of a cell, OverwriteCells to unknown names.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Drop the mark of one cell if it says nothing."""
        _drop_empty_marks(cell)
        return cell, resources


def _drop_empty_marks(cell: NotebookNode) -> None:
    marks = cell.metadata.get("nbgrader")
    if marks is not None and not (isinstance(marks, dict) and "grade_id" in marks):
        del cell.metadata["nbgrader"]


class PutBackCells(OverwriteCells):  # type: ignore[misc]
    """Lets a check come back even where its answer's cell or mark is gone.

    nbgrader lays a missing check behind the cell before it, and stops if that is
    missing, too. Here an empty cell stands for it at the end, so that the check finds
    what the student has defined anywhere.
    """

    def add_missing_grade_cells(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Add an empty cell for each missing answer, then the missing checks."""
        for cell in nb.cells:  # of names that the gradebook does not know
            _drop_empty_marks(cell)
        asked = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        answers = {cell.name for cell in asked.solution_cells}
        found = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
        for cell in asked.source_cells:  # in the sheet's order
            if cell.name in answers - found and cell.cell_type == "code":
                nb.cells.append(_empty_answer(cell.name))
        both: tuple[NotebookNode, dict[str, Any]]
        both = super().add_missing_grade_cells(nb, resources)
        return both


def _empty_answer(name: str) -> NotebookNode:
    marks = {
        "cell_type": "code",
        "grade": False,
        "grade_id": name,
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    told = f"# No cell of this sheet is marked as the answer `{name}`."
    cell: NotebookNode
    cell = new_code_cell(told, metadata={"nbgrader": marks})  # type: ignore[no-untyped-call]
    return cell


class RunExercises(Execute):  # type: ignore[misc]
    """Runs a submission so that a bad cell costs only its own exercise.

    `c.Execute.timeout` holds: seconds that a cell may take. Cells run apart, in the
    best sandbox that works; points are given by this process. What was found is kept in
    the notebook's metadata.
    """

    limit = Integer(600, help="Seconds that a sheet may take.").tag(config=True)
    megabytes = Integer(2_000, help="Of memory that its cells may have.").tag(
        config=True
    )
    image = Unicode("", help="A container's image that has this library.").tag(
        config=True
    )

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the code cells, and give each check that did not pass an error."""
        path = Path(resources["metadata"]["path"] or ".")
        cells = [cell for cell in nb.cells if cell.cell_type == "code"]
        checks = {c.metadata.nbgrader.grade_id: c for c in cells if _is_check(c)}
        for name, cell in checks.items():
            cell[MARK] = name.removeprefix("check_")
        course = read_code(self._source(resources)) or []
        sheet = compose(path / "submission", cells, course)
        limits = Limits(self.timeout, self.limit, self.megabytes)
        private = Path(CourseDirectory(config=self.config).root) / JUDGE
        there = private if private.is_dir() else None
        worker = worker_for(self.image, tuple(lessons_of(course)), there)
        result, megabytes = worker.judge(sheet, limits, path)
        if result.problem:
            raise RuntimeError(result.problem)
        for exercise, cell in zip(result.exercises, checks.values(), strict=True):
            _write_down(exercise, cell)
        _tidy(cells)
        nb.metadata[VERDICTS] = {
            "note": result.note,
            "megabytes": round(megabytes),
            "exercises": [_told(exercise) for exercise in result.exercises],
        }
        return nb, resources

    def _source(self, resources: dict[str, Any]) -> Path:
        """Find the sheet as the teacher has it, for the imports of its checks."""
        course, own = CourseDirectory(config=self.config), resources["nbgrader"]
        folder = course.format_path(course.source_directory, ".", own["assignment"])
        return Path(folder) / f"{own['notebook']}.ipynb"


@cache
def worker_for(
    image: str, lessons: tuple[str, ...], private: Path | None = None
) -> Worker:
    """Return the worker of this process; it ends with the process."""
    worker = Worker(sandbox.choose(image), lessons, private)
    atexit.register(worker.end)
    return worker


def _is_check(cell: NotebookNode) -> bool:
    return bool(is_grade(cell) and not is_solution(cell))


def _write_down(exercise: Exercise, cell: NotebookNode) -> None:
    """Leave an error under a check that did not pass: nbgrader counts by it."""
    del cell[MARK]
    if exercise.state is State.PASSED:
        if exercise.score:
            told = f"✓ {exercise.name}: {exercise.score}\n"
            stream = {"output_type": "stream", "name": "stdout", "text": told}
            cell["outputs"] = [stream]
        return
    if not any(output["output_type"] == "error" for output in cell["outputs"]):
        told = f"{exercise.state}: {exercise.diagnosis}".removesuffix(": ")
        cell["outputs"].append(
            {
                "output_type": "error",
                "ename": "NotPassed",
                "evalue": told,
                "traceback": [told],
            }
        )


def _tidy(cells: list[NotebookNode]) -> None:
    for cell in cells:
        cell["outputs"] = list(map(from_dict, cell["outputs"]))


def _told(exercise: Exercise) -> dict[str, str]:
    return {
        "name": exercise.name,
        "state": str(exercise.state),
        "diagnosis": exercise.diagnosis,
        "note": exercise.note,
    }
