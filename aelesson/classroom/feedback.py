"""Feedback: a page for every student, with points, what was found, and comments."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import BaseCell, Comment, SubmittedAssignment

from aelesson.classroom.booked import about
from aelesson.classroom.course import Classroom
from aelesson.classroom.pages import FeedbackExporter, Page, Row, render
from aelesson.classroom.reasons import reason
from aelesson.classroom.release import exchange
from aelesson.classroom.roster import Student
from aelesson.classroom.standing import Mark, Standing, Status, standings
from aelesson.classroom.tidy import without_folders
from aelesson.course.sheets import read_code
from aelesson.course.workbook import CourseError

_SECRET = "submission_secret.txt"
_BESIDE = ("timestamp.txt", _SECRET)
"""What nbgrader's exchange needs beside a page."""

_CURE = (
    "Open your file in JupyterLab. If it opens, save it under the name {0}.ipynb and "
    "hand it in again. If it does not open, take the sheet anew, copy your answers "
    "into it, and hand that in. Ask your teacher until when."
)


@dataclass(frozen=True)
class Feedback:
    """What became of one student's page.

    Attributes:
        student: Their id.
        path: The page; None if there is none.
        message: What happened, in words.
    """

    student: str
    path: Path | None
    message: str


def feedback(
    classroom: Classroom, sheet: str, students: Sequence[str] | None = None
) -> Iterator[Feedback]:
    """Make a page for each student whose sheet was graded, or could not be.

    A page is one file in `feedback/STUDENT/SHEET/`. Where the class has an exchange,
    students find it there.

    Args:
        classroom: The class.
        sheet: Such as `01_basics`.
        students: Their ids; None for all.

    Yields:
        One after the other, what became of each page.

    Raises:
        CourseError: If a student is unknown, or a page cannot be written.
    """
    found = list(standings(classroom, sheet))
    known = {each.student.id for each in found}
    if strange := [name for name in students or () if name not in known]:
        raise CourseError(f"There is no student {strange[0]!r} in {classroom.folder}.")
    comments, exporter = _comments(classroom, sheet), FeedbackExporter()
    for each in found:
        name = each.student.id
        if students is not None and name not in students:
            continue
        page = _page(each, comments.get(name, {}), classroom)
        if page is None:
            if each.status is not Status.NOTHING:
                told = f"no page: {each.why}; {each.cure}"
                yield Feedback(name, None, told)
            continue
        yield _made(classroom, each, page, exporter)


def _made(
    classroom: Classroom, each: Standing, page: Page, exporter: FeedbackExporter
) -> Feedback:
    """Write one page, and release it."""
    name, sheet = each.student.id, each.sheet
    notebook = _notebook(classroom, each) if each.status is Status.GRADED else None
    folders = (classroom.folder, classroom.folder.resolve())
    html = render(exporter, notebook or {"cells": []}, page, folders)
    place = classroom.place("feedback", name, sheet)
    path = place / f"{sheet}.html"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for beside in _BESIDE:
            source = classroom.place("submitted", name, sheet) / beside
            if source.is_file():
                shutil.copyfile(source, place / beside)
        _write(path, html)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written ({error.strerror or error}): make room, then "
            "give the same command again."
        ) from error
    told = page.total or "not graded: a page says why"
    return Feedback(name, path, f"{told}{_released(classroom, each, place)}")


def _released(classroom: Classroom, each: Standing, place: Path) -> str:
    """Lay a page into the exchange if it came from there; say so."""
    if not exchange(classroom) or not (place / _SECRET).is_file():
        return ""
    result = classroom.api.release_feedback(each.sheet, each.student.id)
    if not result["success"]:
        return f"; NOT in the exchange: {reason(result)}"
    return "; in the exchange"


def _notebook(classroom: Classroom, each: Standing) -> dict[str, Any] | None:
    """Read the sheet as grading left it, or as it was handed in."""
    name, sheet = each.student.id, each.sheet
    for step in ("autograded", "submitted"):
        folder = classroom.place(step, name, sheet)
        for path in (folder / f"{sheet}.ipynb", *sorted(folder.glob("*.ipynb"))):
            if read_code(path) is not None:
                found: dict[str, Any] = json.loads(path.read_bytes())
                return found
    return None


def _page(
    each: Standing, comments: dict[str, str], classroom: Classroom
) -> Page | None:
    title = f"Feedback on {each.sheet}"
    who = _named(each.student)
    if each.status is Status.GRADED:
        most = sum(mark.possible for mark in each.marks)
        return Page(
            title,
            who,
            total=f"{each.points:g} of {most:g} points",
            penalty=f"-{each.penalty:g} points" if each.penalty else "",
            rows=[_row(mark) for mark in each.marks],
            comments=comments,
        )
    if each.status is Status.NOT_GRADED and each.refused:
        folders = (classroom.folder, classroom.folder.resolve())
        why = without_folders(each.why, folders)
        return Page(title, who, problem=why, cure=_CURE.format(each.sheet))
    return None


def _named(student: Student) -> str:
    names = " ".join(filter(None, (student.first_name, student.last_name)))
    return f"{names} ({student.id})" if names else student.id


def _row(mark: Mark) -> Row:
    found = mark.verdict
    told = "" if found is None else found.diagnosis or str(found.state)
    if mark.points is None:
        return Row(mark.name, "no points", told, "open")
    kind = "full" if mark.points >= mark.possible else "part" if mark.points else "none"
    points = f"{mark.points:g} of {mark.possible:g} points"
    return Row(mark.name, points, without_folders(told), kind, mark.by_hand)


def _comments(classroom: Classroom, sheet: str) -> dict[str, dict[str, str]]:
    """Read what teachers wrote in formgrader: student -> cell -> comment."""
    found: dict[str, dict[str, str]] = {}
    with classroom.gradebook() as book:
        wanted = book.db.query(
            SubmittedAssignment.student_id, BaseCell.name, Comment.manual_comment
        )
        rows = about(wanted, Comment, sheet)
        for student, cell, comment in rows.filter(Comment.manual_comment.is_not(None)):
            found.setdefault(student, {})[cell] = comment
    return found


def _write(path: Path, text: str) -> None:
    """Write a page, whole or not at all."""
    aside = path.with_suffix(f".{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8", errors="replace")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
