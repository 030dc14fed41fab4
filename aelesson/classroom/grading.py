"""A teacher's class: what was graded, what was not and why, and what to look at.

nbgrader's grades have 0 both for wrong answers and for what could not be graded. Here
every submission is named with its points, or with the reason why it has none.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from aelesson.course.marking import VERDICTS, RunExercises
from aelesson.course.progress import State
from aelesson.course.sheets import read_code
from aelesson.course.workbook import CourseError

CONFIG = "nbgrader_config.py"
_LOOK_AT = {State.DIED, State.ENDLESS, State.NOT_JUDGED}


@dataclass(frozen=True)
class Submission:
    """What became of one student's submission.

    Attributes:
        student: As nbgrader calls them.
        points: Reached and possible, "4 of 5"; empty if it was not graded.
        problem: Why it was not graded, or empty.
        remarks: What a teacher should look at, exercise by exercise.
    """

    student: str
    points: str = ""
    problem: str = ""
    remarks: tuple[str, ...] = ()


def grade(folder: Path, assignment: str, again: bool = False) -> Iterator[Submission]:
    """Grade what was handed in, one student after the other, by nbgrader.

    Args:
        folder: Of the nbgrader course, with `nbgrader_config.py`.
        assignment: Its name, such as `01_basics`.
        again: Grade also what is graded already.

    Raises:
        CourseError: If this is no such course, or the assignment was not released.
    """
    config = _config(folder)
    _let_alembic_be_found()
    api = NbGraderAPI(config=config)
    sheets = [path.name for path in _in(api, "source", ".", assignment).glob("*.ipynb")]
    known = _students(api, assignment) if sheets else None
    if known is None:
        raise CourseError(
            f"{folder} has no released assignment {assignment!r}: run "
            f"`nbgrader generate_assignment {assignment}` there first."
        )
    places = glob(str(_in(api, "submitted", "*", assignment)))
    handed_in = sorted(Path(place).parent.name for place in places)
    for student in handed_in:
        yield _graded(api, student, assignment, sheets, again)
    for student in sorted(known - set(handed_in)):
        yield Submission(student, problem="nothing was handed in")


def _let_alembic_be_found() -> None:
    """Put this Python's programs on the path: nbgrader calls one by its name."""
    if shutil.which("alembic") is None:
        folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        os.environ["PATH"] = os.pathsep.join(folders)


def _students(api: Any, assignment: str) -> set[str] | None:  # noqa: ANN401
    """Name the students of the gradebook; None if it lacks the assignment."""
    with Gradebook(api.coursedir.db_url) as gradebook:
        if assignment not in {each.name for each in gradebook.assignments}:
            return None
        return {student.id for student in gradebook.students}


def _config(folder: Path) -> Config:
    """Read the settings of a course, and see that they are those of this library."""
    cure = f"lay the course's tools/{CONFIG} there."
    if not (folder / CONFIG).is_file():
        raise CourseError(f"{folder} has no {CONFIG}: {cure}")
    loader = PyFileConfigLoader(CONFIG, path=str(folder.resolve()))
    config: Config = loader.load_config()
    step = f"{RunExercises.__module__}.{RunExercises.__name__}"
    if step not in config.Autograde.get("autograde_preprocessors", []):
        raise CourseError(f"{folder / CONFIG} does not use {step}: {cure}")
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(folder.resolve())
    return config


def _in(api: Any, step: str, student: str, assignment: str) -> Path:  # noqa: ANN401
    directory = getattr(api.coursedir, f"{step}_directory")
    return Path(api.coursedir.format_path(directory, student, assignment))


def _graded(
    api: Any,  # noqa: ANN401
    student: str,
    assignment: str,
    sheets: list[str],
    again: bool,
) -> Submission:
    """Have one submission graded, and say what became of it."""
    folder = _in(api, "submitted", student, assignment)
    for sheet in sheets:
        if problem := _obstacle(folder, sheet):
            return Submission(student, problem=problem)
    result = api.autograde(assignment, student, force=again)
    if not result["success"]:
        return Submission(student, problem=_reason(result))
    done = _in(api, "autograded", student, assignment)
    remarks = tuple(r for sheet in sheets for r in _remarks(done / sheet))
    return Submission(student, _points(api, student, assignment), remarks=remarks)


def _obstacle(folder: Path, sheet: str) -> str:
    """Say what keeps a sheet from being graded, or ""."""
    if not (folder / sheet).exists():
        others = ", ".join(sorted(path.name for path in folder.glob("*.ipynb")))
        cure = f", but {others}: rename it" if others else ""
        return f"there is no {sheet}{cure}"
    cells = read_code(folder / sheet)
    if cells is None:
        return f"{sheet} cannot be read as a notebook"
    return "" if cells else f"{sheet} has no code"


def _reason(result: dict[str, Any]) -> str:
    """Find the line of nbgrader's log that says why it gave up."""
    log = f"{result.get('log') or ''}\n{result.get('error') or ''}"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line and "nbgrader_log" not in line]
    return f"nbgrader stopped: {(errors or lines or ['without a word'])[-1]:.200}"


def _remarks(path: Path) -> Iterator[str]:
    """Yield what grading found beside the points."""
    found = json.loads(path.read_bytes())["metadata"].get(VERDICTS)
    if found is None:
        yield "graded by another way: --again grades it anew"
        return
    if found["note"]:
        yield found["note"]
    for each in found["exercises"]:
        state = each["state"] if each["state"] in _LOOK_AT else ""
        judge = each["diagnosis"] if "the judge" in each["diagnosis"] else ""
        if told := "; ".join(filter(None, (state, judge, each["note"]))):
            yield f"{each['name']}: {told}"


def _points(api: Any, student: str, assignment: str) -> str:  # noqa: ANN401
    with Gradebook(api.coursedir.db_url) as gradebook:
        try:
            found = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return ""
        return f"{found.score:g} of {found.max_score:g}"
