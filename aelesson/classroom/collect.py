"""Collect what students handed in, from an exchange, a platform's export or by hand."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock, Timeout
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from aelesson.classroom.archives import files_in
from aelesson.classroom.course import Classroom
from aelesson.classroom.reasons import reason
from aelesson.classroom.release import exchange
from aelesson.classroom.seen import Seen, Worth, look_at
from aelesson.classroom.submitted import BEFORE, Outcome, Place
from aelesson.classroom.which import Sheets
from aelesson.classroom.whose import Owner, Owners
from aelesson.course.workbook import CourseError

_MORE = "`aelesson class enrol students.csv` takes more students in"
_BY_HAND = "put it into a folder named by the student's id, and collect that"


@dataclass(frozen=True)
class Collected:
    """What became of a file.

    Attributes:
        student: Their id; "" if it is not clear whose file it is.
        source: The file, from the origin on.
        outcome: In a word or two.
        message: What a teacher should know; "" if nothing.
    """

    student: str
    source: str
    outcome: Outcome
    message: str = ""


def collect(
    classroom: Classroom, sheet: str, origin: Path | None, again: bool = False
) -> Iterator[Collected]:
    """Lay a sheet's submissions where nbgrader grades them.

    What was collected before is replaced by a later file only, and kept in
    `submitted_before/`. A command that was stopped goes on where it stopped.

    Args:
        classroom: The class.
        sheet: Its name, as in `classroom.sheets`.
        origin: A folder, a zip archive or a file; None for nbgrader's exchange.
        again: Replace also by files that are older, or the same.

    Yields:
        For each student who handed in something, what became of it; then the files of
        which it is not clear whose they are.

    Raises:
        CourseError: If there is nothing to collect from, or the disk is full.
    """
    with _alone(classroom), _scratch() as scratch:
        seen = list(_look(classroom, sheet, origin, scratch))
        by_student: dict[str, list[Seen]] = {}
        for each in seen:
            by_student.setdefault(each.owner.student, []).append(each)
        nobodys = by_student.pop("", [])
        for student, files in sorted(by_student.items()):
            before = classroom.folder / BEFORE / student / sheet
            place = Place(classroom.place("submitted", student, sheet), before)
            yield from _of_one(place, files, again)
        for each in nobodys:
            if each.worth is not Worth.NONE or each.found.problem:
                yield _nobodys(each, sheet, listed=origin is not None)


@contextmanager
def _alone(classroom: Classroom) -> Iterator[None]:
    """Keep a second command away from the same class."""
    lock = FileLock(classroom.folder / ".collect.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        told = f"Another command collects into {classroom.folder}: wait for it."
        raise CourseError(told) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _scratch() -> Iterator[Path]:
    """Lend a folder for what is unpacked; say what to do if the disk is full."""
    try:
        with TemporaryDirectory(prefix="aelesson_") as folder:
            yield Path(folder)
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        raise CourseError(
            f"Collecting stopped ({what}{error.strerror or error}). What is collected "
            "stays. Put it right, then give the same command again: it goes on."
        ) from error


def _look(
    classroom: Classroom, sheet: str, origin: Path | None, scratch: Path
) -> Iterator[Seen]:
    """Read every file once: whose it is, and which sheet."""
    students, sheets = classroom.students, Sheets(classroom)
    owners = Owners(students, classroom.sheets)
    whose: Callable[[Sequence[str]], Owner] = owners.of
    if origin is None:
        origin = _from_exchange(classroom, sheet, scratch / "exchange")
        known = {student.id for student in students}
        whose = lambda parts: _by_folder(known, parts)  # noqa: E731
    elif not students:
        raise CourseError(
            f"The class {classroom.folder} has no list of students, so no file can be "
            f"given to one: {_MORE}."
        )
    unpacked = scratch / "unpacked"
    unpacked.mkdir()
    nothing = True
    for found in files_in(origin, unpacked):
        nothing = False
        yield look_at(found, whose(found.parts), sheets)
    if nothing:
        raise CourseError(f"There is nothing to collect in {origin}.")


def _from_exchange(classroom: Classroom, sheet: str, folder: Path) -> Path:
    """Let nbgrader fetch what is in the exchange, into a folder of its own."""
    if not exchange(classroom):
        raise CourseError(
            "The settings of this class name no exchange: name the folder or the zip "
            f"archive to collect from, as in `aelesson class collect {sheet} FOLDER`."
        )
    config = Config(classroom.config)
    config.CourseDirectory.submitted_directory = str(folder)
    result = NbGraderAPI(config=config).collect(sheet, update=True)
    if not result["success"]:
        raise CourseError(f"{sheet} was not collected: {reason(result)}")
    if not folder.is_dir():
        raise CourseError(f"Nobody has handed in {sheet} in the exchange yet.")
    return folder


def _by_folder(known: set[str], parts: Sequence[str]) -> Owner:
    """Name the student as the exchange does: it knows who handed in what."""
    return Owner(parts[0]) if parts[0] in known or not known else Owner()


def _of_one(place: Place, files: list[Seen], again: bool) -> Iterator[Collected]:
    """Lay the file that counts of those that one student handed in; tell of others."""
    own = [each for each in files if each.may_be(place.sheet)]
    for each in files:
        if each.found.problem:
            yield _told(each, Outcome.REFUSED, each.found.problem)
        elif each.worth.readable and not each.may_be(place.sheet):
            what = f"is {each.sheet}" if each.sheet else "is no sheet of this class"
            yield _told(each, Outcome.OTHER_SHEET, f"{what}: left aside")
    best = max(own or files, key=Seen.order)
    if best.worth.readable and best in own:
        outcome, remarks = place.lay(best.found, best.owner.late, again)
        late = ["late, says the platform"] if best.owner.late else []
        beside = _beside(best, own)
        yield _told(best, outcome, "; ".join([*late, *remarks, *beside]))
    elif not best.worth.readable and not best.found.problem:
        yield _told(best, Outcome.UNREADABLE, best.fault)


def _beside(best: Seen, own: list[Seen]) -> list[str]:
    """Name the files that one student handed in beside the one that counts."""
    rest = sorted({s.found.source for s in own if s.digest != best.digest})
    name = best.found.parts[-1]
    return [f"{name} counts, not {', '.join(rest)}"] if rest else []


def _nobodys(seen: Seen, sheet: str, listed: bool) -> Collected:
    """Ask whose a file is."""
    if seen.sheet not in ("", sheet):
        return _told(seen, Outcome.OTHER_SHEET, f"is {seen.sheet}: left aside")
    people = [f"{s.first_name} {s.last_name}".strip() for s in seen.owner.candidates]
    pairs = zip(people, seen.owner.candidates, strict=True)
    if people:
        told = "perhaps of " + " or ".join(f"{name} ({s.id})" for name, s in pairs)
    elif seen.owner.unnamed:
        told = "the platform left out the names"
    elif not listed:
        told = f"{seen.found.parts[0]} is not in the list of students: {_MORE}"
    else:
        told = "its path names nobody of the list"
    cure = f"; {_BY_HAND}" if listed else ""
    fault = f"; {seen.fault}" if seen.fault else ""
    return _told(seen, Outcome.WHOSE, f"{told}{cure}{fault}")


def _told(seen: Seen, outcome: Outcome, message: str) -> Collected:
    return Collected(seen.owner.student, seen.found.source, outcome, message)
