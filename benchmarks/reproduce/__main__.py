"""Measure the table of results at full size: `make reproduce`, or with ROW=name.

Each run is kept as soon as it has ended, and a training leaves a checkpoint after every
epoch: a command that was stopped goes on from there when it is given again. What was
measured after a training is measured once more, but for likelihoods, whose estimates
are kept in parts.
After every run the page `docs/results.md` is written anew, and what lessons show of it.
"""

import shutil
import zlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from aelesson import data, plots, runtime
from benchmarks.reproduce import kept, packaged, page
from benchmarks.reproduce.rows import Job, Row
from benchmarks.reproduce.table import ROWS

ROOT = Path(__file__).parents[2]
console = Console()


def choose(names: list[str]) -> list[Row]:
    """Return the rows of these names, or all if there is no name."""
    known = {row.name: row for row in ROWS}
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"there is no row {name!r}; the rows are {', '.join(known)}"
            )
    return [known[name] for name in dict.fromkeys(names)] or list(ROWS)


def left_to_do(rows: list[Row], results: Path, again: bool) -> list[tuple[Row, int]]:
    """Return row and seed of each run that is not kept yet, or of all."""
    return [
        (row, seed)
        for row in rows
        for seed in range(row.seeds)
        if again or seed not in {run.seed for run in kept.read(results, row)}
    ]


def measure(row: Row, seed: int, results: Path, scratch: Path) -> None:
    """Do one run of a row and keep what it measured."""
    splits = data.load("mnist")
    commit = kept.current_commit()  # a long run may see another one at its end
    device = runtime.start(seed)
    # Other settings or precision are another run, whose checkpoints are no use here.
    precision = "bfloat16" if runtime.has_bfloat16(device) else "float32"
    told = zlib.crc32(f"{row.settings} {precision}".encode())
    folder = scratch / f"{row.name}-{seed}-{told:08x}"
    outcome = row.run(Job(splits, seed, device, folder))
    kept.keep(results, row, kept.describe(row, seed, outcome, device, commit))
    shutil.rmtree(folder, ignore_errors=True)


def write(docs: Path) -> None:
    """Write the page, and for lessons the file in the package beside `docs`."""
    results = docs / "results"
    page.write(ROWS, docs / "results.md", results)
    packaged.write(ROWS, results, docs.parent / kept.WRITTEN)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Rows; all without.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Repeat runs that are kept.")] = False,
    docs: Annotated[Path, typer.Option(help="Where the page goes.")] = ROOT / "docs",
) -> None:
    """Measure rows of the table of results on all of MNIST, and write the page."""
    plots.use_style()
    rows, results = choose(names or []), docs / "results"
    todo = left_to_do(rows, results, again)
    for number, (row, seed) in enumerate(todo, start=1):
        console.print(f"Run {number} of {len(todo)}: {row.name}, seed {seed}")
        try:
            measure(row, seed, results, ROOT / "build" / "reproduce")
            write(docs)
        except KeyboardInterrupt:
            console.print("Stopped. Results are kept; training goes on from here.")
            raise typer.Exit(130) from None
    write(docs)
    console.print(f"Written: {docs / 'results.md'}")


if __name__ == "__main__":
    typer.run(main)
