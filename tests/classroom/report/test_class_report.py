"""A class's report: what was not graded is apart from what was wrong."""

import csv
import io

import pytest
from rich.console import Console

from aelesson.classroom import board, records
from aelesson.classroom.records import NOTHING, Graded, Verdict
from aelesson.classroom.report import report
from aelesson.classroom.standing import Status
from aelesson.course.workbook import CourseError
from tests.classroom.report.conftest import POINTS, SHEET

pytestmark = pytest.mark.filterwarnings(
    "ignore:Object of type:sqlalchemy.exc.SAWarning"
)


def table(made, name):
    with (made.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def line(made, student, name="grades"):
    (found,) = (row for row in table(made, name) if row["student"] == student)
    return found


@pytest.mark.slow
def test_each_student_has_a_line_and_only_what_was_graded_has_points(
    classroom, grade, hand_in
):
    grade("ada")
    grade("bob", double=0)
    hand_in("cy")
    made = report(classroom)
    lines = table(made, "grades")
    assert [row["status"] for row in lines] == [
        *("graded", "graded", "not graded", "nothing handed in")
    ]
    assert [row["points"] for row in lines] == ["5", "3", "", ""]
    assert {row["possible"] for row in lines} == {"5"}
    assert line(made, "bob")[f"{SHEET}: double"] == "0"
    assert line(made, "cy")[f"{SHEET}: double"] == ""
    (missing,) = table(made, "not_graded")
    assert missing["why"] == "it was not graded yet"
    assert missing["what_to_do"] == f"`aelesson class grade {SHEET}`"


def test_learning_platforms_get_no_zero_for_what_was_not_graded(
    classroom, grade, hand_in
):
    grade("ada")
    grade("bob", double=0, square=0)
    hand_in("cy")
    made = report(classroom)
    moodle = table(made, "moodle")
    assert [row[SHEET] for row in moodle] == ["5", "0", "-", "-"]
    assert next(row["Email address"] for row in moodle) == "ada@example.org"
    most, *canvas = table(made, "canvas")
    assert (most["Student"], most[SHEET]) == ("    Points Possible", "5")
    assert [row[SHEET] for row in canvas] == ["5", "0", "", ""]
    assert [row["ID"] for row in canvas] == ["11", "12", "", "14"]
    assert [row["SIS Login ID"] for row in canvas] == ["", "", "cy", ""]
    assert list(most)[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def test_moodle_gets_no_line_without_its_key(classroom, grade):
    grade("ada")
    with classroom.gradebook() as book:
        book.find_student("bob").email = None
        book.db.commit()
    assert list(table(report(classroom), "moodle")[0]) == ["ID number", SHEET]


def test_a_name_is_never_a_formula(classroom, grade):
    grade("bob")
    made = report(classroom)
    assert line(made, "bob")["last_name"] == "'=cmd|'/c calc'!A0"
    for path in made.folder.iterdir():
        cells = [c for row in csv.reader(path.open(encoding="utf-8-sig")) for c in row]
        risky = [c for c in cells if c.startswith(("=", "+", "@", "\t"))]
        assert not risky
        assert {c for c in cells if c.startswith("-")} <= {"-"}


def test_points_changed_by_hand_count_and_are_named(classroom, grade, by_hand):
    grade("ada", double=0)
    by_hand("ada", "double", manual_score=1.5)
    by_hand("ada", "square", extra_credit=0.5)
    made = report(classroom)
    found = line(made, "ada")
    assert found["points"] == "5"
    assert found["points_from"] == "changed by hand in the gradebook"
    assert found[f"{SHEET}: double"] == "1.5"
    assert found[f"{SHEET}: square"] == "3.5"
    assert not table(made, "look_at")


def test_a_late_penalty_is_taken_off_as_nbgrader_does(classroom, grade):
    grade("ada")
    grade("bob", double=0)
    for student, penalty in (("ada", 2), ("bob", 9)):
        with classroom.gradebook() as book:
            book.find_submission_notebook(
                SHEET, SHEET, student
            ).late_submission_penalty = penalty
            book.db.commit()
    found = report(classroom)
    assert line(found, "ada")["points"] == "3"
    assert line(found, "ada")["late_penalty"] == "2"
    assert line(found, "bob")["points"] == "0"


def test_records_and_gradebook_that_do_not_agree_are_named(classroom, grade, by_hand):
    grade("ada")
    by_hand("ada", "double", auto_score=1)
    grade("bob")
    by_hand("bob", "double", manual_score=1, needs_manual_grade=True)
    grade("cy", book=False)
    made = report(classroom)
    seen = [
        (row["student"], row["exercise"], row["seen"]) for row in table(made, "look_at")
    ]
    assert seen == [
        ("ada", "double", "the gradebook has 1, grading found 2"),
        ("bob", "double", "was graded anew after its points were changed by hand"),
    ]
    assert line(made, "ada")["points"] == "5"
    assert line(made, "bob")["points"] == "4"
    assert line(made, "cy")["points"] == "5"


def test_what_could_not_be_graded_says_why_and_what_to_do(classroom, hand_in, by_hand):
    for student in ("ada", "bob"):
        folder = hand_in(student, text="<html>").parent
        digest = records.digest_of(folder)
        told = Graded(student, SHEET, problem="it is no notebook", digest=digest)
        records.keep(classroom.folder, told)
    made = report(classroom)
    assert [row["points"] for row in table(made, "grades")] == ["", "", "", ""]
    missing = table(made, "not_graded")
    assert [row["student"] for row in missing] == ["ada", "bob"]
    assert missing[0]["why"] == "it is no notebook"
    assert f"mend submitted/ada/{SHEET}" in missing[0]["what_to_do"]
    with classroom.gradebook() as book:
        book.add_submission(SHEET, "ada")
    for name in POINTS:
        by_hand("ada", name, manual_score=1)
    assert line(report(classroom), "ada")["points"] == "2", "somebody graded it by hand"


def test_nobody_is_told_of_a_file_that_was_not_handed_in(classroom, grade, hand_in):
    grade("ada")
    for student in ("bob", "cy"):
        told = Graded(student, SHEET, problem=NOTHING)
        records.keep(classroom.folder, told)
    hand_in("cy")
    made = report(classroom)
    assert line(made, "bob")["status"] == "nothing handed in"
    (missing,) = table(made, "not_graded")
    assert (missing["student"], missing["why"]) == ("cy", "it was not graded yet")


def test_extra_credit_that_is_in_the_record_counts_once(classroom, grade, by_hand):
    grade("ada", square=3.5)
    by_hand("ada", "square", auto_score=3, extra_credit=0.5)
    made = report(classroom)
    assert line(made, "ada")["points"] == "5.5"
    assert not table(made, "look_at")


def test_a_file_that_came_after_grading_has_no_points_yet(classroom, grade):
    grade("ada")
    path = classroom.place("submitted", "ada", SHEET) / f"{SHEET}.ipynb"
    path.write_text(path.read_text() + " ")
    (missing,) = table(report(classroom), "not_graded")
    assert missing["why"] == "another file was handed in since it was graded"


def test_a_cell_that_waits_for_somebody_is_named(classroom, grade):
    grade("ada")
    (source,) = (classroom.folder / "source").glob("*/*.ipynb")
    text = source.read_text().replace("check_square", "essay")
    source.write_text(text)
    (missing,) = table(report(classroom), "not_graded")
    assert missing["why"] == "no points yet for essay"
    assert "formgrader" in missing["what_to_do"]


def test_graded_by_another_way_counts_and_is_named(classroom, hand_in, by_hand):
    hand_in("ada")
    with classroom.gradebook() as book:
        book.add_submission(SHEET, "ada")
    for name in POINTS:
        by_hand("ada", name, auto_score=1, needs_manual_grade=False)
    made = report(classroom)
    assert line(made, "ada")["points"] == "2"
    assert line(made, "ada")["points_from"] == "the gradebook"
    assert "by another way" in line(made, "ada", "look_at")["seen"]


STRANGE = {
    "double": "from aelesson.losses import double",
    "square": 'def square(x):\n    raise NotImplementedError("Replace this line with '
    'your code.")',
}


def test_what_to_look_at_comes_from_grading_and_from_the_sheets(
    classroom, grade, hand_in
):
    grade("ada", answers=STRANGE, remarks=("the sheet changes the judge: x",))
    long = "\n".join(f"    a{i} = torch.ones({i}).sum() * {i}" for i in range(9))
    answers = {n: f"def {n}(x):\n{long}\n    return a1" for n in POINTS}
    grade("bob", answers=answers)
    grade("cy", answers=answers)
    hand_in("eve")
    made = report(classroom)
    seen = [
        (row["student"], row["exercise"], row["seen"]) for row in table(made, "look_at")
    ]
    same = "the same as {}, to the letter"
    assert seen == [
        ("ada", "", "the sheet changes the judge: x"),
        ("ada", "square", "the stub's line is there beside a passed check"),
        (
            "ada",
            "double",
            "uses aelesson.losses.double, which the course's answer does not",
        ),
        ("bob", "double", same.format("cy")),
        ("bob", "square", same.format("cy")),
        ("cy", "double", same.format("bob")),
        ("cy", "square", same.format("bob")),
        ("eve", "", "is not on the list of students"),
    ]


def test_the_report_counts(classroom, grade):
    grade("ada")
    grade("bob", double=0)
    grade("cy", double=0, square=0)
    (sheet,) = report(classroom).sheets
    assert sorted(sheet.points) == [0, 3, 5]
    assert sheet.quartiles == (1.5, 3, 4)
    hardest, easier = sheet.shares
    assert (hardest.exercise, round(hardest.passed, 2)) == ("double", 0.33)
    assert (hardest.diagnosis, hardest.count) == ("double: that is wrong", 2)
    assert (easier.exercise, round(easier.passed, 2)) == ("square", 0.67)
    assert len(sheet.of(Status.NOTHING)) == 1


def test_the_screen_shows_it(classroom, grade, hand_in):
    many = tuple(f"remark {i}" for i in range(16))
    grade("ada", remarks=("the sheet changes the judge: [red]", *many))
    grade("bob", double=0)
    hand_in("cy")
    console = Console(file=io.StringIO(), width=100)
    board.show(report(classroom), console)
    told = console.file.getvalue()
    for part in (
        *("graded 2", "not graded 1", "nothing handed in 1", "mean 4 of 5"),
        *("double", "50 %", "that is wrong", "cy", "it was not graded yet"),
        *("[red]", "and 2 more, in look_at.csv", str(classroom.folder / "reports")),
    ):
        assert part in told, told


def test_nothing_handed_in_and_nothing_half_written(classroom, grade, monkeypatch):
    with pytest.raises(CourseError, match="Nothing was handed in yet"):
        report(classroom)
    grade("ada")
    made = report(classroom)
    before = {p.name: p.read_bytes() for p in made.folder.iterdir()}
    grade("bob")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aelesson.classroom.tables.csv.writer", full)
    with pytest.raises(CourseError, match="No space left on device"):
        report(classroom)
    assert {p.name: p.read_bytes() for p in made.folder.iterdir()} == before


def test_a_verdict_that_is_none_is_no_wrong_answer(classroom, hand_in):
    hand_in("ada")
    verdicts = Verdict("double", 2, 2, "passed"), Verdict("square", 0, 3, "not judged")
    records.keep(classroom.folder, Graded("ada", SHEET, verdicts))
    made = report(classroom)
    assert line(made, "ada")[f"{SHEET}: square"] == ""
    assert line(made, "ada", "look_at")["seen"] == "was not judged"
