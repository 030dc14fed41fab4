"""The folder of a class: an nbgrader course with the sheets of this one."""

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from glob import glob
from pathlib import Path
from typing import Any

from nbformat.warnings import MissingIDFieldWarning
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.apps import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from aelesson.classroom import roster
from aelesson.classroom.roster import Student
from aelesson.classroom.settings import AUTOGRADE, CONFIG, TEMPLATE
from aelesson.course.workbook import CourseError, sheets_in

_UNFINISHED = ".unfinished"
"""Lies in a folder that `new` has begun to fill."""


@dataclass(frozen=True)
class Classroom:
    """A class on disk; `find` opens one.

    Attributes:
        folder: The nbgrader course.
        config: Its settings.
    """

    folder: Path
    config: Config

    @cached_property
    def api(self) -> Any:  # noqa: ANN401
        """The functions of nbgrader, for this course."""
        return NbGraderAPI(config=self.config)

    @property
    def sheets(self) -> list[str]:
        """The names of its sheets, such as `01_basics`, in order."""
        found = (self.folder / "source").glob("*/*.ipynb")
        return sorted({path.parent.name for path in found})

    @property
    def students(self) -> list[Student]:
        """The students of the gradebook, in order of their ids."""
        with self.gradebook() as book:
            found = [
                Student(
                    s.id,
                    s.first_name or "",
                    s.last_name or "",
                    s.email or "",
                    s.lms_user_id or "",
                )
                for s in book.students
            ]
        return sorted(found, key=lambda student: student.id)

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        """Open nbgrader's books."""
        let_alembic_be_found()
        with Gradebook(self.api.coursedir.db_url) as book:
            yield book

    def place(self, step: str, student: str, sheet: str) -> Path:
        """Return where nbgrader keeps a sheet.

        Args:
            step: source, release, submitted, autograded or feedback.
            student: Their id; "." for source and release.
            sheet: Such as `01_basics`.
        """
        directory = getattr(self.api.coursedir, f"{step}_directory")
        return Path(self.api.coursedir.format_path(directory, student, sheet))

    def handed_in(self, sheet: str) -> list[str]:
        """Name the students of whom there is something in `submitted`."""
        found = glob(str(self.place("submitted", "*", sheet)))
        return sorted(Path(path).parent.name for path in found)

    def sheet(self, name: str) -> str:
        """Return the sheet that a teacher means by `01`, `01_basics` or a path.

        Raises:
            CourseError: If there is no such sheet.
        """
        stem = Path(name).name.removesuffix(".ipynb")
        for sheet in self.sheets:
            if stem in (sheet, sheet.split("_")[0]):
                return sheet
        known = ", ".join(self.sheets) or "none"
        raise CourseError(f"{self.folder} has no sheet {name!r}; there are: {known}.")


def let_alembic_be_found() -> None:
    """Put this Python's programs on the path: nbgrader calls one by its name."""
    if shutil.which("alembic") is None:
        folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
        os.environ["PATH"] = os.pathsep.join(folders)


def find(folder: Path) -> Classroom:
    """Open the class in a folder.

    Raises:
        CourseError: If there is none, or if its settings are not those of this library.
    """
    cure = "`aelesson class new FOLDER` makes a class."
    if (folder / _UNFINISHED).exists():
        raise CourseError(
            f"{folder} was not finished: give the command `aelesson class new` again."
        )
    if not (folder / CONFIG).is_file():
        raise CourseError(f"{folder} is no class: it has no {CONFIG}. {cure}")
    loader = PyFileConfigLoader(CONFIG, path=str(folder.resolve()))
    config: Config = loader.load_config()
    steps = config.Autograde.get("autograde_preprocessors", [])
    if AUTOGRADE[0] not in steps:
        raise CourseError(
            f"{folder / CONFIG} does not use {AUTOGRADE[0]}: it must call "
            "aelesson.classroom.settings.settle(c)."
        )
    if "root" not in config.CourseDirectory:
        config.CourseDirectory.root = str(folder.resolve())
    # Habits of nbgrader's that say nothing to a teacher.
    warnings.filterwarnings("ignore", "Object of type", SAWarning)
    warnings.filterwarnings("ignore", category=MissingIDFieldWarning)
    return Classroom(folder.resolve(), config)


def new(
    folder: Path, solutions: Path, students: Path | None, sheets: Sequence[str] = ()
) -> Classroom:
    """Make a class: settings, the sheets with their solutions, the list of students.

    A command that was stopped goes on where it stopped; what is there is never
    replaced.

    Args:
        folder: Made; or one that a call before this one had begun.
        solutions: The course's folder of that name.
        students: The list of students, see `roster.read_students`; or None.
        sheets: Such as `01`; all if there is none.

    Raises:
        CourseError: If the folder holds something else, the list is wrong, a sheet is
            unknown, or the disk is full.
    """
    listed = roster.read_students(students) if students else []
    chosen = _chosen(solutions, sheets)
    unfinished = folder / _UNFINISHED
    if folder.exists() and not unfinished.exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is not empty: name a new folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        course_id = folder.resolve().name
        (folder / CONFIG).write_text(TEMPLATE.format(course_id=course_id))
        for path in chosen:
            place = folder / "source" / path.stem
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place / path.name)
        if listed:
            roster.write_students(folder / roster.NAME, listed)
        unfinished.unlink()
    except OSError as error:
        raise CourseError(
            f"{folder} could not be filled ({error.strerror or error}): make room, "
            "then give the same command again."
        ) from error
    made = find(folder)
    enrol(made, listed)
    return made


def _chosen(solutions: Path, names: Sequence[str]) -> list[Path]:
    known = sheets_in(solutions) if solutions.is_dir() else []
    if not known:
        raise CourseError(
            f"There are no solutions in {solutions}: a class is made of them. Was this "
            "course handed out without? The teacher's copy has them."
        )
    by_name = {key: p for p in known for key in (p.stem, p.stem.split("_")[0])}
    stems = [Path(name).name.removesuffix(".ipynb") for name in names]
    if strange := [stem for stem in stems if stem not in by_name]:
        told = ", ".join(path.stem for path in known)
        raise CourseError(f"There is no sheet {strange[0]!r}; there are: {told}.")
    return list(dict.fromkeys(by_name[stem] for stem in stems)) or known


def enrol(classroom: Classroom, students: Sequence[Student]) -> None:
    """Put students into the gradebook; who is there gets the names of the list.

    What the list leaves empty stays as it is.

    Raises:
        CourseError: If the gradebook cannot be written.
    """
    with classroom.gradebook() as book:
        for student in students:
            rest = {name: getattr(student, name) for name in roster.COLUMNS[1:]}
            told = {name: value for name, value in rest.items() if value}
            try:
                book.update_or_create_student(student.id, **told)
            except InvalidEntry as error:
                raise CourseError(
                    f"{student.id} is not in the gradebook: {error.__cause__ or error}"
                ) from error
