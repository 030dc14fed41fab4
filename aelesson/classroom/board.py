"""A class's report on the screen."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from aelesson.classroom.outlook import Look, Report, SheetReport
from aelesson.classroom.standing import Standing, Status

_MOST = 15
"""Lines of a list; the rest is in its file."""


def show(report: Report, console: Console) -> None:
    """Print a table per sheet, and what a teacher should look at."""
    for sheet in report.sheets:
        _sheet(sheet, console)
    console.print(Text(f"All of it: {report.folder}"), soft_wrap=True)


def _sheet(sheet: SheetReport, console: Console) -> None:
    counts = ", ".join(f"{status} {len(sheet.of(status))}" for status in Status)
    console.print(Text.assemble((sheet.sheet, "bold"), f": {counts}"), soft_wrap=True)
    if sheet.quartiles:
        mean = sum(sheet.points) / len(sheet.points)
        most = sum(sheet.possible.values())
        low, middle, high = sheet.quartiles
        told = f"mean {mean:.3g} of {most:g}; quartiles {low:g}, {middle:g}, {high:g}"
        console.print(Text(f"Points: {told}"))
        console.print(_exercises(sheet))
    _list(console, "Not graded:", sheet.of(Status.NOT_GRADED), "not_graded.csv")
    _list(console, "Look at:", sheet.looks, "look_at.csv")
    console.print()


def _exercises(sheet: SheetReport) -> Table:
    table = Table(box=None, padding=(0, 1))
    table.add_column("exercise, hardest first")
    table.add_column("passed", justify="right")
    table.add_column("most frequent diagnosis of the others")
    for share in sheet.shares:
        times = "once" if share.count == 1 else f"{share.count} times"
        told = f"{share.diagnosis} ({times})" if share.diagnosis else ""
        table.add_row(
            share.exercise, f"{share.passed:.0%}".replace("%", " %"), Text(told)
        )
    return table


def _list(
    console: Console, title: str, found: "list[Standing] | tuple[Look, ...]", file: str
) -> None:
    if found:
        console.print(Text(title, style="yellow"))
    for each in found[:_MOST]:
        console.print(Text(f"  {_line(each)}"), soft_wrap=True)
    if len(found) > _MOST:
        console.print(f"  and {len(found) - _MOST} more, in {file}")


def _line(each: Standing | Look) -> str:
    if isinstance(each, Standing):
        return f"{each.student.id}: {each.why}: {each.cure}"
    where = ", ".join(filter(None, (each.student, each.exercise)))
    return f"{where}: {each.seen}"
