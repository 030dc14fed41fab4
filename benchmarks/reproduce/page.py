"""The page of results, made from what was kept: no measured figure on it is typed."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from textwrap import fill

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from aelesson import plots
from aelesson.plots.style import MEDIUM, colours
from benchmarks.reproduce import kept
from benchmarks.reproduce.kept import Kept
from benchmarks.reproduce.packaged import by_name
from benchmarks.reproduce.rows import Outcome, Row

LABEL, TITLE = 40, 72  # letters in a line
REACHED = {True: "yes", False: "no", None: "-"}
HEAD = """# Results at full size

`make reproduce` measures every row of this page, keeps each run in `results/`, and
writes the page from what was kept. `make reproduce ROW=name` measures one row. Rows
train on 55,000 of the 60,000 training images of MNIST (`grey-vae` on all); the others
are the validation images. Many published figures are of all 60,000. Ours are those of
the 10,000 test images. No number was chosen by these, but some rows were tried again
after a test figure of theirs had been seen, as their remarks say, and may be a little
too good. `sprites` and `sparse-features` have data of their own, whose truth is known,
and settings chosen with other seeds.

The goals were set before the first run of the settings shown; those of `denoising` and
`one-class` were raised after an earlier form had reached its own. A row has three runs
that differ by their seed, or fewer if a run, with all that stands beside it, takes over
half an hour; `one-class` has five, `sprites` ten. A range goes from the smallest to the
largest run. The last column is the training of ours alone. Machines differed, and some
were shared: compare seconds within a run only. Mixed precision is float32 where a
machine is named with "no bfloat16"; runs before commit 0d6d3bc have no such mark, and
computed in bfloat16, some by emulation, as their seconds suggest. A `+` says that the
code had changed since the commit. Published figures are a selection; where a row gives
likelihoods or errors with labels, one of the best of any kind is among them.
The best of the others may be a control of the same run.

Binary digits are of two kinds, whose figures must not be compared: *dynamic*, where the
training images are drawn anew at every step, and *static*, where they are drawn once.
Published figures beside a row are of its kind.

| row | what | ours | runs | best of the others | goal | reached | training |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def write(rows: Sequence[Row], page: Path, results: Path) -> None:
    """Write the page, and a figure for each row that has a kept run."""
    lines, sections = [], []
    for row in rows:
        runs = kept.read(results, row)
        lines.append(_line(row, runs))
        if runs:
            picture = results / f"{row.name}.png"
            figure = draw_curves(row, runs) if row.along else draw(row, runs)
            figure.savefig(picture, metadata={"Software": None})
            plt.close(figure)
            sections.append(_section(row, runs, picture.relative_to(page.parent)))
    text = HEAD + "\n".join(lines) + "\n\n" + "\n".join(sections)
    kept.write_whole(page, text.rstrip() + "\n")


def _line(row: Row, runs: Sequence[Kept]) -> str:
    goal = "-" if row.aim is None else f"{row.aim:.{row.digits}f}"
    if not runs:
        return f"| {row.name} | {row.title} | not measured | 0 | - | {goal} | - | - |"
    values = [run.value for run in runs]
    cells = [
        f"[{row.name}](#{row.name})",
        row.title,
        f"{_spread(row, values)} {row.unit}",
        str(len(runs)),
        _best_other(row, runs),
        goal,
        REACHED[row.reaches(mean(values))],
        _duration(mean(run.seconds for run in runs)),
    ]
    return "| " + " | ".join(cells) + " |"


def _others(row: Row, runs: Sequence[Kept]) -> dict[str, list[float]]:
    """Return all that our runs are compared with, by name."""
    published = {source: [value] for source, value in row.published.items()}
    return _beside(runs) | published


def _beside(runs: Sequence[Kept]) -> dict[str, list[float]]:
    return by_name([run.beside for run in runs])


def _best_other(row: Row, runs: Sequence[Kept]) -> str:
    others = {name: mean(values) for name, values in _others(row, runs).items()}
    if not others:
        return "-"
    choose = max if row.higher_is_better else min
    name = choose(others, key=lambda each: others[each])
    return f"{others[name]:.{row.digits}f} ({name})"


def _spread(row: Row, values: Sequence[float]) -> str:
    middle, low, high = (
        f"{value:.{row.digits}f}" for value in (mean(values), min(values), max(values))
    )
    return middle if low == high else f"{middle} ({low} to {high})"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 180 else f"{seconds / 60:.1f} min"


def _section(row: Row, runs: Sequence[Kept], picture: Path) -> str:
    shown = f"curves along {row.along}" if row.along else "our runs beside the others"
    parts = [
        f"## {row.name}",
        f"![{row.title}: {shown}]({picture.as_posix()})",
        row.settings,
        row.remark,
        _list("From the same runs", row, _beside(runs)),
        _list("Published", row, {k: [v] for k, v in row.published.items()}),
        _curves(row, runs),
        _notes(runs),
        _over_runs(row, runs),
        "Measured by: " + "; ".join(sorted({_origin(run) for run in runs})) + ".",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _list(head: str, row: Row, values: dict[str, list[float]]) -> str:
    lines = [f"- {name}: {_spread(row, v)} {row.unit}" for name, v in values.items()]
    return "\n".join([f"{head}:", "", *lines]) if lines else ""


def _notes(runs: Sequence[Kept]) -> str:
    names = dict.fromkeys(name for run in runs for name in run.notes)
    lines = [
        f"- {name}: " + ", ".join(f"{run.notes[name]:.4g}" for run in runs)
        for name in names
    ]
    return "\n".join(["Run by run:", "", *lines]) if lines else ""


def _curves(row: Row, runs: Sequence[Kept]) -> str:
    """Write the points of all curves as one table; of several runs their means."""
    places: dict[float, dict[str, str]] = defaultdict(dict)
    curves = _over_seeds(runs)
    for name, points in curves.items():
        for x, y in points:
            places[x][name] = _spread(row, y)
    cells = [
        [f"{x:.4g}", *(found.get(name, "") for name in curves)]
        for x, found in sorted(places.items())
    ]
    head = [row.along, *(f"{name}, {row.unit}" for name in curves)]
    lines = [head, ["---"] * len(head), *cells] if cells else []
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _over_seeds(runs: Sequence[Kept]) -> dict[str, list[tuple[float, list[float]]]]:
    """Return each curve's points: the mean place of all runs, and their figures."""
    found: dict[str, list[tuple[float, list[float]]]] = defaultdict(list)
    for name, curves in by_name([run.curves for run in runs]).items():
        for same in zip(*curves, strict=True):  # a point of each run
            x, y = zip(*same, strict=True)
            found[name].append((mean(x), [*y]))
    return found


def _over_runs(row: Row, runs: Sequence[Kept]) -> str:
    outcomes = [Outcome(r.value, r.seconds, r.beside, r.notes) for r in runs]
    lines = [f"- {k}: {value:.4g}" for k, value in row.over_runs(outcomes).items()]
    return "\n".join(["Over the runs:", "", *lines]) if lines else ""


def _origin(run: Kept) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
    return f"commit {run.commit}, {versions}, {run.machine}"


def draw(row: Row, runs: Sequence[Kept]) -> Figure:
    """Draw each run as a point, beside baselines, published figures and the goal."""
    kinds = {
        "our runs": ("o", {"ours": [run.value for run in runs]}),
        "others in the same runs": ("s", _beside(runs)),
        "published": ("D", {k: [v] for k, v in row.published.items()}),
    }
    names = [name for _, group in kinds.values() for name in group]
    labels = [fill(name, LABEL) for name in names]
    lines = max(label.count("\n") + 1 for label in labels)
    figure, ax = plt.subplots(figsize=(MEDIUM, 1.8 + (0.2 + 0.13 * lines) * len(names)))
    for colour, (kind, (marker, group)) in zip(colours(), kinds.items(), strict=False):
        points = [
            (v, names.index(name)) for name, values in group.items() for v in values
        ]
        if points:
            x, y = zip(*points, strict=True)
            ax.plot(x, y, marker, color=colour, ms=7, alpha=0.8, label=kind)
    if row.aim is not None:
        ax.axvline(row.aim, ls="--", color="0.4", lw=1, zorder=0, label="goal")
    ax.set_yticks(range(len(names)), labels)
    ax.set_ylim(len(names) - 0.4, -0.6)
    better = "higher" if row.higher_is_better else "lower"
    ax.set(xlabel=f"{row.unit}, {better} is better")
    figure.suptitle(_finding(row, runs), x=0.01, ha="left")
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def draw_curves(row: Row, runs: Sequence[Kept]) -> Figure:
    """Draw the curves, the mean of all runs at each point."""
    curves = {
        name: ([x for x, _ in points], [mean(y) for _, y in points])
        for name, points in _over_seeds(runs).items()
    }
    better = "higher" if row.higher_is_better else "lower"
    ylabel = f"{row.unit}, {better} is better"
    log = "x" if row.unit == "dB" else "xy"  # decibels are a logarithm already
    return plots.paths(curves, row.along, ylabel, _finding(row, runs), log=log)


def _finding(row: Row, runs: Sequence[Kept]) -> str:
    """Say in a title what came out."""
    ours = f"{mean(run.value for run in runs):.{row.digits}f} {row.unit}"
    other = _best_other(row, runs)
    beside = "" if other == "-" else f", best of the others {other}"
    return fill(f"{row.title}: {ours}{beside}", TITLE)
