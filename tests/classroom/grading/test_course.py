"""A class is made once, never over something else, and goes on after a stop."""

import shutil

import pytest
from traitlets.config import Config

from aelesson.classroom import course, settings
from aelesson.classroom.roster import Student
from aelesson.course.workbook import CourseError
from tools import sheets


@pytest.fixture
def students(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("id,first_name\nada,Ada\nben,Ben\n")
    return path


@pytest.mark.slow
def test_a_class_has_sheets_and_students(solutions, students, tmp_path):
    made = course.new(tmp_path / "class", solutions, students)
    assert made.sheets == ["01_tiny"]
    assert made.students == [Student("ada", "Ada"), Student("ben", "Ben")]
    course.enrol(made, [Student("ben", "Benjamin"), Student("cem")])
    course.enrol(made, [Student("ada")])  # a list of ids takes no name away
    again = course.find(tmp_path / "class")
    assert [s.first_name for s in again.students] == ["Ada", "Benjamin", ""]
    assert again.sheet("01") == again.sheet("x/01_tiny.ipynb") == "01_tiny"
    with pytest.raises(CourseError, match="no sheet '7'; there are: 01_tiny"):
        again.sheet("7")


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_the_command_goes_on(
    solutions, students, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, "No space left on device")

    folder = tmp_path / "class"
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(CourseError, match="No space left on device"):
            course.new(folder, solutions, students)
    with pytest.raises(CourseError, match="was not finished"):
        course.find(folder)
    assert course.new(folder, solutions, students).sheets == ["01_tiny"]


def test_a_folder_that_holds_something_else_is_left_alone(solutions, tmp_path):
    (tmp_path / "work.txt").write_text("mine")
    with pytest.raises(CourseError, match="is not empty"):
        course.new(tmp_path, solutions, None)
    assert [path.name for path in tmp_path.iterdir()] == ["work.txt"]


def test_faults_are_found_before_anything_is_made(solutions, students, tmp_path):
    students.write_text("id\nada\nada\n")
    with pytest.raises(CourseError, match="stands in line 2 already"):
        course.new(tmp_path / "class", solutions, students)
    with pytest.raises(CourseError, match="no sheet '99'; there are: 01_tiny"):
        course.new(tmp_path / "class", solutions, None, ["99"])
    with pytest.raises(CourseError, match="no solutions"):
        course.new(tmp_path / "class", tmp_path / "none", None)
    assert not (tmp_path / "class").exists()


def test_what_is_no_class_is_told(tmp_path):
    with pytest.raises(CourseError, match="is no class"):
        course.find(tmp_path)
    (tmp_path / settings.CONFIG).write_text("c = get_config()\n")
    with pytest.raises(CourseError, match=r"must call .*settle"):
        course.find(tmp_path)


def test_settings_are_those_of_the_build_and_of_nbgrader():
    """Only three steps are others than nbgrader's own, which may get new ones."""
    from nbgrader.converters import Autograde

    config = Config()
    settings.settle(config)
    assert settings.STUB == sheets.STUB
    assert config.ClearSolutions.code_stub == {"python": sheets.STUB}
    ours = {"PutBackCells": "OverwriteCells", "RunExercises": "Execute"}
    for phase in ("sanitize_preprocessors", "autograde_preprocessors"):
        names = [step.rpartition(".")[2] for step in config.Autograde[phase]]
        own = [step.__name__ for step in getattr(Autograde(), phase)]
        kept = [ours.get(name, name) for name in names if name != "DropEmptyMarks"]
        assert kept == own
