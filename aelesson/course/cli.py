"""The command `aelesson`: a workbook, data, a check-up, and where a learner stands.

Commands are thin: they find the course, call a module and show what it says. Modules
are imported inside the commands, so that `aelesson doctor` still speaks where one of
them cannot be imported.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

import aelesson
from aelesson.course.workbook import CourseError, Outcome, fill, find_course

if TYPE_CHECKING:
    from aelesson.course.doctor import Finding
    from aelesson.course.progress import Exercise, Sheet, SheetResult

app = typer.Typer(
    help="Autoencoders, from a bottleneck to a generator: the course's own command.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Course = Annotated[
    Path | None,
    typer.Option(help="The course's folder, if you are not in it.", show_default=False),
]

COLOURS = {"✓": "green", "!": "yellow", "✗": "red", "·": "dim"}


def _out() -> Console:
    # Made at each call: a console keeps the stream that it first saw.
    return Console(highlight=False)


def _fail(message: str) -> NoReturn:
    console = Console(stderr=True, highlight=False)
    console.print(Text(message, style="red"), soft_wrap=True)
    raise typer.Exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aelesson {aelesson.__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Autoencoders, from a bottleneck to a generator: the course's own command."""


@app.command()
def workbook(course: Course = None) -> None:
    """Copy exercise sheets that you do not have yet into workbook/.

    A sheet that you have worked on is never overwritten: a newer version is laid
    beside it. `make lab` runs this every time.
    """
    try:
        folder = find_course(course)
        reports = fill(folder / "exercises", folder / "workbook")
    except CourseError as error:
        _fail(str(error))
    notable = [r for r in reports if r.outcome not in (Outcome.COPIED, Outcome.CURRENT)]
    for report in notable:
        _out().print(Text(report.message, style="yellow"), soft_wrap=True)
    new = sum(r.outcome is Outcome.COPIED for r in reports)
    _out().print(f"Exercise sheets in workbook/: {len(reports)}, new: {new}.")


@app.command()
def download(
    name: Annotated[str, typer.Argument(help="mnist or fashion-mnist.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Where to keep it; else AELESSON_DATA_DIR, else a cache of yours.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Download a full-size data set, so that lessons can use it without a network."""
    from aelesson import data

    try:
        where = data.download(name, folder)
    except (data.DataError, ValueError) as error:
        _fail(str(error))
    line = Text.assemble(_mark("✓"), f" {name} is in {where}")
    _out().print(line, soft_wrap=True)


@app.command()
def doctor() -> None:
    """Look whether this machine is ready for the course, and say how to fix it."""
    from aelesson.course.doctor import Status, examine

    console = _out()
    with console.status("Looking at this machine ..."):
        findings = list(examine())
    console.print(_findings_table(findings))
    if any(finding.status is Status.BAD for finding in findings):
        raise typer.Exit(1)


def _findings_table(findings: Sequence["Finding"]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for finding in findings:
        detail = Text(finding.detail)
        if finding.fix:
            detail.append(f"\n→ {finding.fix}", style="bold")
        table.add_row(_mark(finding.status.value), finding.name, detail)
    return table


def _mark(mark: str) -> Text:
    return Text(mark, style=COLOURS[mark])


@app.command()
def progress(
    sheet: Annotated[
        str | None,
        typer.Option(help="Only this sheet: 01 or 01_basics.", show_default=False),
    ] = None,
    timeout: Annotated[
        int, typer.Option(min=1, help="Seconds that one cell may take.")
    ] = 60,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, for programs.")
    ] = False,
    course: Course = None,
) -> None:
    """Run your exercise sheets and show which exercises pass, and the next one to do.

    The sheets are those in workbook/, as you saved them. They are not changed:
    they run in memory, with the course's own checks.
    """
    try:
        from aelesson.course.progress import (
            choose_sheets,
            missing_sheets,
            prepare,
            states,
        )
    except ModuleNotFoundError as error:
        _fail(f"{error.name} is missing: run `make lab` or `pip install -e '.[lab]'`.")
    try:
        folder = find_course(course)
        paths = choose_sheets(folder / "workbook", sheet)
    except CourseError as error:
        _fail(str(error))
    results = _judge([prepare(p, folder / "exercises") for p in paths], timeout)
    if as_json:
        typer.echo(json.dumps(states(results), indent=2))
    else:
        _show(results)
        for new in missing_sheets(folder / "exercises", folder / "workbook"):
            _out().print(f"{new} is not in your workbook yet: run `aelesson workbook`.")
    if not any(result.judged for result in results):
        _fail("Nothing could be judged.")


def _judge(sheets: Sequence["Sheet"], timeout: int) -> list["SheetResult"]:
    """Judge sheet after sheet, under a bar that counts exercises."""
    from aelesson.course.progress import judge

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)  # so that --json prints nothing but JSON
    results = []
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=sum(len(sheet.exercises) for sheet in sheets))
        for sheet in sheets:
            bar.update(task, description=sheet.path.stem)
            results.append(judge(sheet, timeout, lambda _: bar.advance(task)))
    return results


def _show(results: Sequence["SheetResult"]) -> None:
    """Print a bar and a table per sheet, and what to do next."""
    from aelesson.course.progress import next_exercise

    console = _out()
    for result in results:
        passed, count = result.passed, len(result.exercises)
        title = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=max(count, 1), completed=passed, width=20)
        title.add_row(Text(result.sheet, style="bold"), bar, f"{passed}/{count}")
        console.print(title)
        if result.problem:
            console.print(Text(f"{result.sheet}: {result.problem}", style="red"))
        console.print(_exercises_table(result))
    following = next_exercise(results)
    if following is None:
        console.print(Text("All of these exercises pass.", style="green"))
    else:
        sheet, name = following
        console.print(f"Next: exercise {name} in workbook/{sheet}.ipynb")


def _exercises_table(result: "SheetResult") -> Table:
    from aelesson.course.progress import State

    marks = {State.PASSED: "✓", State.NOT_BEGUN: "·", State.NOT_JUDGED: "·"}
    table = Table(box=None, show_header=False, padding=(0, 1))
    for exercise in result.exercises:
        mark = _mark(marks.get(exercise.state, "✗"))
        table.add_row(mark, exercise.name, Text(_said(exercise)))
    return table


def _said(exercise: "Exercise") -> str:
    """Say in a line where an exercise stands; a failure's diagnosis says it itself."""
    from aelesson.course.progress import State

    failed = exercise.state is State.FAILED and exercise.diagnosis
    state = "" if failed else str(exercise.state)
    told = state, exercise.score, exercise.diagnosis, exercise.note
    return "; ".join(filter(None, told))
