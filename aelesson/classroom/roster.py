"""The list of students: a CSV file with the columns that nbgrader imports."""

import csv
from collections.abc import Iterator
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
        path: A CSV file in UTF-8, with commas, semicolons or tabs, whose first line
            names the columns: `id`, and any of `COLUMNS`. Other columns are left out.

    Raises:
        CourseError: If there is no such file, a name is missing or doubled, or a name
            could not be a folder's; each line is named.
    """
    students: list[Student] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for line, student in _students(path, _text(path)):
        doubled = [seen[key] for key in _keys(student) if key in seen]
        if fault := _fault(student.id):
            faults.append(f"line {line}: {fault}")
        elif doubled:
            which = student.id if student.id.casefold() in seen else student.email
            faults.append(f"line {line}: {which!r} stands in line {doubled[0]} already")
        else:
            seen |= dict.fromkeys(_keys(student), line)
            students.append(student)
    if faults:
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise CourseError(f"{path}: {'; '.join(faults[:5])}{more}.")
    if not students:
        raise CourseError(f"{path} names no student.")
    return students


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"PK"):
            raise CourseError(f"{path} is an Excel workbook: save it as `CSV UTF-8`.")
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = _UTF8 if isinstance(error, ValueError) else error.strerror
        raise CourseError(f"The list of students {path} cannot be read: {told}.") from (
            error
        )


def _students(path: Path, text: str) -> Iterator[tuple[int, Student]]:
    """Yield each student with the number of their line."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if not _says_nothing(line)), 0)
    head = lines[start] if lines else ""
    separator = max(",;\t", key=head.count)
    rows = csv.reader(lines[start:], delimiter=separator, skipinitialspace=True)
    columns = [name.strip().casefold() for name in next(rows, [])]
    if "id" not in columns:
        raise CourseError(
            f"{path}: its first line is {head!r:.80}; it must name the columns, "
            f"`id` and any of {', '.join(COLUMNS[1:])}."
        )
    for row in rows:
        known = dict(zip(columns, map(str.strip, row), strict=False))
        student = Student(**{name: known.get(name, "") for name in COLUMNS})
        if student != Student(""):
            yield start + rows.line_num, student


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.startswith("sep=")


def _keys(student: Student) -> list[str]:
    """Return what no other student may have: platforms tell people apart by it."""
    return [key.casefold() for key in (student.id, student.email) if key]


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
