"""Figures of numbers in rows and columns."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from aelesson import require
from aelesson.plots.lines import check_lines
from aelesson.plots.style import MEDIUM, check_words


def matrix(
    values: Mapping[str, Sequence[float]],
    columns: Sequence[str],
    xlabel: str,
    title: str,
    digits: int = 3,
    *,
    middle: float | None = None,
) -> Figure:
    """Draw a table of figures, each in its cell, on a colour that tells its size.

    Ratios have a middle, such as 1: a half is as blue as a double is red, and what is
    four times or a quarter has the darkest colours.

    Args:
        values: From the label of a row to one figure per column.
        columns: The labels of the columns.
        xlabel: What the columns are, and the figures' unit.
        title: The finding.
        digits: Decimals of the figures.
        middle: The figure that is drawn white; then all must be above 0.

    Raises:
        ValueError: If there is no row, or one has not a figure per column, or a figure
            is not above 0 where there is a middle.
    """
    check_words(xlabel=xlabel, title=title)
    require.whole("digits", digits, at_least=0)
    for column in require.sequence("columns", columns, "labels"):
        require.kind("a label in columns", column, str)
    check_lines("values", values)
    lengths = {label: len(row) for label, row in values.items()}
    if set(lengths.values()) != {len(columns)}:
        raise ValueError(f"columns has {len(columns)} labels, values has {lengths}")
    rows = list(values.values())
    figure, ax = plt.subplots(figsize=(MEDIUM, 1.0 + 0.45 * len(rows)))
    shades, bright = _shades(rows, middle)
    if middle is None:
        ax.imshow(shades, cmap="viridis", aspect="auto")
    else:
        ax.imshow(shades, cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto")
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            ink = "black" if bright[y, x] else "white"
            ax.text(x, y, f"{value:.{digits}f}", color=ink, ha="center", va="center")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), list(values))
    ax.grid(visible=False)
    ax.set(xlabel=xlabel, title=title)
    return figure


def _shades(
    rows: Sequence[Sequence[float]], middle: float | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return what a matrix is coloured by, and which of its cells are bright."""
    values = np.array(rows, dtype=float)
    if middle is None:
        return values, values >= (values.max() + values.min()) / 2
    require.number("middle", middle, above=0)
    if values.min() <= 0:
        raise ValueError(f"values has {values.min():g}; a ratio must be above 0")
    shades = np.log2(values / middle)
    return shades, np.abs(shades) < 1.3
