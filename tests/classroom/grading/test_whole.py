"""A class from the first command to the last, as a teacher gives them."""

import csv
import json
import os
import shutil
import zipfile

import nbformat
import pytest
from typer.testing import CliRunner

from aelesson.course.cli import app
from tests.classroom.grading import submissions
from tests.classroom.grading.conftest import SHEET, graded

pytestmark = pytest.mark.slow

STUDENTS = """\
id,first_name,last_name,email
ada,Ada,Lovelace,ada@example.org
ben,Ben,Noether,ben@example.org
cem,Cem,Hopper,cem@example.org
dan,Dan,Turing,dan@example.org
"""


def command(*words, code=0):
    result = CliRunner().invoke(app, ["class", *words])
    assert result.exit_code == code, result.output + str(result.exception)
    return result.output


@pytest.fixture
def course_here(solutions, tmp_path, monkeypatch):
    """A folder from which a class is made: a course with one small sheet."""
    for name in ("solutions", "exercises", "notebooks"):
        shutil.copytree(solutions, tmp_path / "course" / name)
    (tmp_path / "course" / "list.csv").write_text(STUDENTS)
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def moodle(folder, changes):
    """Write an archive as Moodle exports it."""
    released = folder / "release" / SHEET / f"{SHEET}.ipynb"
    with zipfile.ZipFile(folder / "moodle.zip", "w") as archive:
        for number, (name, change) in enumerate(changes.items()):
            notebook = nbformat.read(released, 4)
            change({graded(cell): cell for cell in notebook.cells}, notebook)
            text = nbformat.writes(notebook)
            if name.startswith("Cem"):
                text = text[: text.index("check_compression_ratio") + 40]
            place = f"{name}_{number}_assignsubmission_file"
            archive.writestr(f"{place}/my work.ipynb", text)


def test_from_a_new_class_to_feedback(course_here):
    assert "1 sheets, 4 students" in command("new", "k", "--students", "list.csv")
    os.chdir("k")
    assert f"✓ {SHEET}" in command("release")
    moodle(
        course_here / "k",
        {
            "Ada Lovelace": submissions.all_right,
            "Ben Noether": submissions.replaces_the_check,
            "Cem Hopper": submissions.all_right,
            "Somebody Else": submissions.all_right,
        },
    )
    told = command("collect", "01", "moodle.zip", code=1)
    assert "whose is it?" in told
    told = command("grade", "01", "--jobs", "2")
    assert "Graded: 3. Not graded: 0. Nothing handed in: 1 (dan)." in told
    assert "ben: 0 of 5" in told
    assert "aelesson.checks.start_here.double" in told
    assert "cem:" in told  # of whose file a part is lost
    scores = {p.stem: json.loads(p.read_text()) for p in _records(course_here)}
    reached = {
        student: sum(each["points"] for each in record["exercises"])
        for student, record in scores.items()
    }
    assert reached == {"ada": 5, "ben": 0, "cem": 5, "dan": 0}
    command("report")
    with open("reports/grades.csv", encoding="utf-8-sig") as file:
        status = {row["student"]: row["status"] for row in csv.DictReader(file)}
    assert status == dict.fromkeys(["ada", "ben", "cem"], "graded") | {
        "dan": "nothing handed in"
    }
    with open("reports/look_at.csv", encoding="utf-8-sig") as file:
        assert {"ben", "cem"} <= {row["student"] for row in csv.DictReader(file)}
    told = command("feedback", "01")
    assert told.count("✓") >= 3
    assert (course_here / "k" / "feedback" / "ada" / SHEET).is_dir()
    again = command("grade", "01")
    assert "Graded: 3." in again


def _records(course_here):
    return (course_here / "k" / "graded" / SHEET).glob("*.json")
