"""Which exercises are solved: the learner's own sheets, run in memory and judged.

A sheet is never written to. Whatever a learner's cell does, be it an endless loop or
the end of its kernel, costs its own exercise only: a new kernel runs the cells before
it again. Before each check the judge is put back as the course has it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic

from aelesson.course import kernels
from aelesson.course.kernels import Kernel, Kind, Manager, Trouble
from aelesson.course.sheets import MARK, STUB_MESSAGE, Cell, Sheet
from aelesson.course.workbook import cell_source

_GONE = "there is no `{}`: is its cell gone?"
_UNDEFINED = "name '{}' is not defined"
_CHECKS = "__import__('sys').modules.get('aelesson.checks')"  # imports nothing new
_SCORE = f"getattr({_CHECKS}, 'last_score', lambda _: '')({{!r}})"
_TESTIMONY = (
    "__import__('base64').b64encode(__import__('sys').modules"
    "['aelesson.checks.engine.testimony'].given({!r})).decode()"
)
_GUARD = "__import__('sys').modules['aelesson.course.guard']"
_KEEP = "import aelesson.course.guard as _; _.keep(); del _"


class State(StrEnum):
    """Where one exercise stands."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_BEGUN = "not begun"
    ENDLESS = "does not end"
    DIED = "kernel died"
    NOT_JUDGED = "not judged"


_STATES = {
    Kind.ERROR: State.FAILED,
    Kind.ENDLESS: State.ENDLESS,
    Kind.DIED: State.DIED,
    Kind.LOST: State.NOT_JUDGED,
}


@dataclass(frozen=True)
class Exercise:
    """The verdict on one exercise.

    Attributes:
        name: As in its check, `count_parameters`.
        state: Where it stands.
        diagnosis: The first line of what went wrong; empty if nothing did.
        note: What the learner should know about the check cell itself, or empty.
        score: What an open task measured, and its place among the references.
        testimony: What was observed of an answer that passed, in base64, if it was
            asked for.
    """

    name: str
    state: State
    diagnosis: str = ""
    note: str = ""
    score: str = ""
    testimony: str = ""


@dataclass(frozen=True)
class SheetResult:
    """The verdicts on one sheet, in order.

    Attributes:
        sheet: Its name, `01_basics`.
        exercises: The verdicts.
        problem: Why it was not run, or empty.
        note: What the learner should know about the sheet as a whole, or empty.
    """

    sheet: str
    exercises: tuple[Exercise, ...]
    problem: str = ""
    note: str = ""

    @property
    def judged(self) -> bool:
        """Whether at least one exercise of the sheet got a verdict."""
        return any(e.state is not State.NOT_JUDGED for e in self.exercises)

    @property
    def passed(self) -> int:
        """How many exercises are solved."""
        return sum(e.state is State.PASSED for e in self.exercises)


@dataclass(frozen=True)
class Conduct:
    """How sheets are run.

    Attributes:
        timeout: Seconds that one cell may take.
        limit: Seconds of a whole sheet; exercises after them are not judged.
        keep: Whether what cells showed is put into the cells of the sheet.
        testify: Whether to hand out what was observed of answers that passed.
        prelude: Code that a new kernel runs after the course's imports.
        manager: Returns what starts and ends kernels.
    """

    timeout: float
    limit: float = float("inf")
    keep: bool = False
    testify: bool = False
    prelude: str = ""
    manager: Callable[[], Manager] = kernels.jupyters_own


def judge(
    sheet: Sheet,
    conduct: Conduct,
    report: Callable[[Exercise], None] = lambda _: None,
) -> SheetResult:
    """Run a sheet in a fresh kernel, in its own folder, and judge every exercise.

    Args:
        sheet: What `prepare` made ready.
        conduct: How it is run.
        report: Called with each verdict as it falls.
    """
    verdicts: list[Exercise] = []
    problem = sheet.problem
    try:
        for exercise in () if sheet.problem else Run(sheet, conduct).verdicts():
            verdicts.append(exercise)
            report(exercise)
    except kernels.KernelError as error:
        problem = f"{error}; `aelesson doctor` looks for the reason."
    judged = {exercise.name for exercise in verdicts}
    for name in [name for name in sheet.exercises if name not in judged]:
        verdicts.append(Exercise(name, State.NOT_JUDGED))
        report(verdicts[-1])
    verdicts.sort(key=lambda exercise: sheet.exercises.index(exercise.name))
    return SheetResult(sheet.path.stem, tuple(verdicts), problem, sheet.note)


def next_exercise(results: Sequence[SheetResult]) -> tuple[str, str] | None:
    """Return the sheet and the name of the first exercise that is not solved yet."""
    for result in results:
        for exercise in result.exercises:
            if exercise.state is not State.PASSED:
                return result.sheet, exercise.name
    return None


def states(results: Sequence[SheetResult]) -> dict[str, dict[str, str]]:
    """Return `{sheet: {exercise: state}}`, for scripts."""
    return {r.sheet: {e.name: str(e.state) for e in r.exercises} for r in results}


class Run:
    """A sheet on its way through a kernel, and through another if that one is lost."""

    def __init__(self, sheet: Sheet, conduct: Conduct) -> None:
        self._sheet, self._conduct = sheet, conduct
        self._end = monotonic() + conduct.limit
        self._done: list[str] = []  # cells that a new kernel must run again

    def verdicts(self) -> Iterator[Exercise]:
        """Run cell after cell, and judge an exercise at its check."""
        before: list[Trouble] = []  # what the cells since the last check met with
        early: list[Cell] = []  # checks that stand before their answer
        conduct, folder = self._conduct, self._sheet.path.parent
        with kernels.start(folder, conduct.keep, conduct.manager) as kernel:
            self._prepare(kernel)
            for cell in self._sheet.cells:
                if monotonic() > self._end:
                    return
                if MARK in cell:
                    verdict = self._check(kernel, cell, before)
                    if verdict.diagnosis == _GONE.format(verdict.name):
                        early.append(cell)
                    else:
                        yield verdict
                    before = []
                elif trouble := self._cell(kernel, cell):
                    before.append(trouble)
            for cell in early:
                yield self._check(kernel, cell, before)

    def _run(self, kernel: Kernel, source: str) -> Trouble | None:
        left = max(self._end - monotonic(), kernels.GRACE_SECONDS)
        return kernel.run(source, min(self._conduct.timeout, left))

    def _cell(self, kernel: Kernel, cell: Cell) -> Trouble | None:
        self._revive(kernel)
        trouble = self._run(kernel, cell_source(cell))
        self._show(kernel, cell)
        if trouble is None or trouble.kind is Kind.ERROR:
            self._done.append(cell_source(cell))
        return trouble

    def _show(self, kernel: Kernel, cell: Cell) -> None:
        if self._conduct.keep:
            cell["outputs"] = kernel.outputs

    def _prepare(self, kernel: Kernel) -> None:
        """Let a new kernel have the course's imports, and remember its judge."""
        if self._sheet.imports:
            kernel.run(self._sheet.imports, kernels.START_SECONDS)
            kernel.run(self._conduct.prelude, kernels.START_SECONDS)
            kernel.run(_KEEP, kernels.START_SECONDS)

    def _revive(self, kernel: Kernel) -> None:
        """Start a lost kernel anew, and bring it to where the lost one was."""
        while kernel.ended:
            kernel.begin()
            self._prepare(kernel)
            for source in list(self._done):
                self._run(kernel, source)
                if kernel.ended:  # it went well once, and will not get a third try
                    self._done.remove(source)
                    break

    def _check(self, kernel: Kernel, cell: Cell, before: Sequence[Trouble]) -> Exercise:
        """Run a check with the judge that the sheet left, and with the course's own."""
        name, source = cell[MARK], cell_source(cell)
        self._revive(kernel)
        changed = self._guard(kernel, "changed")
        fooled = changed and self._run(kernel, source) is None
        self._revive(kernel)
        self._guard(kernel, "restore")
        trouble = self._run(kernel, source)
        self._show(kernel, cell)
        verdict = _verdict(self._sheet, name, trouble, before)
        during = self._guard(kernel, "changed")
        self._guard(kernel, "restore")
        if verdict.state is State.PASSED:
            told = kernel.ask(_TESTIMONY.format(name)) if self._conduct.testify else ""
            score = kernel.ask(_SCORE.format(name))
            verdict = replace(verdict, score=score, testimony=told)
            if during:
                says = f"it changes the judge while it runs: {during}"
                verdict = replace(verdict, state=State.FAILED, diagnosis=says)
        passes = verdict.state is State.PASSED
        return _noted(verdict, _about(changed, bool(fooled), passes))

    def _guard(self, kernel: Kernel, question: str) -> str:
        """Ask in the kernel what was changed in the judge, or have it put back."""
        if not self._sheet.imports or kernel.ended:
            return ""
        return kernel.ask(f"{_GUARD}.{question}()")


def _about(changed: str, fooled: bool, passes: bool) -> str:
    """Say what a changed judge has done."""
    if not changed:
        return ""
    only = fooled and not passes
    told = "it passes only with a judge that the sheet has changed" if only else ""
    return f"{told or 'the sheet changes the judge'}: {changed}"


def _noted(verdict: Exercise, note: str) -> Exercise:
    return replace(verdict, note="; ".join(filter(None, (verdict.note, note))))


def _verdict(
    sheet: Sheet, name: str, trouble: Trouble | None, before: Sequence[Trouble]
) -> Exercise:
    """Judge an exercise by its check's trouble and that of the cells before it."""
    note = sheet.notes.get(name, "")
    if trouble is None:
        stub = "the stub's line is still in its cell" if name in sheet.stubs else ""
        return _noted(Exercise(name, State.PASSED, note=note), stub)
    if trouble.error == "NotImplementedError" and trouble.text in ("", STUB_MESSAGE):
        # PyTorch raises it too, but with messages of its own.
        if trouble.text and name in sheet.begun:
            needs = "it needs another exercise, which is not begun yet"
            return Exercise(name, State.FAILED, needs, note)
        return Exercise(name, State.NOT_BEGUN, note=note)
    # A missing name tells less than the cell that should have made it.
    unknown = trouble.text in {_UNDEFINED.format(n) for n in (name, "checks")}
    if before and (unknown or trouble.kind is Kind.LOST):
        trouble = before[-1]
    return Exercise(name, _STATES[trouble.kind], _first_line(trouble, name), note)


def _first_line(trouble: Trouble, name: str) -> str:
    """Say in one line what went wrong."""
    if trouble.text == _UNDEFINED.format(name):
        return _GONE.format(name)
    line = (trouble.text.strip().splitlines() or [""])[0]
    line = re.sub(r"\(\d+\.py, (line \d+)\)$", r"(\1)", line)  # IPython's cell number
    # A check's message is a diagnosis by itself; of other errors the kind matters.
    if trouble.error == "CheckFailed":
        return line.removeprefix(f"{name}: ")  # which the table says already
    prefix = f"{trouble.error}: " if trouble.error else ""
    return f"{prefix}{line}".removesuffix(": ")
