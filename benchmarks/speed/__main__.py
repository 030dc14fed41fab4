"""The command `python -m benchmarks.speed`: measure, then write figure and page."""

from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from aelesson import plots, runtime
from benchmarks import machine
from benchmarks.speed import chart, digits, gpu, memory, page, timing, ways
from benchmarks.speed.results import Plan, Results

DOCS = Path(__file__).resolve().parents[2] / "docs"
FULL = Plan()


def measure(plan: Plan, progress: Progress) -> Results:
    """Measure all that the plan asks for, with a bar for each part."""
    repeats = plan.rounds + 1
    ticks = [
        partial(progress.advance, progress.add_task(name, total=total))
        for name, total in {
            "peak memory": len(memory.RUNS),
            "five ways": repeats * 2 * len(ways.PAIRS),
            "more images": repeats * len(plan.counts),
            "larger codes": repeats * len(plan.code_sizes),
        }.items()
    ]
    source, pixels = digits.load_pixels(plan.images)
    images = pixels.unsqueeze(1)
    few = images[: plan.code_images]
    return Results(
        plan=plan,
        source=source,
        machine=describe_machine(),
        megabytes=memory.compare_peaks(pixels, ticks[0]),
        pairs=timing.compare_ways(pixels, plan.rounds, ticks[1]),
        by_images=timing.grow_images(images, plan.counts, plan.rounds, ticks[2]),
        by_code=timing.grow_code(few, plan.code_sizes, plan.rounds, ticks[3]),
        weights={size: count_weights(size) for size in plan.code_sizes},
    )


def describe_machine() -> str:
    """Say what the numbers were measured on."""
    return f"{machine.describe(torch.device('cpu'))}, torch {torch.__version__}"


def count_weights(code_size: int) -> int:
    """Return the number of weights in the network with that size of the code."""
    return sum(p.numel() for p in ways.build_network(code_size).parameters())


def save(results: Results, folder: Path) -> None:
    """Write the figure and the page into a folder."""
    plots.use_style()
    text = gpu.added(page.write(results))
    # Without the version of matplotlib, so that equal results give equal files.
    chart.draw(results).savefig(folder / "bench.png", metadata={"Software": None})
    (folder / "bench.md").write_text(text, encoding="utf-8")


def show(results: Results, console: Console) -> None:
    """Print the ways as a table, and what was found."""
    speeds, ratios = results.images_per_second(), results.time_ratios()
    title = f"One epoch of {results.plan.images:,} images; {results.machine}"
    table = Table("way", title=title, title_justify="left")
    for head in ("images per second", "its time / ours", "peak memory, MB"):
        table.add_column(head, justify="right")
    for name, speed in speeds.items():
        size = f"{results.megabytes[name]:.0f}" if results.megabytes else "-"
        table.add_row(name, f"{speed:,.0f}", str(ratios.get(name, "")), size)
    console.print(table)
    for sentence in page.findings(results):
        console.print(f"- {sentence}", highlight=False)


def main(plan: Plan = FULL, folder: Path = DOCS) -> None:
    """Measure, write `bench.png` and `bench.md`, and print the findings.

    Raises:
        ValueError: If there is no such folder; said before minutes are spent.
    """
    if not folder.is_dir():
        raise ValueError(f"folder is {folder.name!r}; there is no such folder")
    runtime.start()
    console = Console()
    columns = [TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        results = measure(plan, progress)
    save(results, folder)
    show(results, console)
    console.print(f"Written: {folder.name}/bench.md and {folder.name}/bench.png")


if __name__ == "__main__":
    main()
