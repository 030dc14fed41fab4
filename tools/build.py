"""Build the notebooks from `sources/`, or check that they are in step with it.

    python -m tools.build build [NAMES...] [--force]
    python -m tools.build check [NAMES...]

`build` runs what changed, two notebooks at a time. A notebook is replaced only by one
that ran to its end. `check` runs nothing. A change of the library alone makes no
notebook stale: `build --force` runs them all again. A lesson that a learner ran and
saved is shown, but fails the check only with `--strict`. A sheet in `exercises/` that
somebody worked in is never overwritten.
"""

import os
import sys
import time
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from tools.execute import CELL_TIMEOUT, execute
from tools.pictures import find_stale_pictures, pictures_of, write_picture
from tools.sheets import make_stub
from tools.source import BuildError, to_bytes
from tools.state import (
    Finding,
    Job,
    executed_problem,
    find_jobs,
    find_orphans,
    find_problems,
    stub_problem,
    work_to_keep,
)

ROOT = Path(__file__).resolve().parents[1]
app = typer.Typer(help="Turn sources/ into notebooks.", add_completion=False)
Names = Annotated[
    list[str] | None, typer.Argument(help="As 01_basics; every text if none is named.")
]
Root = Annotated[Path, typer.Option(help="The repository.", show_default=False)]


def select(jobs: list[Job], names: Iterable[str]) -> list[Job]:
    """Return the jobs of these names, with or without folder and suffix.

    Raises:
        BuildError: if no text has one of the names.
    """
    stems = {Path(name).stem for name in names}
    if unknown := stems - {job.path.stem for job in jobs}:
        known = ", ".join(sorted({job.path.stem for job in jobs})) or "none yet"
        asked = ", ".join(sorted(unknown))
        raise BuildError(f"no text is named {asked}; there are: {known}")
    return [job for job in jobs if not stems or job.path.stem in stems]


def build_job(job: Job, force: bool = False, timeout: int = CELL_TIMEOUT) -> list[Path]:
    """Bring the notebooks of one text up to date; return those that were written.

    Raises:
        BuildError: if the text is wrong, a cell fails, or somebody worked in the sheet
            that would be overwritten; nothing is written then.
    """
    source = job.read()
    if advice := work_to_keep(job):
        raise BuildError(f"{_name(job.stub)} is not as the build made it: {advice}")
    stub = to_bytes(make_stub(source)) if job.is_sheet else b""
    written = []
    if force or executed_problem(job, source):
        job.executed.parent.mkdir(exist_ok=True)
        record = job.record(source)  # as it is before the run, which takes minutes
        notebook = execute(source, job.executed.parent, job.root, timeout)
        notebook.metadata["aelesson"] = record
        _replace(job.executed, to_bytes(notebook))
        written.append(job.executed)
    # After the solution: a sheet nobody has solved is not handed out.
    if job.is_sheet and stub_problem(job, source):
        _replace(job.stub, stub)
        written.append(job.stub)
    return written


def _name(notebook: Path) -> str:
    return f"{notebook.parent.name}/{notebook.name}"


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    half = path.with_suffix(".ipynb.tmp")
    try:
        half.write_bytes(content)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def build_all(
    jobs: list[Job], force: bool, workers: int, console: Console
) -> list[Job]:
    """Build the jobs, `workers` at a time; return those that failed."""
    failed = []
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(_timed, job, force): job for job in jobs}
        for future in as_completed(running):
            job = running[future]
            try:
                written, seconds = future.result()
            except (BuildError, OSError) as error:
                failed.append(job)
                _say_failed(job.label, error, console)
                continue
            names = " and ".join(path.parent.name for path in written)
            done = f"built[/]    {job.label} -> {names}, {seconds:.0f} s"
            in_step = f"[dim]in step[/]  {job.label}"
            console.print(f"[green]{done}" if written else in_step)
    return failed


def _say_failed(label: str, error: Exception, console: Console) -> None:
    console.print(f"[red]failed[/]   {label}\n  {escape(str(error))}")


def draw_all(root: Path, jobs: Iterable[Job], console: Console) -> bool:
    """Write the pictures of these lessons; return whether all went well."""
    done = True
    for picture in pictures_of(_lessons(jobs)):
        try:
            write_picture(picture, root)
        except (BuildError, OSError) as error:
            done = False
            _say_failed(picture.path, error, console)
    return done


def _lessons(jobs: Iterable[Job]) -> set[str]:
    return {job.path.stem for job in jobs if not job.is_sheet}


def _timed(job: Job, force: bool) -> tuple[list[Path], float]:
    started = time.monotonic()
    return build_job(job, force), time.monotonic() - started


def check_all(jobs: list[Job]) -> list[Finding]:
    """Return every notebook that is out of step with its text; nothing is run."""
    return [finding for job in jobs for finding in find_problems(job)]


def check_rest(root: Path, jobs: list[Job], by_hand: Collection[str]) -> list[Finding]:
    """Return orphans and stale pictures.

    Args:
        root: The repository.
        jobs: Those of all texts.
        by_hand: Notebooks that somebody ran or changed; they have other figures than
            the pictures, which are right.
    """
    as_built = [job for job in jobs if _name(job.executed) not in by_hand]
    stale = find_stale_pictures(root, _lessons(as_built))
    return [*find_orphans(root, jobs), *stale]


def _report(findings: Iterable[Finding], console: Console) -> None:
    for finding in findings:
        colour = "yellow" if finding.by_hand else "red"
        console.print(
            f"[{colour}]{escape(finding.path)}[/]: {escape(finding.problem)}\n"
            f"    [bold]->[/] {escape(finding.remedy)}"
        )


def _jobs(root: Path, names: list[str] | None) -> list[Job]:
    try:
        return select(find_jobs(root.resolve()), names or [])
    except BuildError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/]")
        raise typer.Exit(1) from None


@app.command()
def build(
    names: Names = None,
    force: Annotated[bool, typer.Option(help="Build what is in step too.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Notebooks at a time.")] = 2,
    root: Root = ROOT,
) -> None:
    """Run what changed and write its notebooks."""
    console = Console(soft_wrap=True, highlight=False)
    jobs = _jobs(root, names)
    failed = build_all(jobs, force, workers, console)
    if not names:
        _report(find_orphans(root.resolve(), jobs), console)
    drawn = draw_all(root.resolve(), [j for j in jobs if j not in failed], console)
    if failed:
        count = f"{len(failed)} of {len(jobs)}"
        console.print(f"{count} failed; their notebooks are untouched")
    if failed or not drawn:
        raise typer.Exit(1)


@app.command()
def check(
    names: Names = None,
    strict: Annotated[
        bool, typer.Option(help="Fail for what was only run or changed by hand, too.")
    ] = False,
    root: Root = ROOT,
) -> None:
    """Say which notebooks are out of step with their texts; run nothing."""
    console = Console(soft_wrap=True, highlight=False)
    jobs = _jobs(root, names)
    findings = check_all(jobs)
    if not names:
        by_hand = {found.path for found in findings if found.by_hand and not strict}
        findings += check_rest(root.resolve(), jobs, by_hand)
    _report(findings, console)
    if any(strict or not finding.by_hand for finding in findings):
        raise typer.Exit(1)
    console.print(f"[green]in step[/]: {len(jobs)} texts and their notebooks")


if __name__ == "__main__":
    sys.exit(app())
