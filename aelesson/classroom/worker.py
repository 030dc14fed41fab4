"""What grades: a judge here, and a bench apart that runs what is judged.

Points are given in this process, by a library that no submission has touched: what an
answer did comes as plain values, and is compared with what is right.
"""

import base64
import binascii
import json
import os
import re
import secrets
import select
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import aelesson.checks
from aelesson.checks import judge
from aelesson.checks.engine import CheckFailed, source, testimony
from aelesson.checks.engine.exercise import Exercise as Check
from aelesson.checks.engine.scored import Scored
from aelesson.classroom.apart import LostError, apart
from aelesson.classroom.bench import to_job
from aelesson.classroom.sandbox import LESSONS, Sandbox
from aelesson.classroom.system import shut
from aelesson.course.progress import Exercise, SheetResult, State
from aelesson.course.sheets import MARK, Sheet
from aelesson.course.workbook import cell_source

CALL = re.compile(r"^checks\.(\w+)\.(\w+)\(", re.MULTILINE)
"""How the course's sheets call a check."""

START_SECONDS = 120.0
JUDGE_SECONDS, JUDGE_MEGABYTES = 120, 3_000
MOST_BYTES = 500_000_000
"""A longer answer of a bench is not read."""


class BenchError(RuntimeError):
    """The bench ended, or did not answer in time."""


@dataclass(frozen=True)
class Limits:
    """What a submission may take.

    Attributes:
        timeout: Seconds of one cell.
        limit: Seconds of a sheet.
        megabytes: Of memory, beside what the library takes.
    """

    timeout: float = 60.0
    limit: float = 600.0
    megabytes: int = 2_000


class Bench:
    """A bench that runs in a sandbox; it is started at the first sheet.

    Args:
        sandbox: What it runs in.
        lessons: Modules of `aelesson.checks` whose checks it should have ready.
    """

    def __init__(self, sandbox: Sandbox, lessons: Sequence[str]) -> None:
        self._sandbox, self._lessons = sandbox, lessons
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, job: str, seconds: float) -> dict[str, Any]:
        """Have a job done.

        Args:
            job: A line, see `bench.to_job`.
            seconds: How long it may take.

        Raises:
            BenchError: If there was no answer; the next job gets a new bench.
        """
        if self._process is None or self._process.poll() is not None:
            self._process = self._sandbox.start({LESSONS: " ".join(self._lessons)})
        token = secrets.token_hex(16)  # no cell knows it: nothing else is an answer
        try:
            assert self._process.stdin  # it was started with pipes
            self._process.stdin.write(f"{token} {job}\n".encode())
            self._process.stdin.flush()
            answer = json.loads(self._line(seconds + START_SECONDS))
            if not isinstance(answer, dict) or answer.pop("token", "") != token:
                raise BenchError("what answered is not the bench")
        except (OSError, ValueError, RecursionError, BenchError) as error:
            self.end()
            raise BenchError(str(error)) from error
        if not answer.pop("clean", False) or self._says_more():
            self.end()  # the next submission shall not find anything of this one
        return answer

    def _says_more(self) -> bool:
        assert self._process
        assert self._process.stdout
        return bool(select.select([self._process.stdout.fileno()], [], [], 0)[0])

    def _line(self, seconds: float) -> bytes:
        assert self._process
        assert self._process.stdout
        stream, parts, size = self._process.stdout.fileno(), [b""], 0
        end = monotonic() + seconds
        while not parts[-1].endswith(b"\n"):
            if not select.select([stream], [], [], max(0.0, end - monotonic()))[0]:
                raise BenchError(f"it did not answer in {seconds:g} s")
            parts.append(os.read(stream, 2**20))
            size += len(parts[-1])
            if not parts[-1]:
                raise BenchError("it ended")
            if size > MOST_BYTES:
                raise BenchError(f"it answered by more than {MOST_BYTES:,} bytes")
        return b"".join(parts)

    def end(self) -> None:
        """End the bench and all that runs on it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
        self._process = None


class Worker:
    """Runs sheets on a bench, and judges what comes of it.

    Args:
        sandbox: What the bench runs in.
        lessons: As for `Bench`.
        private: A folder that `private.draw_private` made, to judge open tasks by; None
            for the course's own images, which every clone holds.
    """

    def __init__(
        self, sandbox: Sandbox, lessons: Sequence[str], private: Path | None = None
    ) -> None:
        shut(True)
        source.use(private)
        self._bench = Bench(sandbox, lessons)
        self._given = {
            task.name: task.given()
            for lesson, task in aelesson.checks.open_tasks()
            if lesson in lessons
        }
        _prepare(lessons)

    def judge(
        self, sheet: Sheet, limits: Limits, folder: Path
    ) -> tuple[SheetResult, float]:
        """Run a sheet, put what its cells showed into them, and judge every exercise.

        Args:
            sheet: What `compose` made.
            limits: What it may take.
            folder: Where it was handed in, with files that its cells may read.

        Returns:
            The verdicts, and the most memory that its cells had, in megabytes.
        """
        conduct = {
            "timeout": limits.timeout,
            "limit": limits.limit,
            "megabytes": limits.megabytes,
        }
        try:
            job = to_job(sheet, conduct, folder, self._given)
            told = self._bench.run(job, limits.limit)
            result, megabytes = _result(sheet, told), float(told["bytes"]) / 2**20
        except (BenchError, TypeError, KeyError, ValueError) as lost:
            problem = f"it ended what ran it: {lost}"
            return SheetResult(sheet.path.stem, (), problem, sheet.note), 0.0
        confirmed = tuple(_confirmed(sheet, result.exercises))
        return replace(result, exercises=confirmed), megabytes

    def end(self) -> None:
        """End the bench."""
        self._bench.end()


def _prepare(lessons: Sequence[str]) -> None:
    """Make once what each child that judges would make for itself."""
    judge.digits()
    for lesson in lessons:
        for check in vars(getattr(aelesson.checks, lesson)).values():
            if isinstance(check, Check):
                _ = check.expected


def lessons_of(cells: Sequence[Any]) -> list[str]:
    """Name the modules of checks that a sheet's cells call."""
    found = (CALL.findall(cell_source(cell)) for cell in cells)
    return sorted({lesson for calls in found for lesson, _ in calls})


def _result(sheet: Sheet, told: dict[str, Any]) -> SheetResult:
    """Read what a bench says; nothing of it is trusted to be of the right kind."""
    for cell, outputs in zip(sheet.cells, told["outputs"], strict=True):
        cell["outputs"] = list(outputs)
    exercises = tuple(map(_exercise, told["exercises"]))
    if tuple(each.name for each in exercises) != sheet.exercises:
        raise ValueError("its answer is about other exercises")
    return SheetResult(sheet.path.stem, exercises, str(told["problem"]), sheet.note)


def _exercise(told: dict[str, Any]) -> Exercise:
    words = {k: str(v) for k, v in told.items() if k != "state"}
    return Exercise(state=State(told["state"]), **words)


def _confirmed(sheet: Sheet, exercises: Sequence[Exercise]) -> list[Exercise]:
    """Let no exercise pass that this process's own judge does not find right."""
    checks = {c[MARK]: _check(cell_source(c)) for c in sheet.cells if MARK in c}
    return [_judged(checks[each.name], each) for each in exercises]


def _check(source: str) -> Check | Scored | None:
    """Return the library's check that a cell calls; None if it is one of its own."""
    call = CALL.search(source)
    lesson = getattr(aelesson.checks, call[1], None) if call else None
    found = getattr(lesson, call[2], None) if call else None
    return found if isinstance(found, Check | Scored) else None


def _judged(check: Check | Scored | None, exercise: Exercise) -> Exercise:
    """Judge what was told of an answer that its own check let pass."""
    if exercise.state is not State.PASSED or check is None:
        return exercise
    try:
        told = base64.b64decode(exercise.testimony, validate=True)
    except binascii.Error:
        told = b""
    if not told:
        return _refused(exercise, "nothing was told of it")

    def verdict() -> dict[str, str]:
        if isinstance(check, Scored):
            return _score(check, told)
        return {"fault": testimony.fault(check, told)}

    try:
        found = apart(verdict, JUDGE_SECONDS, JUDGE_MEGABYTES)
    except LostError as lost:
        return _refused(exercise, f"it cannot be judged, {lost}")
    if fault := found.get("fault"):
        return _refused(exercise, fault)
    if failed := found.get("failed"):
        return replace(exercise, state=State.FAILED, diagnosis=failed)
    return replace(exercise, score=found.get("score", ""))


def _score(task: Scored, told: bytes) -> dict[str, str]:
    try:
        return {"score": task.praise(task.judged(told))}
    except CheckFailed as failure:
        line = str(failure).splitlines()[0].removeprefix(f"{task.name}: ")
        return {"failed": line}


def _refused(exercise: Exercise, fault: str) -> Exercise:
    only = f"it passed beside the student's code only: {fault}"
    note = "; ".join(filter(None, (exercise.note, only)))
    says = "the judge does not find it right"
    return replace(exercise, state=State.FAILED, diagnosis=says, note=note)
