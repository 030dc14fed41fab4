"""The list of students: a CSV file with the columns that nbgrader imports."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path

from aelesson.course.workbook import CourseError

NAME = "students.csv"
_UTF8 = "it is not UTF-8; Excel saves it so as `CSV UTF-8`"


@dataclass(frozen=True)
class Student:
    """One line of the list.

    Attributes:
        id: Names the student everywhere: in folders, in the gradebook, in reports.
        first_name: May be empty, as all that follow.
        last_name: The family's name.
        email: As the learning platform has it.
        lms_user_id: The number that the learning platform gives, such as Canvas's.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


COLUMNS = tuple(field.name for field in fields(Student))


def read_students(path: Path) -> list[Student]:
    """Read the list of students.

    Args:
        path: A CSV file in UTF-8, with commas or semicolons, whose first line names
            the columns: `id`, and any of `COLUMNS`. Other columns are left out.

    Raises:
        CourseError: If there is no such file, a name is missing or doubled, or a name
            could not be a folder's; each line is named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = _UTF8 if isinstance(error, ValueError) else error.strerror
        raise CourseError(f"The list of students {path} cannot be read: {told}.") from (
            error
        )
    head, _, _ = text.partition("\n")
    separator = ";" if head.count(";") > head.count(",") else ","
    rows = csv.DictReader(text.splitlines(), delimiter=separator, skipinitialspace=True)
    if "id" not in (rows.fieldnames or ()):
        raise CourseError(
            f"{path}: its first line is {head!r:.80}; it must name the columns, "
            f"`id` and any of {', '.join(COLUMNS[1:])}."
        )
    students, faults = [], []
    first: dict[str, int] = {}
    for row in rows:
        known = {k: (row.get(k) or "").strip() for k in COLUMNS}
        if not any((value or "").strip() for value in known.values()):
            continue
        student = Student(**known)
        key = student.id.casefold()
        if fault := _fault(student.id):
            faults.append(f"line {rows.line_num}: {fault}")
        elif key in first:
            told = f"{student.id!r} stands in line {first[key]} already"
            faults.append(f"line {rows.line_num}: {told}")
        else:
            first[key] = rows.line_num
            students.append(student)
    if faults:
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise CourseError(f"{path}: {'; '.join(faults[:5])}{more}.")
    if not students:
        raise CourseError(f"{path} names no student.")
    return students


def _fault(name: str) -> str:
    if not name:
        return "the id is missing"
    if name.startswith(".") or any(c in '/\\:*?"<>|+' or ord(c) < 32 for c in name):
        return f"the id {name!r} cannot be the name of a folder"
    return ""


def write_students(path: Path, students: list[Student]) -> None:
    """Write a list of students as nbgrader imports it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(s, name) for name in COLUMNS] for s in students)
