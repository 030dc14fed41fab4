"""The files of a class's report: tables for people, for Moodle and for Canvas."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from aelesson.classroom.outlook import Report
from aelesson.classroom.standing import Status

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write(made: Report) -> None:
    """Write the tables of a report into its folder.

    Those for people begin with a mark by which Excel knows UTF-8.

    Raises:
        OSError: If a file cannot be written; those before it are whole.
    """
    for name, rows in {"moodle": _moodle(made), "canvas": _canvas(made)}.items():
        _write(made.folder / f"{name}.csv", rows, "utf-8")
    read = {
        "grades": _grades(made),
        "not_graded": _not_graded(made),
        "look_at": _look_at(made),
    }
    for name, rows in read.items():
        _write(made.folder / f"{name}.csv", rows, "utf-8-sig")


def _grades(made: Report) -> Iterator[Sequence[object]]:
    columns = [(s.sheet, name) for s in made.sheets for name in s.possible]
    yield (
        *("student", "last_name", "first_name", "sheet", "status", "points"),
        *("possible", "late_penalty", "points_from"),
        *(f"{sheet}: {name}" for sheet, name in columns),
    )
    for sheet in made.sheets:
        for each in sheet.standings:
            who = each.student
            marks = {(each.sheet, mark.name): mark.points for mark in each.marks}
            yield (
                *(who.id, who.last_name, who.first_name, each.sheet, each.status),
                *(each.points, sum(sheet.possible.values())),
                *(each.penalty or None, each.source),
                *(marks.get(column) for column in columns),
            )


def _points(made: Report) -> dict[str, list[float | None]]:
    """Return the points of each student, sheet by sheet."""
    found = [{e.student.id: e.points for e in s.standings} for s in made.sheets]
    return {who.id: [sheet.get(who.id) for sheet in found] for who in made.students}


def _moodle(made: Report) -> Iterator[Sequence[object]]:
    """Yield what Moodle's import of grades takes.

    Moodle gives the grades of a line without its key to the student of the line before,
    and takes an empty cell of a new column for 0: so a column of keys is complete or
    left out, and "-", as Moodle itself writes, stands for no grade.
    """
    mails = all(who.email for who in made.students)
    key = ("Email address", "ID number") if mails else ("ID number",)
    yield (*key, *(sheet.sheet for sheet in made.sheets))
    points = _points(made)
    for who in made.students:
        cells = (_Plain("-") if p is None else p for p in points[who.id])
        yield (*((who.email, who.id) if mails else (who.id,)), *cells)


def _canvas(made: Report) -> Iterator[Sequence[object]]:
    """Yield what Canvas's import of grades takes."""
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    yield (*head, *(sheet.sheet for sheet in made.sheets))
    most = (sum(sheet.possible.values()) for sheet in made.sheets)
    yield ("    Points Possible", "", "", "", "", *most)
    points = _points(made)
    for who in made.students:
        names = ", ".join(filter(None, (who.last_name, who.first_name)))
        sis = "" if who.lms_user_id else who.id
        yield (names or who.id, who.lms_user_id, sis, sis, "", *points[who.id])


def _not_graded(made: Report) -> Iterator[Sequence[object]]:
    yield "student", "sheet", "why", "what_to_do"
    for sheet in made.sheets:
        for each in sheet.of(Status.NOT_GRADED):
            yield each.student.id, each.sheet, each.why, each.cure


def _look_at(made: Report) -> Iterator[Sequence[object]]:
    yield "student", "sheet", "exercise", "seen"
    for sheet in made.sheets:
        for look in sheet.looks:
            yield look.student, look.sheet, look.exercise, look.seen


class _Plain(str):
    """A text that no spreadsheet takes for a formula."""


def _cell(value: object) -> str:
    """Write a value so that no spreadsheet runs it: `=cmd` as a name, for one."""
    if value is None:
        return ""
    if isinstance(value, float | int):
        return f"{round(value, 4):g}"
    text = str(value)
    risky = text.startswith(_FORMULA) and not isinstance(value, _Plain)
    return f"'{text}" if risky else text


def _write(path: Path, rows: Iterable[Sequence[object]], encoding: str) -> None:
    """Write a table, whole or not at all."""
    aside = path.with_suffix(f".{os.getpid()}.part")
    try:
        with aside.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [_cell(value) for value in row] for row in rows
            )
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
