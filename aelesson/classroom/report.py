"""A class's report: grades, what was not graded and why, what to look at."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import aelesson
from aelesson.classroom import tables
from aelesson.classroom.course import Classroom
from aelesson.classroom.outlook import Look, Report, SheetReport
from aelesson.classroom.standing import Standing, Status, exercises, standings
from aelesson.classroom.suspicions import Course, Group, alike, course_of, of_sheet
from aelesson.course.sheets import Cell, read_code
from aelesson.course.workbook import CourseError, find_course

FOLDER = "reports"


def report(classroom: Classroom, sheets: Sequence[str] | None = None) -> Report:
    """Take together what is known of a class, and write it into its `reports/`.

    Args:
        classroom: The class.
        sheets: Names as in `classroom.sheets`; None for all with something handed in.

    Raises:
        CourseError: If nothing was handed in, or the files cannot be written.
    """
    names = classroom.sheets if sheets is None else sheets
    found = [_sheet_report(classroom, name) for name in names]
    if sheets is None:
        found = [s for s in found if any(s.of(Status.GRADED) + s.of(Status.NOT_GRADED))]
    if not found:
        raise CourseError(
            f"Nothing was handed in yet in {classroom.folder}: "
            "`aelesson class collect SHEET` brings it there."
        )
    students = {each.student.id: each.student for s in found for each in s.standings}
    made = Report(classroom.folder / FOLDER, tuple(students.values()), tuple(found))
    try:
        made.folder.mkdir(exist_ok=True)
        tables.write(made)
    except OSError as error:
        raise CourseError(
            f"{made.folder} cannot be written ({error.strerror or error}): is a file "
            "open in another program, or the disk full? Then give the command again."
        ) from error
    return made


def _sheet_report(classroom: Classroom, sheet: str) -> SheetReport:
    found = tuple(standings(classroom, sheet))
    looks = [
        Look(each.student.id, sheet, *remark)
        for each in found
        for remark in each.remarks
    ]
    looks += _seen(classroom, sheet, found)
    source = classroom.place("source", ".", sheet) / f"{sheet}.ipynb"
    order = {each.student.id: place for place, each in enumerate(found)}
    looks = sorted(dict.fromkeys(looks), key=lambda look: order[look.student])
    return SheetReport(sheet, exercises(source), found, tuple(looks))


def _seen(
    classroom: Classroom, sheet: str, found: Sequence[Standing]
) -> Iterator[Look]:
    """Yield what is seen in the sheets themselves."""
    course = _course(classroom, sheet)
    handed_in = dict(_cells(classroom, sheet))
    verdicts = {
        s.student.id: [m.verdict for m in s.marks if m.verdict is not None]
        for s in found
    }
    for student, cells in handed_in.items():
        for each in of_sheet(cells, verdicts.get(student, []), course):
            yield Look(student, sheet, each.exercise, each.seen)
    for group in alike(handed_in, course):
        for student in group.students:
            yield Look(student, sheet, group.exercise, _same(group, student))


def _same(group: Group, student: str) -> str:
    others = [name for name in group.students if name != student]
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    how = "to the letter" if group.letters else "but for names of variables"
    return f"the same as {', '.join(others[:3])}{more}, {how}"


def _course(classroom: Classroom, sheet: str) -> Course:
    """Read what students have anyway; the lesson only where the course is at hand."""
    solution = read_code(classroom.place("source", ".", sheet) / f"{sheet}.ipynb")
    try:
        lesson = read_code(find_course() / "notebooks" / f"{sheet}.ipynb")
    except CourseError:
        lesson = None
    scores = Path(aelesson.__file__).parent / "checks" / "scores.json"
    return course_of(solution or [], lesson or [], json.loads(scores.read_bytes()))


def _cells(classroom: Classroom, sheet: str) -> Iterator[tuple[str, Sequence[Cell]]]:
    for student in classroom.handed_in(sheet):
        folder = classroom.place("submitted", student, sheet)
        for path in (folder / f"{sheet}.ipynb", *sorted(folder.glob("*.ipynb"))):
            if cells := read_code(path):
                yield student, cells
                break
