"""Grade a class: in parallel, and so that a stop loses nothing.

nbgrader's grades have 0 both for wrong answers and for what could not be graded. Here
every submission has a record with its points, or with the reason why it has none.
"""

import json
import multiprocessing
import os
import secrets
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from filelock import FileLock
from nbgrader.api import Gradebook, MissingEntry

from aelesson.classroom import course, records
from aelesson.classroom.course import Classroom
from aelesson.classroom.marking import VERDICTS
from aelesson.classroom.reasons import reason
from aelesson.classroom.records import NOTHING, Graded, Verdict
from aelesson.classroom.settings import JUDGE
from aelesson.classroom.submitted import remarks
from aelesson.classroom.system import end_at_once, end_with_parent
from aelesson.course.progress import State
from aelesson.course.sheets import read_code
from aelesson.course.workbook import CourseError

_LOOK_AT = {State.DIED, State.ENDLESS, State.NOT_JUDGED}


def grade(
    classroom: Classroom,
    sheet: str,
    *,
    again: bool = False,
    jobs: int = 0,
    students: Sequence[str] = (),
) -> Iterator[Graded]:
    """Grade what was handed in, and yield what was found, first what is known already.

    Args:
        classroom: The class.
        sheet: Its name, such as `01_basics`.
        again: Grade also what is graded already and has not changed since.
        jobs: Processes; as many as there are processors if 0.
        students: Only these; all if there is none.

    Raises:
        CourseError: If the sheet was not released, or a process ended.
    """
    with classroom.gradebook() as book:
        if sheet not in {each.name for each in book.assignments}:
            raise CourseError(
                f"{sheet} was not released in {classroom.folder}: run `aelesson class "
                f"release {sheet}` there first."
            )
    everybody = [student.id for student in classroom.students]
    there = classroom.handed_in(sheet)
    if strange := sorted(set(students) - {*everybody, *there}):
        raise CourseError(f"There is no student {strange[0]!r} in {classroom.folder}.")
    wanted = set(students or [*everybody, *there])
    for student in sorted(wanted - set(there)):
        yield _kept(classroom, Graded(student, sheet, problem=NOTHING))
    todo = []
    for student in sorted(wanted & set(there)):
        folder = classroom.place("submitted", student, sheet)
        known = records.read(classroom.folder, sheet, student)
        if known and not again and known.digest == records.digest_of(folder):
            yield known
        else:
            todo.append(student)
    yield from _in_parallel(classroom, sheet, todo, jobs or cores())


_DRAWN_LAST = "scores.json"  # see `private`, whose import takes seconds


def draw_judge(classroom: Classroom) -> str:
    """Draw, once, what the open tasks of a class are judged by.

    Returns:
        What a teacher should know about it, or "".
    """
    folder = classroom.folder.resolve() / JUDGE
    if (folder / _DRAWN_LAST).exists():
        return ""
    with FileLock(classroom.folder / ".judge.lock"):  # two may grade at once
        if (folder / _DRAWN_LAST).exists():
            return ""
        with _pool(1) as pool:  # apart: it needs PyTorch, this process does not
            told = pool.submit(_draw, folder, secrets.randbits(60)).result()
    cure = f" Then remove {classroom.folder / JUDGE}, and grade with --again."
    return told and told + cure


def _draw(folder: Path, seed: int) -> str:
    from aelesson.classroom.private import draw_private
    from aelesson.data.images import choose_folder

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        draw_private(folder, seed, choose_folder())
    return " ".join(str(each.message) for each in told)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # Spawned, so that none of them holds what this process has open.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, context, initializer=_begin)


def _begin() -> None:
    end_with_parent()
    end_at_once()


def cores() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_parallel(
    classroom: Classroom, sheet: str, students: Sequence[str], jobs: int
) -> Iterator[Graded]:
    if not students:
        return
    folder = classroom.folder.resolve()
    pool = _pool(min(jobs, len(students)))
    try:
        tasks = [pool.submit(grade_one, folder, student, sheet) for student in students]
        for task in as_completed(tasks):
            yield _kept(classroom, task.result())
    except BrokenProcessPool as error:
        raise CourseError(
            "A process that grades was ended from outside, perhaps for want of memory: "
            "give the same command again, with fewer --jobs. What is graded is kept."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _kept(classroom: Classroom, graded: Graded) -> Graded:
    records.keep(classroom.folder, graded)
    return graded


@cache
def _open(folder: Path) -> Classroom:
    return course.find(folder)


def grade_one(folder: Path, student: str, sheet: str) -> Graded:
    """Have one submission graded by nbgrader, and say what became of it.

    Args:
        folder: Of the class.
        student: Their id.
        sheet: Its name.
    """
    classroom, start = _open(folder), monotonic()
    place = classroom.place("submitted", student, sheet)
    digest = records.digest_of(place)
    problem = _unreadable(place, f"{sheet}.ipynb")
    if not problem:
        result = classroom.api.autograde(sheet, student, force=True)
        problem = "" if result["success"] else reason(result)
    if problem:
        return Graded(student, sheet, problem=problem, digest=digest)
    done = classroom.place("autograded", student, sheet) / f"{sheet}.ipynb"
    found = json.loads(done.read_bytes())["metadata"][VERDICTS]
    with classroom.gradebook() as book:
        exercises = tuple(_verdicts(book, student, sheet, found["exercises"]))
    return Graded(
        student,
        sheet,
        exercises,
        remarks=(*remarks(place), *filter(None, [found["note"]])),
        digest=digest,
        seconds=round(monotonic() - start, 2),
        megabytes=found["megabytes"],
    )


def _unreadable(folder: Path, sheet: str) -> str:
    """Say what keeps a sheet from being graded, or ""."""
    if not (folder / sheet).exists():
        others = ", ".join(sorted(path.name for path in folder.glob("*.ipynb")))
        cure = f", but {others}: rename it" if others else ""
        return f"there is no {sheet}{cure}"
    cells = read_code(folder / sheet)
    if cells is None:
        cure = "`aelesson class collect` reads what is left of it"
        return f"{sheet} cannot be read as a notebook: {cure}"
    return "" if cells else f"{sheet} has no code"


def _verdicts(
    book: Gradebook, student: str, sheet: str, found: Sequence[dict[str, str]]
) -> Iterator[Verdict]:
    """Yield points from the gradebook, and what was found beside them."""
    by_name: dict[str, Any] = {}
    try:
        for notebook in book.find_submission(sheet, student).notebooks:
            by_name |= {grade.name: grade for grade in notebook.grades}
    except MissingEntry:
        pass
    for each in found:
        grade = by_name.get(f"check_{each['name']}")
        seen = [each["state"] if each["state"] in _LOOK_AT else ""]
        if "the judge" in each["diagnosis"]:
            seen.append(each["diagnosis"])
        yield Verdict(
            each["name"],
            grade.score if grade else 0.0,
            grade.max_score if grade else 0.0,
            each["state"],
            each["diagnosis"],
            "; ".join(filter(None, [*seen, each["note"]])),
        )
