"""What the commands print: marks, tables, bars, on whatever screen there is."""

import codecs
import io
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from aelesson.course.doctor import Finding
    from aelesson.course.progress import Exercise, SheetResult

PLAIN = {"✓": "+", "✗": "x", "·": ".", "→": ">", "━": "-", "…": "~"}
COLOURS = {"✓": "green", "!": "yellow", "✗": "red", "·": "dim"}


def never_stumble() -> None:
    """Let both streams take every character, as on Windows or in plain ASCII."""
    codecs.register_error("aelesson", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="aelesson")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Stand in for a character that a stream does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    left = error.object[error.start : error.end]
    return "".join(PLAIN.get(each, "?") for each in left), error.end


def out() -> Console:
    """Return the console for what was asked for."""
    # Made at each call: a console keeps the stream that it first saw.
    return Console(highlight=False)


def mark(sign: str) -> Text:
    """Colour a mark."""
    return Text(sign, style=COLOURS[sign])


def finding_row(finding: "Finding", width: int) -> Table:
    """Lay out a finding; `width` is that of the names."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(width=1)
    table.add_column(width=width)
    detail = Text(finding.detail)
    if finding.fix:
        detail.append(f"\n→ {finding.fix}", style="bold")
    table.add_row(mark(finding.status.value), finding.name, detail)
    return table


def show(results: Sequence["SheetResult"]) -> None:
    """Print a bar and a table per sheet, and what to do next."""
    from aelesson.course.progress import next_exercise

    console = out()
    for result in results:
        passed, count = result.passed, len(result.exercises)
        title = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=max(count, 1), completed=passed, width=20)
        title.add_row(Text(result.sheet, style="bold"), bar, f"{passed}/{count}")
        console.print(title)
        for told, style in ((result.problem, "red"), (result.note, "yellow")):
            if told:
                console.print(Text(f"{result.sheet}: {told}", style=style))
        console.print(_exercises_table(result))
    following = next_exercise(results)
    if following is None:
        console.print(Text("All of these exercises pass.", style="green"))
    else:
        sheet, name = following
        console.print(f"Next: exercise {name} in workbook/{sheet}.ipynb")


def _exercises_table(result: "SheetResult") -> Table:
    from aelesson.course.progress import State

    signs = {State.PASSED: "✓", State.NOT_BEGUN: "·", State.NOT_JUDGED: "·"}
    table = Table(box=None, show_header=False, padding=(0, 1))
    for exercise in result.exercises:
        sign = mark(signs.get(exercise.state, "✗"))
        table.add_row(sign, exercise.name, Text(_said(exercise)))
    return table


def _said(exercise: "Exercise") -> str:
    """Say in a line where an exercise stands; a failure's diagnosis says it itself."""
    from aelesson.course.progress import State

    failed = exercise.state is State.FAILED and exercise.diagnosis
    state = "" if failed else str(exercise.state)
    told = state, exercise.score, exercise.diagnosis, exercise.note
    return "; ".join(filter(None, told))
