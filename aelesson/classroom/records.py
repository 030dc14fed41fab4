"""What grading found, one small file for each submission: a stop loses none."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = "graded"
NOTHING = "nothing was handed in"


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise.

    Attributes:
        name: As in its check, `count_parameters`.
        points: Reached.
        possible: The most that can be reached.
        state: In a word or two, as `aelesson progress` says it: "passed", "failed",
            "not begun", "does not end", "kernel died", "not judged".
        diagnosis: The first line of what went wrong, or empty.
        remark: What a teacher should look at, or empty.
    """

    name: str
    points: float
    possible: float
    state: str
    diagnosis: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Graded:
    """What became of one student's submission of one sheet.

    Attributes:
        student: Their id.
        sheet: Such as `01_basics`.
        exercises: One for each exercise; none if it was not graded.
        problem: Why it was not graded, or empty.
        remarks: What a teacher should look at in the sheet as a whole.
        digest: Of the file that was graded; another one is graded anew.
        seconds: How long it took.
        megabytes: The most memory that its cells had.
    """

    student: str
    sheet: str
    exercises: tuple[Verdict, ...] = ()
    problem: str = ""
    remarks: tuple[str, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def absent(self) -> bool:
        """Whether there was nothing to grade."""
        return self.problem == NOTHING

    @property
    def points(self) -> float:
        """The points reached."""
        return sum(each.points for each in self.exercises)

    @property
    def possible(self) -> float:
        """The most that can be reached."""
        return sum(each.possible for each in self.exercises)


def digest_of(folder: Path) -> str:
    """Hash the notebooks of a submission, by name and content; "" if there is none."""
    parts = [
        path.name.encode() + path.read_bytes()
        for path in sorted(folder.glob("*.ipynb"))
    ]
    return sha256(b"\0".join(parts)).hexdigest() if parts else ""


def keep(folder: Path, graded: Graded) -> None:
    """Write what was found, whole or not at all.

    Args:
        folder: The class's.
        graded: What was found.
    """
    path = _path(folder, graded.sheet, graded.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.part")
    aside.write_text(json.dumps(asdict(graded), indent=1), encoding="utf-8")
    aside.replace(path)


def read(folder: Path, sheet: str, student: str) -> Graded | None:
    """Return what was found when a submission was graded last, if it was."""
    try:
        found = json.loads(_path(folder, sheet, student).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    exercises = tuple(Verdict(**each) for each in found.pop("exercises"))
    remarks = tuple(found.pop("remarks"))
    return Graded(exercises=exercises, remarks=remarks, **found)


def read_all(folder: Path, sheet: str) -> Iterator[Graded]:
    """Yield what was found for every student, in order of their ids."""
    for path in sorted((folder / FOLDER / sheet).glob("*.json")):
        if found := read(folder, sheet, path.stem):
            yield found


def _path(folder: Path, sheet: str, student: str) -> Path:
    return folder / FOLDER / sheet / f"{student}.json"
