"""Which exercises are solved: the learner's own sheets, run in memory and judged.

A sheet is never written to. Whatever a learner's cell does, be it an endless loop or
the end of its kernel, costs its own exercise only: a new kernel runs the cells before
it again. Before each check the judge is put back as the course has it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from aelesson.course import kernels
from aelesson.course.kernels import Kernel, Kind, Trouble
from aelesson.course.sheets import MARK, STUB_MESSAGE, Cell, Sheet
from aelesson.course.workbook import cell_source

_UNDEFINED = "name '{}' is not defined"
_CHECKS = "__import__('sys').modules.get('aelesson.checks')"  # imports nothing new
_SCORE = f"getattr({_CHECKS}, 'last_score', lambda _: '')({{!r}})"
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
    """

    name: str
    state: State
    diagnosis: str = ""
    note: str = ""
    score: str = ""


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


def judge(
    sheet: Sheet,
    timeout: float,
    report: Callable[[Exercise], None] = lambda _: None,
    keep: bool = False,
) -> SheetResult:
    """Run a sheet in a fresh kernel, in its own folder, and judge every exercise.

    Args:
        sheet: What `prepare` made ready.
        timeout: Seconds that one cell may take.
        report: Called with each verdict as it falls.
        keep: Put what cells showed into the cells of the sheet.
    """
    verdicts: list[Exercise] = []
    problem = sheet.problem
    try:
        for exercise in () if sheet.problem else Run(sheet, timeout, keep).verdicts():
            verdicts.append(exercise)
            report(exercise)
    except kernels.KernelError as error:
        problem = f"{error}; `aelesson doctor` looks for the reason."
    judged = {exercise.name for exercise in verdicts}
    for name in [name for name in sheet.exercises if name not in judged]:
        verdicts.append(Exercise(name, State.NOT_JUDGED))
        report(verdicts[-1])
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

    def __init__(self, sheet: Sheet, timeout: float, keep: bool) -> None:
        self._sheet, self._timeout, self._keep = sheet, timeout, keep
        self._done: list[str] = []  # cells that a new kernel must run again

    def verdicts(self) -> Iterator[Exercise]:
        """Run cell after cell, and judge an exercise at its check."""
        before: list[Trouble] = []  # what the cells since the last check met with
        with kernels.start(self._sheet.path.parent, self._keep) as kernel:
            self._prepare(kernel)
            for cell in self._sheet.cells:
                self._revive(kernel)
                if MARK in cell:
                    yield self._check(kernel, cell, before)
                    before = []
                elif trouble := self._cell(kernel, cell):
                    before.append(trouble)

    def _cell(self, kernel: Kernel, cell: Cell) -> Trouble | None:
        trouble = kernel.run(cell_source(cell), self._timeout)
        self._show(kernel, cell)
        if trouble is None or trouble.kind is Kind.ERROR:
            self._done.append(cell_source(cell))
        return trouble

    def _show(self, kernel: Kernel, cell: Cell) -> None:
        if self._keep:
            cell["outputs"] = kernel.outputs

    def _prepare(self, kernel: Kernel) -> None:
        """Let a new kernel have the course's imports, and remember its judge."""
        if self._sheet.imports:
            kernel.run(self._sheet.imports, kernels.START_SECONDS)
            kernel.run(_KEEP, kernels.START_SECONDS)

    def _revive(self, kernel: Kernel) -> None:
        """Start a lost kernel anew, and bring it to where the lost one was."""
        while kernel.ended:
            kernel.begin()
            self._prepare(kernel)
            for source in list(self._done):
                kernel.run(source, self._timeout)
                if kernel.ended:  # it went well once, and will not get a third try
                    self._done.remove(source)
                    break

    def _check(self, kernel: Kernel, cell: Cell, before: Sequence[Trouble]) -> Exercise:
        """Run a check with the judge that the sheet left, and with the course's own."""
        name, source = cell[MARK], cell_source(cell)
        changed = self._guard(kernel, "changed")
        fooled = changed and kernel.run(source, self._timeout) is None
        self._revive(kernel)
        self._guard(kernel, "restore")
        trouble = kernel.run(source, self._timeout)
        self._show(kernel, cell)
        verdict = _verdict(self._sheet, name, trouble, before)
        during = self._guard(kernel, "changed")
        self._guard(kernel, "restore")
        if verdict.state is State.PASSED:
            verdict = replace(verdict, score=kernel.ask(_SCORE.format(name)))
            if during:
                told = f"it changes the judge while it runs: {during}"
                verdict = replace(verdict, state=State.FAILED, diagnosis=told)
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
        return f"there is no `{name}`: is its cell gone?"
    line = (trouble.text.strip().splitlines() or [""])[0]
    line = re.sub(r"\(\d+\.py, (line \d+)\)$", r"(\1)", line)  # IPython's cell number
    # A check's message is a diagnosis by itself; of other errors the kind matters.
    if trouble.error == "CheckFailed":
        return line.removeprefix(f"{name}: ")  # which the table says already
    prefix = f"{trouble.error}: " if trouble.error else ""
    return f"{prefix}{line}".removesuffix(": ")
