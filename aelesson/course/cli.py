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
from rich.text import Text

import aelesson
from aelesson.classroom.cli import teacher
from aelesson.course import screen
from aelesson.course.workbook import CourseError, Outcome, fill, find_course

if TYPE_CHECKING:
    from aelesson.course.progress import SheetResult
    from aelesson.course.sheets import Sheet

app = typer.Typer(
    help="Autoencoders, from a bottleneck to a generator: the course's own command.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(teacher, name="class")

Course = Annotated[
    Path | None,
    typer.Option(help="The course's folder, if you are not in it.", show_default=False),
]


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
    screen.never_stumble()


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
        screen.out().print(Text(report.message, style="yellow"), soft_wrap=True)
    there = sum(report.is_there for report in reports)
    new = sum(r.outcome is Outcome.COPIED for r in reports)
    known = f"{there} of {len(reports)}" if there < len(reports) else f"{there}"
    screen.out().print(f"Exercise sheets in workbook/: {known}, new: {new}.")
    if there < len(reports):
        raise typer.Exit(1)


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
    line = Text.assemble(screen.mark("✓"), f" {name} is in {where}")
    screen.out().print(line, soft_wrap=True)


@app.command()
def doctor() -> None:
    """Look whether this machine is ready for the course, and say how to fix it."""
    from aelesson.course import doctor as room

    console, bad = screen.out(), False
    width = max(len(probe.name) for probe in room.PROBES)
    for probe in room.PROBES:
        with console.status(f"{probe.name} ..."):
            finding = probe.run()
        console.print(screen.finding_row(finding, width))
        bad = bad or finding.status is room.Status.BAD
    if bad:
        raise typer.Exit(1)


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
        from aelesson.course.progress import states
        from aelesson.course.sheets import choose_sheets, missing_sheets, prepare
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
        screen.show(results)
        if new := missing_sheets(folder / "exercises", folder / "workbook"):
            told = (
                f"Not in your workbook yet: {', '.join(new)}. Run `aelesson workbook`."
            )
            screen.out().print(told, soft_wrap=True)
    if not any(result.judged for result in results):
        _fail("Nothing could be judged.")


def _judge(sheets: Sequence["Sheet"], timeout: int) -> list["SheetResult"]:
    """Judge sheet after sheet, under a bar that counts exercises."""
    from aelesson.course.progress import Conduct, judge

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)  # so that --json prints nothing but JSON
    results = []
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=sum(len(sheet.exercises) for sheet in sheets))
        for sheet in sheets:
            bar.update(task, description=sheet.path.stem)
            results.append(judge(sheet, Conduct(timeout), lambda _: bar.advance(task)))
    return results
