"""How long does a class take? `python -m benchmarks.classroom 300 01_basics`.

A class is made of generated submissions: of a student's answers some are right, some
have a slip, some are not begun. It is graded as a teacher would, twice: with an
open task that nobody has begun, and with its training, anew for each of `--trained`
students. The page `docs/teaching/speed.md` is written from what was measured.
"""

import json
import random
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Annotated, Any

import psutil
import torch
import typer

from aelesson import checks
from aelesson.classroom import course, records, release
from aelesson.classroom.roster import Student
from benchmarks import machine

ROOT = Path(__file__).parents[1]
Notebook = dict[str, Any]
"""As parsed JSON, and a part of it."""

RIGHT, SLIP = 0.7, 0.2  # shares of answers; the rest is not begun
SLIPS = {
    " + ": " - ",
    " - ": " + ",
    " * ": " / ",
    ".mean(": ".sum(",
    ".sum(": ".mean(",
    "1": "2",
    "0.5": "0.25",
    "return ": "return 2 * ",
    ".exp()": "",
    ".detach()": "",
    "range(": "range(1 + ",
}
"""What students mistake for what, by text."""


@dataclass
class Watch:
    """The most memory that a process and its children have had together.

    Attributes:
        process: Whose.
        most: In bytes: what they share is counted once (proportional set size).
    """

    process: psutil.Process
    most: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watch":
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(2):
            everybody = [self.process, *self.process.children(recursive=True)]
            self.most = max(self.most, sum(map(_share, everybody)))


def _share(process: psutil.Process) -> int:
    try:
        share: int = process.memory_full_info().pss
    except psutil.Error:
        return 0
    return share


def slipped(source: str, chance: random.Random) -> str:
    """Return an answer with one slip in the body of its function."""
    head, _, body = source.partition(":\n")
    places = [
        (match.start(), old, new)
        for old, new in SLIPS.items()
        for match in re.finditer(re.escape(old), body)
    ]
    if not places:
        return source
    at, old, new = chance.choice(places)
    return f"{head}:\n{body[:at]}{new}{body[at + len(old) :]}"


def answered(
    sheet: Notebook, solution: Notebook, chance: random.Random, idle: Container[str]
) -> Notebook:
    """Return a student's sheet, as a notebook; none of `idle` is begun."""
    own: Notebook = json.loads(json.dumps(sheet))
    right = {_name(cell): cell["source"] for cell in solution["cells"]}
    for cell in own["cells"]:
        if not cell["metadata"].get("nbgrader", {}).get("solution"):
            continue
        source, luck = "".join(right[_name(cell)]), chance.random()
        if _name(cell) in idle:
            continue
        if luck < RIGHT:
            cell["source"] = source
        elif luck < RIGHT + SLIP:
            cell["source"] = slipped(source, chance)
    return own


def _name(cell: Notebook) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id"))


def hand_in(
    classroom: course.Classroom, sheet: str, count: int, idle: Container[str]
) -> None:
    """Fill a class with students who have handed in a sheet, none of `idle` begun."""
    students = [Student(f"student{number:03d}") for number in range(count)]
    course.enrol(classroom, students)
    released = json.loads(
        (classroom.place("release", ".", sheet) / f"{sheet}.ipynb").read_bytes()
    )
    solution = json.loads((ROOT / "solutions" / f"{sheet}.ipynb").read_bytes())
    for student in students:
        folder = classroom.place("submitted", student.id, sheet)
        folder.mkdir(parents=True)
        chance = random.Random(f"{sheet} {student.id}")
        own = answered(released, solution, chance, idle)
        (folder / f"{sheet}.ipynb").write_text(json.dumps(own), encoding="utf-8")


def measured(sheet: str, count: int, with_open: bool, folder: Path) -> dict[str, Any]:
    """Grade a class of so many students, and return what it took."""
    idle = () if with_open else [task.name for _, task in checks.open_tasks()]
    made = course.new(folder, ROOT / "solutions", None, [sheet])
    list(release.release(made, [sheet]))
    hand_in(made, sheet, count, idle)
    command = [sys.executable, "-m", "aelesson", "class", "grade", sheet]
    start = monotonic()
    grading = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    with Watch(psutil.Process(grading.pid)) as watch:
        grading.wait()
    seconds = monotonic() - start
    found = list(records.read_all(folder, sheet))
    return {
        "sheet": sheet,
        "open task": "trains" if with_open else "not begun",
        "students": len(found),
        "not graded": sum(bool(each.problem) for each in found),
        "minutes": seconds / 60,
        "memory, GB": watch.most / 2**30,
        "median of a student, s": median(each.seconds for each in found),
        "most of a student, s": max(each.seconds for each in found),
        "mean points": sum(each.points for each in found) / len(found),
        "possible": max(each.possible for each in found),
    }


def page(rows: list[dict[str, Any]]) -> str:
    """Write what was measured as a page."""
    heads = list(rows[0])
    lines = [
        "# How long a class takes",
        "",
        "Written by `python -m benchmarks.classroom`: generated submissions, of whose",
        f"answers {RIGHT:.0%} are right, {SLIP:.0%} have a slip and the rest is not",
        "begun; graded by `aelesson class grade`, one process for each core. An open",
        "task is trained anew for each student, and takes most of the time of a sheet.",
        "Memory is that of all processes together. On",
        f"{machine.describe(torch.device('cpu'))}, {psutil.cpu_count()} cores.",
        "",
        f"| {' | '.join(heads)} |",
        f"|{' --- |' * len(heads)}",
    ]
    for row in rows:
        cells = (f"{v:.1f}" if isinstance(v, float) else str(v) for v in row.values())
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(
    students: int,
    sheets: Annotated[list[str] | None, typer.Argument(help="All without.")] = None,
    trained: Annotated[
        int, typer.Option(help="Students whose open task trains; as many without.")
    ] = 0,
    out: Path = ROOT / "docs" / "teaching" / "speed.md",
) -> None:
    """Measure a class of so many students on each sheet."""
    every = [path.stem for path in sorted((ROOT / "solutions").glob("*.ipynb"))]
    rows = []
    for sheet, with_open in product(sheets or every, (False, True)):
        with tempfile.TemporaryDirectory() as folder:
            count = trained or students if with_open else students
            rows.append(measured(sheet, count, with_open, Path(folder) / "class"))
        print(rows[-1], flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
