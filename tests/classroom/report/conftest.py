"""A small class, made once: an empty gradebook takes seconds."""

import json
import shutil

import pytest

from aelesson.classroom import course, records
from aelesson.classroom.records import Graded, Verdict

SHEET = "01_tiny"
POINTS = {"double": 2, "square": 3}
STUDENTS = """\
id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,11
bob,Bob,=cmd|'/c calc'!A0,bob@example.org,12
cy,Cy,Young,cy@example.org,
dan,Dan,Dare,dan@example.org,14
"""


def cell(source, name="", role="solution", points=None):
    marks = {"schema_version": 3, "grade": False, "solution": False, "task": False}
    marks |= {"grade_id": name, "locked": role == "grade", role: True}
    marks |= {"points": points} if points else {}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name or "plain",
        "metadata": {"nbgrader": marks} if name else {},
        "outputs": [],
        "source": source,
    }


def notebook(answers=None):
    """Return a sheet with these answers, or with the course's."""
    answers = answers or {n: f"def {n}(x):\n    return {n}d(x)" for n in POINTS}
    cells = [cell("import torch\nfrom aelesson import checks")]
    for name, answer in answers.items():
        check = f"checks.tiny.{name}({name})"
        cells.append(cell(answer, name))
        cells.append(cell(check, f"check_{name}", "grade", POINTS[name]))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def book_sheet(book):
    """Write the sheet into a gradebook, as nbgrader does when it makes a release."""
    book.add_assignment(SHEET)
    book.add_notebook(SHEET, SHEET)
    for name, most in POINTS.items():
        book.add_solution_cell(name, SHEET, SHEET)
        book.add_grade_cell(
            f"check_{name}", SHEET, SHEET, max_score=most, cell_type="code"
        )


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    (root / "solutions").mkdir()
    (root / "solutions" / f"{SHEET}.ipynb").write_text(json.dumps(notebook()))
    (root / "students.csv").write_text(STUDENTS)
    new = course.new(root / "class", root / "solutions", root / "students.csv")
    with new.gradebook() as book:
        book_sheet(book)
    return new.folder


@pytest.fixture
def classroom(made, tmp_path):
    """Return a class of four, with one sheet, to which nobody has done anything."""
    shutil.copytree(made, tmp_path / "class")
    return course.find(tmp_path / "class")


@pytest.fixture
def hand_in(classroom):
    """Return a function: a student's id -> their sheet is in the folder."""

    def submit(student, answers=None, text=None):
        folder = classroom.place("submitted", student, SHEET)
        folder.mkdir(parents=True)
        path = folder / f"{SHEET}.ipynb"
        path.write_text(json.dumps(notebook(answers)) if text is None else text)
        (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
        return path

    return submit


@pytest.fixture
def grade(classroom, hand_in):
    """Return a function: what a student reached -> it is handed in and graded."""

    def judge(student, double=2, square=3, book=True, answers=None, **rest):
        path = hand_in(student, answers)
        scores = {"double": double, "square": square}
        verdicts = tuple(
            Verdict(n, s, POINTS[n], "passed")
            if s == POINTS[n]
            else Verdict(n, s, POINTS[n], "failed", f"{n}: that is wrong")
            for n, s in scores.items()
        )
        digest = records.digest_of(path.parent)
        graded = Graded(student, SHEET, verdicts, digest=digest, **rest)
        records.keep(classroom.folder, graded)
        if book:
            with classroom.gradebook() as gradebook:
                gradebook.add_submission(SHEET, student)
                for name, score in scores.items():
                    row = gradebook.find_grade(f"check_{name}", SHEET, SHEET, student)
                    row.auto_score, row.needs_manual_grade = score, False
                gradebook.db.commit()

    return judge


@pytest.fixture
def by_hand(classroom):
    """Return a function: a cell's row of the gradebook -> somebody changes it."""

    def change(student, name, **values):
        with classroom.gradebook() as book:
            row = book.find_grade(f"check_{name}", SHEET, SHEET, student)
            for key, value in values.items():
                setattr(row, key, value)
            book.db.commit()

    return change
