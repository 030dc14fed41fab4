"""The commands `aelesson class ...`, for teachers.

Each is thin: it opens the class, calls a module and shows what that says. Modules that
need nbgrader are imported inside the commands.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.text import Text

from aelesson.course import screen
from aelesson.course.workbook import CourseError, find_course

if TYPE_CHECKING:
    from aelesson.classroom.course import Classroom
    from aelesson.classroom.records import Graded

teacher = typer.Typer(
    help="For teachers: hand out sheets, collect, grade, report, hand back.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path, typer.Option("--course", help="The class's folder, if you are not in it.")
]
One = Annotated[str, typer.Argument(help="Such as 01 or 01_basics.")]
Some = Annotated[list[str] | None, typer.Argument(help="Such as 01; all without.")]


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line what is not as it should be."""
    console = Console(stderr=True, highlight=False)
    try:
        yield
    except ModuleNotFoundError as error:
        told = f"{error.name} is missing: run `pip install -e '.[class]'`."
        console.print(Text(told, style="red"), soft_wrap=True)
        raise typer.Exit(1) from None
    except CourseError as error:
        console.print(Text(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(1) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        told = f"Stopped: {where}{error.strerror or error}. What is done is kept: put "
        console.print(
            Text(f"{told}it right, then give the same command again.", style="red"),
            soft_wrap=True,
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        told = "Stopped. What is done is kept: give the same command to go on."
        console.print(told, soft_wrap=True)
        raise typer.Exit(130) from None


def _open(folder: Path) -> "Classroom":
    from aelesson.classroom import course

    return course.find(folder)


@teacher.command()
def new(
    folder: Annotated[Path, typer.Argument(help="Made by this command.")],
    students: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file: id, first_name, last_name, email, lms_user_id.",
            show_default=False,
        ),
    ] = None,
    sheets: Annotated[
        list[str] | None,
        typer.Option(
            help="Such as 01; give it once for each; all without.", show_default=False
        ),
    ] = None,
) -> None:
    """Make a class: an nbgrader course with the sheets of this one."""
    with _told():
        from aelesson.classroom import course

        solutions = find_course() / "solutions"
        made = course.new(folder, solutions, students, sheets or ())
        count = f"{len(made.sheets)} sheets, {len(made.students)} students"
        screen.out().print(f"{folder} is ready: {count}.", soft_wrap=True)
        screen.out().print(f"Next: cd {folder}; aelesson class release", soft_wrap=True)


@teacher.command()
def enrol(
    students: Annotated[Path, typer.Argument(help="A CSV file, as `new` takes it.")],
    course: Folder = Path(),
) -> None:
    """Add students, or correct their names, by a CSV file."""
    with _told():
        from aelesson.classroom.course import enrol as add
        from aelesson.classroom.roster import read_students

        add(_open(course), listed := read_students(students))
        screen.out().print(f"In the gradebook: {len(listed)} of this list.")


@teacher.command()
def release(sheets: Some = None, course: Folder = Path()) -> None:
    """Make the sheets for students, and lay them into the exchange if there is one."""
    with _told():
        from aelesson.classroom import release as hand_out

        found = _open(course)
        chosen = [found.sheet(name) for name in sheets or found.sheets]
        for sheet, where in hand_out.release(found, chosen):
            line = Text.assemble(screen.mark("✓"), f" {sheet}: in {where}")
            screen.out().print(line, soft_wrap=True)


@teacher.command()
def collect(
    sheet: One,
    origin: Annotated[
        Path | None,
        typer.Argument(
            help="A zip archive, a folder or a file; without, nbgrader's exchange."
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take also what is older, or the same.")
    ] = False,
    course: Folder = Path(),
) -> None:
    """Lay what students handed in where it is graded; Moodle's and Canvas's exports."""
    with _told():
        from aelesson.classroom.collect import collect as lay
        from aelesson.classroom.submitted import Outcome

        found, count = _open(course), Counter[Outcome]()
        for each in lay(found, found.sheet(sheet), origin, again):
            count[each.outcome] += 1
            if each.message or each.outcome is not Outcome.COLLECTED:
                told = f"{each.student or '?'}: {each.outcome} ({each.source})"
                told = f"{told}\n    {each.message}" if each.message else told
                screen.out().print(Text(told), soft_wrap=True)
        told = ", ".join(f"{outcome}: {count[outcome]}" for outcome in sorted(count))
        screen.out().print(f"{told.capitalize() or 'Nothing was found'}.")
        if count.keys() & {Outcome.WHOSE, Outcome.UNREADABLE, Outcome.REFUSED}:
            raise typer.Exit(1)


@teacher.command()
def grade(
    sheet: One,
    course: Folder = Path(),
    again: Annotated[
        bool, typer.Option("--again", help="Grade also what has not changed since.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=0, help="Processes; 0: one for each processor.")
    ] = 0,
    student: Annotated[
        list[str] | None,
        typer.Option(help="Only this one; give it once for each.", show_default=False),
    ] = None,
) -> None:
    """Grade a sheet of all students, and list what was not graded, and why.

    Submissions run in a sandbox where one works. A command that was stopped goes on.
    """
    with _told():
        from aelesson.classroom import grading, sandbox

        found = _open(course)
        name = found.sheet(sheet)
        image = found.config.RunExercises.get("image", "")
        box = sandbox.choose(image)
        style = "dim" if box.safe else "bold yellow"
        screen.out().print(Text(box.shuts_in, style=style), soft_wrap=True)
        if told := grading.draw_judge(found):
            screen.out().print(Text(told, style="yellow"), soft_wrap=True)
        done = []
        total = len(
            student or {*(s.id for s in found.students), *found.handed_in(name)}
        )
        with _bar(name, total) as (console, advance):
            for graded in grading.grade(
                found, name, again=again, jobs=jobs, students=student or ()
            ):
                done.append(graded)
                advance()
                if not graded.absent and (graded.problem or _remarks(graded)):
                    console.print(_line(graded), soft_wrap=True)
        _sum_up(done)


@contextmanager
def _bar(name: str, total: int) -> Iterator[tuple[Console, Callable[[], None]]]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = screen.out()
    with Progress(*columns, Remaining(), console=console, transient=True) as bar:
        task = bar.add_task(name, total=total)
        yield bar.console, lambda: bar.advance(task)


def _line(graded: "Graded") -> Text:
    """Say what became of a submission."""
    remarks = _remarks(graded)
    sign = "✗" if graded.problem else "!" if remarks else "✓"
    told = f"{graded.points:g} of {graded.possible:g}"
    told = f"NOT GRADED: {graded.problem}" if graded.problem else told
    lines = "".join(f"\n    {remark}" for remark in remarks)
    return Text.assemble(screen.mark(sign), f" {graded.student}: {told}{lines}")


def _remarks(graded: "Graded") -> list[str]:
    own = [f"{each.name}: {each.remark}" for each in graded.exercises if each.remark]
    return [*graded.remarks, *own]


def _sum_up(done: list["Graded"]) -> None:
    absent = [each.student for each in done if each.absent]
    failed = sum(bool(each.problem) for each in done) - len(absent)
    told = f"Graded: {len(done) - len(absent) - failed}. Not graded: {failed}."
    who = f" ({', '.join(absent)})" if absent else ""
    told = f"{told} Nothing handed in: {len(absent)}{who}."
    screen.out().print(told, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


@teacher.command()
def report(sheets: Some = None, course: Folder = Path()) -> None:
    """Write grades, what was not graded and why, and what to look at."""
    with _told():
        from aelesson.classroom import board
        from aelesson.classroom import report as room

        found = _open(course)
        names = [found.sheet(name) for name in sheets] if sheets else None
        board.show(room.report(found, names), screen.out())


@teacher.command()
def feedback(sheet: One, course: Folder = Path()) -> None:
    """Make a page for each student: points, what was found, your comments."""
    with _told():
        from aelesson.classroom import feedback as room

        found = _open(course)
        for each in room.feedback(found, found.sheet(sheet)):
            sign = screen.mark("✓" if each.path else "!")
            line = Text.assemble(sign, f" {each.student}: {each.message}")
            screen.out().print(line, soft_wrap=True)
