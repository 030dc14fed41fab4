"""What was measured at full size, for lessons to show beside their own figures.

`make reproduce` measures, most rows on all of MNIST, writes `docs/results.md`, and
keeps in `results.json`, which is installed with the package, what this module reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from statistics import mean
from textwrap import fill
from typing import Any

from aelesson import require

OURS = "ours"
MNIST, TEST = "All of MNIST", "test images"  # what most rows are about
WIDTH = 88  # letters in a line

Points = tuple[tuple[float, float], ...]
Path = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class FullSize:
    """A row of `docs/results.md`; `print` shows it as a table, and how ours were made.

    Attributes:
        title: What is trained and measured.
        unit: Of all figures of the row.
        digits: Decimals to show.
        higher_is_better: Whether larger figures are better ones.
        settings: What the runs did, in words.
        remark: What a reader must know to compare.
        ours: The figure of each run.
        seconds: Of training, of each run.
        beside: Baselines and controls: a figure for each of the same runs.
        published: Published figures, by their source.
        notes: Other figures of the runs, by their name, in units of their own.
        data: What was trained on.
        judged: What the row's figures are of.
        along: What its curves run along, with the unit; empty without curves.
        curves: The figure of ours and of others along it, by name: for each run its
            points, from left to right.
    """

    title: str
    unit: str
    digits: int
    higher_is_better: bool
    settings: str
    remark: str
    ours: tuple[float, ...]
    seconds: tuple[float, ...]
    beside: Mapping[str, tuple[float, ...]]
    published: Mapping[str, float]
    notes: Mapping[str, tuple[float, ...]]
    data: str = MNIST
    judged: str = TEST
    along: str = ""
    curves: Mapping[str, tuple[Points, ...]] = field(default_factory=dict)

    def mean(self, name: str = OURS) -> float:
        """Return the mean over runs of our figure, or of another one of the row.

        Args:
            name: A key of `beside`, `published` or `notes`; ours without.

        Raises:
            ValueError: If the row has no such figure; the message lists them.
        """
        single = {source: (value,) for source, value in self.published.items()}
        found = {OURS: self.ours, **self.beside, **single, **self.notes}
        require.choice("name", name, found)
        return mean(found[name])

    def paths(self) -> dict[str, Path]:
        """Return the curves as `plots.paths` takes them: means over runs, by point."""
        return {name: _mean_path(runs) for name, runs in self.curves.items()}

    def __str__(self) -> str:
        better = "higher" if self.higher_is_better else "lower"
        runs = "1 run" if len(self.ours) == 1 else f"{len(self.ours)} runs"
        figures = {OURS: self.ours, **self.beside}
        figures |= {f"published: {k}": (v,) for k, v in self.published.items()}
        spreads = {name: self._spread(values) for name, values in figures.items()}
        width = max(map(len, spreads.values()))
        lines = [f"    {spread:{width}}  {name}" for name, spread in spreads.items()]
        head = f"{self.data}, {runs}; {self.unit} on {self.judged}, {better} is better"
        how = fill(f"(ours: {self.settings.split('. ')[0].rstrip('.')})", WIDTH)
        return "\n".join([self.title, head, *lines, how])

    def _spread(self, values: tuple[float, ...]) -> str:
        middle, low, high = (
            f"{value:.{self.digits}f}"
            for value in (mean(values), min(values), max(values))
        )
        return middle if low == high else f"{middle} ({low} to {high})"


def _mean_path(runs: tuple[Points, ...]) -> Path:
    same = list(zip(*runs, strict=True))  # each point, in every run
    positions = tuple(mean(x for x, _ in points) for points in same)
    return positions, tuple(mean(y for _, y in points) for points in same)


def full_size(row: str) -> FullSize:
    """Return what was measured at full size for a row of `docs/results.md`.

    Args:
        row: Its name there, such as `"autoencoder"` or `"one-class"`.

    Returns:
        The row; `print` shows our figure, its range over runs, and all beside it.

    Raises:
        ValueError: If no such row was measured; the message lists those that were.
    """
    measured = _read()
    require.choice("row", row, measured)
    kept = measured[row]
    runs = {name: tuple(kept[name]) for name in ("ours", "seconds")}
    by_name = {
        group: {name: tuple(values) for name, values in kept[group].items()}
        for group in ("beside", "notes")
    }
    curves = {
        name: tuple(tuple((x, y) for x, y in run) for run in each)
        for name, each in kept["curves"].items()
    }
    return FullSize(**{**kept, **runs, **by_name, "curves": curves})


def _read() -> dict[str, dict[str, Any]]:
    path = resources.files("aelesson.course") / "results.json"
    kept: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return kept
