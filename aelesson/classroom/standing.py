"""Where each student stands in a sheet: records, gradebook and folders taken together.

Points are those that grading found (`records`), unless somebody changed them in
nbgrader's formgrader: a score by hand, extra credit and a late penalty stand only in
the gradebook. What was not graded has no points at all, where nbgrader's own list of
grades has 0.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook

from aelesson.classroom import records
from aelesson.classroom.booked import about
from aelesson.classroom.course import Classroom
from aelesson.classroom.records import Graded, Verdict
from aelesson.classroom.roster import Student


class Status(StrEnum):
    """What became of a student's sheet."""

    GRADED = "graded"
    NOT_GRADED = "not graded"
    NOTHING = "nothing handed in"


@dataclass(frozen=True)
class Mark:
    """The points of one exercise.

    Attributes:
        name: As in its check, `count_parameters`.
        points: Reached; None if it was not judged.
        possible: The most that can be reached.
        by_hand: Whether somebody changed them in the gradebook.
        verdict: What grading found, if it did.
    """

    name: str
    points: float | None
    possible: float
    by_hand: bool = False
    verdict: Verdict | None = None

    @property
    def waits(self) -> bool:
        """Whether neither grading nor anybody has looked at it."""
        return self.points is None and self.verdict is None


@dataclass(frozen=True)
class Standing:
    """Where one student stands in one sheet.

    Attributes:
        student: Who.
        sheet: Such as `01_basics`.
        status: Whether there are points.
        marks: One for each exercise; none without points.
        penalty: Points that the gradebook takes off, as it was late.
        why: Why there are no points, or empty.
        cure: What a teacher can do about it, or empty.
        source: Where the points come from.
        remarks: What to look at: exercise (or empty) and words.
        refused: Whether its file was tried and could not be graded.
    """

    student: Student
    sheet: str
    status: Status
    marks: tuple[Mark, ...] = ()
    penalty: float = 0.0
    why: str = ""
    cure: str = ""
    source: str = ""
    remarks: tuple[tuple[str, str], ...] = ()
    refused: bool = False

    @property
    def points(self) -> float | None:
        """The points, or None if there are none."""
        if self.status is not Status.GRADED:
            return None
        return max(0.0, sum(mark.points or 0.0 for mark in self.marks) - self.penalty)


@dataclass(frozen=True)
class _Row:
    """What the gradebook has on one cell of one student."""

    auto: float | None
    manual: float | None
    extra: float | None
    review: bool
    penalty: float

    @property
    def by_hand(self) -> bool:
        return self.manual is not None or bool(self.extra)

    def points(self, found: float | None) -> float | None:
        """Return the points of a cell in which grading found some, or none."""
        if not self.by_hand:
            return found
        both = (self.manual, self.auto, found)
        base = next((each for each in both if each is not None), None)
        return base if base is None else base + (self.extra or 0.0)


@dataclass(frozen=True)
class _Files:
    """What lies in the folder of a submission."""

    some: bool
    digest: str


@dataclass(frozen=True)
class _Known:
    """All that is known of one student's sheet."""

    possible: Mapping[str, float]
    rows: Mapping[str, _Row]
    graded: Graded | None
    files: _Files

    @property
    def by_hand(self) -> bool:
        return any(row.by_hand for row in self.rows.values())

    @property
    def refused(self) -> bool:
        return bool(self.graded and self.graded.problem and not self.by_hand)

    @property
    def nothing(self) -> bool:
        return not (self.files.some or self.by_hand or self.graded)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {v.name: v for v in self.graded.exercises} if self.graded else {}


def exercises(notebook: Path) -> dict[str, float]:
    """Return the exercises of a sheet with their points, in order."""
    cells = json.loads(notebook.read_bytes())["cells"]
    marks = (cell["metadata"].get("nbgrader") or {} for cell in cells)
    return {
        m["grade_id"].removeprefix("check_"): float(m["points"])
        for m in marks
        if m.get("grade") or m.get("task")
    }


def standings(classroom: Classroom, sheet: str) -> Iterator[Standing]:
    """Yield where every student stands, in order of their ids.

    Students who have handed something in without being on the list come last.
    """
    possible = exercises(classroom.place("source", ".", sheet) / f"{sheet}.ipynb")
    booked = _booked(classroom, sheet)
    read = records.read_all(classroom.folder, sheet)
    # One with neither a file nor exercises says that nothing was handed in.
    found = {each.student: each for each in read if each.digest or each.exercises}
    listed = {student.id: student for student in classroom.students}
    strangers = {*classroom.handed_in(sheet), *found} - listed.keys()
    for name in [*listed, *sorted(strangers)]:
        folder = classroom.place("submitted", name, sheet)
        files = _Files(
            any(folder.iterdir()) if folder.is_dir() else False,
            records.digest_of(folder) if folder.is_dir() else "",
        )
        known = _Known(possible, booked.get(name, {}), found.get(name), files)
        told = () if name in listed else (("", "is not on the list of students"),)
        yield _standing(listed.get(name) or Student(name), sheet, known, told)


def _booked(classroom: Classroom, sheet: str) -> dict[str, dict[str, _Row]]:
    """Read the gradebook's rows of a sheet: student -> exercise -> row."""
    rows: dict[str, dict[str, _Row]] = {}
    with classroom.gradebook() as book:
        wanted = book.db.query(
            SubmittedAssignment.student_id,
            BaseCell.name,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
            SubmittedNotebook.late_submission_penalty,
        )
        found = about(wanted, Grade, sheet)
        for student, cell, auto, manual, extra, review, late in found:
            name = cell.removeprefix("check_")
            row = _Row(auto, manual, extra, bool(review), late or 0.0)
            rows.setdefault(student, {})[name] = row
    return rows


def _standing(
    student: Student, sheet: str, known: _Known, told: tuple[tuple[str, str], ...]
) -> Standing:
    """Take together what is known of one student's sheet."""
    if known.nothing:
        return Standing(student, sheet, Status.NOTHING, remarks=told)
    marks = tuple(
        _mark(name, most, known.rows.get(name), known.verdicts.get(name))
        for name, most in known.possible.items()
    )
    why, cure = _why_none(known, marks)
    if why:
        cure = cure.format(f"`aelesson class grade {sheet}`", f"{student.id}/{sheet}")
        return Standing(
            student,
            sheet,
            Status.NOT_GRADED,
            why=why,
            cure=cure,
            remarks=told,
            refused=known.refused,
        )
    source = "grading" if known.graded else "the gradebook"
    return Standing(
        student,
        sheet,
        Status.GRADED,
        marks,
        penalty=max((row.penalty for row in known.rows.values()), default=0.0),
        source="changed by hand in the gradebook" if known.by_hand else source,
        remarks=(*told, *_remarks(known, marks)),
    )


def _why_none(known: _Known, marks: tuple[Mark, ...]) -> tuple[str, str]:
    """Say why there are no points, and what to do; or nothing, twice."""
    graded, waiting = known.graded, [m.name for m in marks if m.waits]
    if graded and known.refused:
        return graded.problem, "mend submitted/{1} or ask for another file, then {0}"
    if graded and graded.digest and known.files.digest not in ("", graded.digest):
        return "another file was handed in since it was graded", "{0}"
    if len(waiting) == len(marks):
        return "it was not graded yet", "{0}"
    if waiting:
        names = ", ".join(waiting)
        return f"no points yet for {names}", "give them in nbgrader's formgrader"
    return "", ""


def _mark(
    name: str, possible: float, row: _Row | None, verdict: Verdict | None
) -> Mark:
    judged = verdict is not None and verdict.state != "not judged"
    points = verdict.points if verdict and judged else None
    if row is None:
        return Mark(name, points, possible, verdict=verdict)
    found = points if verdict else row.auto
    return Mark(name, row.points(found), possible, row.by_hand, verdict)


def _remarks(known: _Known, marks: tuple[Mark, ...]) -> Iterator[tuple[str, str]]:
    """Yield what grading remarked, and where records and gradebook do not agree."""
    if known.graded is None:
        yield "", "was graded by another way than `aelesson class grade`"
    for remark in known.graded.remarks if known.graded else ():
        yield "", remark
    for mark in marks:
        row, verdict = known.rows.get(mark.name), mark.verdict
        found = verdict.points if verdict else None
        if verdict and verdict.remark:
            yield mark.name, verdict.remark
        if mark.points is None:
            yield mark.name, "was not judged"
        if row and row.manual is not None and row.review:
            yield mark.name, "was graded anew after its points were changed by hand"
        elif row and verdict and not row.by_hand and row.auto not in (None, found):
            told = f"the gradebook has {row.auto:g}, grading found {verdict.points:g}"
            yield mark.name, told
