"""A class of nbgrader's, made once, and copied for each test."""

import shutil
from pathlib import Path

import pytest

from aelesson.classroom import course
from aelesson.classroom.collect import collect

from .class_list import STUDENTS

ROOT = Path(__file__).parents[3]
SOLUTIONS = ROOT / "solutions"


@pytest.fixture(scope="session")
def empty_class(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    listed = folder / "list.csv"
    listed.write_text(STUDENTS, encoding="utf-8")
    course.new(folder / "autoencoders", SOLUTIONS, listed, ["01", "02"])
    return folder / "autoencoders"


@pytest.fixture
def classroom(empty_class, tmp_path):
    shutil.copytree(empty_class, tmp_path / "autoencoders")
    return course.find(tmp_path / "autoencoders")


@pytest.fixture(scope="session")
def sheet():
    """Return a function: such as "01_basics" -> a sheet's bytes, all answers right."""
    return lambda name: (SOLUTIONS / f"{name}.ipynb").read_bytes()


@pytest.fixture
def one(sheet):
    return sheet("01_basics")


@pytest.fixture
def gather(classroom):
    """Return a function: an origin -> (student, file's name) -> (outcome, message)."""

    def run(origin, again=False, name="01_basics"):
        found = list(collect(classroom, name, origin, again))
        assert len({(each.student, each.source) for each in found}) == len(found)
        return {
            (each.student, each.source.rpartition("/")[2]): (each.outcome, each.message)
            for each in found
        }

    return run


@pytest.fixture
def submitted(classroom):
    """Return a function: a student -> the files of their submission of sheet 01."""

    def look(student):
        folder = classroom.folder / "submitted" / student / "01_basics"
        return {path.name: path.read_bytes() for path in folder.glob("*")}

    return look
