"""Lays out the folder of a trial hub: homes, a course, nbgrader's exchange."""

import shutil
import tempfile
from pathlib import Path

from aelesson.classroom import course
from aelesson.classroom.settings import CONFIG

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Path(__file__).parent / "settings"
TEACHER, *STUDENTS = USERS = ("teacher", "ada", "ben")
EXCHANGE = 'load_subconfig("exchange_config.py", path={path!r})  # noqa: F821\n'


def lay_out(folder: Path, sheets: list[str]) -> None:
    """Make what is missing in the folder of a trial hub, and leave what is there.

    Args:
        folder: Holds all that users make.
        sheets: Names of exercise sheets, such as `01_basics`: the teacher's course.
    """
    for user in USERS:
        lay_home(folder / "home" / user)
    (folder / "hub").mkdir(exist_ok=True)
    (folder / "exchange").mkdir(exist_ok=True)
    (folder / "exchange").chmod(0o777)  # as nbgrader asks for
    lay_class(folder / "home" / TEACHER / "course", sheets)


def lay_home(home: Path) -> None:
    """Make a user's home, with the lessons: a fetched sheet links to them."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "notebooks").exists():
        shutil.copytree(ROOT / "notebooks", home / "notebooks")


def lay_class(folder: Path, sheets: list[str]) -> None:
    """Make the teacher's class, unless it is there."""
    if (folder / CONFIG).exists():
        return
    with tempfile.TemporaryDirectory() as place:
        students = Path(place) / "students.csv"
        students.write_text("\n".join(["id", *STUDENTS]))
        course.new(folder, ROOT / "solutions", students, sheets)
    with (folder / CONFIG).open("a") as settings:
        settings.write(EXCHANGE.format(path=str(SETTINGS / "everybody")))
