"""Figures of pen strokes."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from aelesson import require
from aelesson.plots.style import WIDE, check_words, colours


def pen_rows(rows: Mapping[str, Sequence[Tensor]], title: str) -> Figure:
    """Show rows of pen strokes under each other, a red dot where each begins.

    The strokes of a column share one scale, on which all of them fit, so that they can
    be compared.

    Args:
        rows: From label to the places of the pen, `(L, 2)` for each stroke, of any
            lengths; equally many strokes in all rows.
        title: The finding.

    Raises:
        ValueError: If there is no row, the rows differ in length, or a stroke is not
            of shape `(L, 2)`.
    """
    check_words(title=title)
    require.mapping("rows", rows, "strokes")
    for label, row in rows.items():
        for stroke in require.sequence(f"rows[{label!r}]", row, "strokes (L, 2)", 0):
            require.finite_tensor(f"a stroke of rows[{label!r}]", stroke, "(L, 2)")
    counts = {len(row) for row in rows.values()}
    if len(counts) != 1 or 0 in counts:
        lengths = {label: len(row) for label, row in rows.items()}
        raise ValueError(f"rows has lengths {lengths}; each needs the same, above 0")
    columns = counts.pop()
    size = (WIDE, WIDE / (columns + 1) * len(rows) + 0.4)
    figure, grid = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for axes, (label, row) in zip(grid, rows.items(), strict=True):
        for ax, stroke, *column in zip(axes, row, *rows.values(), strict=True):
            _draw(ax, stroke, column)
        axes[0].set_ylabel(label, rotation=0, ha="right", va="center")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _draw(ax: Axes, stroke: Tensor, column: Sequence[Tensor]) -> None:
    """Draw one stroke in a square that holds those of its column, with a margin."""
    places = stroke.detach().cpu().numpy()
    ax.plot(places[:, 0], places[:, 1], lw=1.2)
    ax.plot(*places[0], "o", ms=4, color=colours()[2])
    every = torch.cat([each.detach().cpu() for each in column])
    low, high = every.amin(0), every.amax(0)
    middle, half = (low + high) / 2, 0.55 * float((high - low).max()) + 0.5
    ax.set(xlim=(float(middle[0]) - half, float(middle[0]) + half))
    ax.set(ylim=(float(middle[1]) - half, float(middle[1]) + half))
    ax.set(xticks=[], yticks=[], box_aspect=1)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
