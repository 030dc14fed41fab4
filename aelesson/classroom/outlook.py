"""The parts of a class's report."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aelesson.classroom.roster import Student
from aelesson.classroom.standing import Standing, Status


@dataclass(frozen=True)
class Look:
    """Something that a teacher should look at.

    Attributes:
        student: Their id.
        sheet: Such as `01_basics`.
        exercise: Its name, or empty for the sheet as a whole.
        seen: What was seen, in words.
    """

    student: str
    sheet: str
    exercise: str
    seen: str


@dataclass(frozen=True)
class Share:
    """How an exercise went.

    Attributes:
        exercise: Its name.
        passed: Share of the graded sheets that have all its points.
        diagnosis: The most frequent one of the others, or empty.
        count: How often it was given.
    """

    exercise: str
    passed: float
    diagnosis: str = ""
    count: int = 0


@dataclass(frozen=True)
class SheetReport:
    """What became of one sheet.

    Attributes:
        sheet: Such as `01_basics`.
        possible: Points of its exercises, in order.
        standings: Where each student stands.
        looks: What to look at.
    """

    sheet: str
    possible: dict[str, float]
    standings: tuple[Standing, ...]
    looks: tuple[Look, ...]

    def of(self, status: Status) -> list[Standing]:
        """Return those with a status."""
        return [each for each in self.standings if each.status is status]

    @property
    def points(self) -> list[float]:
        """The points of all that was graded."""
        return [each.points or 0.0 for each in self.of(Status.GRADED)]

    @property
    def quartiles(self) -> tuple[float, float, float] | None:
        """The quartiles of the points; None if nothing was graded."""
        if len(self.points) < 2:
            return (self.points[0],) * 3 if self.points else None
        low, middle, high = statistics.quantiles(self.points, n=4, method="inclusive")
        return low, middle, high

    @property
    def shares(self) -> list[Share]:
        """How each exercise went, the hardest first."""
        found = [_share(name, self.of(Status.GRADED)) for name in self.possible]
        return sorted(found, key=lambda share: share.passed)


@dataclass(frozen=True)
class Report:
    """The report of a class.

    Attributes:
        folder: Where its files lie.
        students: All students, also of no sheet.
        sheets: One report for each sheet with something in it.
    """

    folder: Path
    students: tuple[Student, ...]
    sheets: tuple[SheetReport, ...]


def _share(name: str, graded: Sequence[Standing]) -> Share:
    marks = [mark for each in graded for mark in each.marks if mark.name == name]
    full = sum((mark.points or 0.0) >= mark.possible for mark in marks)
    told = Counter(
        mark.verdict.diagnosis or mark.verdict.state
        for mark in marks
        if mark.verdict and (mark.points or 0.0) < mark.possible
    )
    ((diagnosis, count),) = told.most_common(1) or [("", 0)]
    return Share(name, full / len(marks) if marks else 0.0, diagnosis, count)
