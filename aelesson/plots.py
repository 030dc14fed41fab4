"""Figures: arrays in, `Figure` out."""

from collections.abc import Mapping, Sequence
from importlib import resources
from itertools import cycle
from math import ceil
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray
from torch import Tensor

NARROW, MEDIUM, WIDE = 4.0, 7.0, 10.0  # widths of figures, in inches
_STYLES = ("-", "--", "-.", ":")


def use_style() -> None:
    """Give every later figure the look of the course."""
    with resources.as_file(resources.files("aelesson") / "aelesson.mplstyle") as path:
        plt.style.use(Path(path))


def image_rows(rows: Mapping[str, Tensor], title: str = "") -> Figure:
    """Show rows of images, or of codes, under each other, one labelled row each.

    Rows of images share the scale 0 (black) to 1 (white). Anything else, such as
    codes of shape `(B, D)`, is drawn as blocks of cells, all of the row on one scale
    from blue (negative) over white (0) to red.

    Args:
        rows: From label to images `(B, 1, H, W)` or codes `(B, D)`, `B` the same
            in all.
        title: What the figure shows.

    Raises:
        ValueError: If there is no row, or the rows differ in length.
    """
    counts = {len(row) for row in rows.values()}
    if len(counts) != 1 or 0 in counts:
        lengths = {label: len(row) for label, row in rows.items()}
        raise ValueError(f"rows has lengths {lengths}; each needs the same, above 0")
    columns = counts.pop()
    label_width = 0.3 + 0.08 * max(map(len, rows))
    cell = (WIDE - label_width) / columns
    size = (WIDE, cell * len(rows) + 0.35 * bool(title))
    figure, grid = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for axes, (label, row) in zip(grid, rows.items(), strict=True):
        values = row.detach().cpu().numpy()
        for ax, picture in zip(axes, values, strict=True):
            _draw(ax, picture, bound=max(float(np.abs(values).max()), 1e-6))
        axes[0].set_ylabel(label, rotation=0, ha="right", va="center")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def curves(
    runs: Mapping[str, Mapping[str, Sequence[float]]],
    ylabel: str,
    title: str,
    log: bool = True,
) -> Figure:
    """Draw figures per epoch as lines: a colour per run, a line style per part.

    Args:
        runs: From run to its parts, such as "train" and "validation", and from part
            to one value per epoch.
        ylabel: What the values are, with their unit.
        title: The finding.
        log: Whether the vertical axis is logarithmic.

    Raises:
        ValueError: If there is no run, or one without values.
    """
    lines = [line for parts in runs.values() for line in parts.values()]
    if not lines or not all(len(line) for line in lines):
        raise ValueError("runs holds no values to draw")
    figure, ax = plt.subplots(figsize=(MEDIUM, 3.4))
    for colour, (run, parts) in zip(cycle(_colours()), runs.items(), strict=False):
        for style, (part, line) in zip(cycle(_STYLES), parts.items(), strict=False):
            epochs = range(1, len(line) + 1)
            ax.plot(epochs, line, style, color=colour, label=f"{run}, {part}")
    ax.legend()
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set(xlabel="epoch", ylabel=ylabel, title=title)
    return figure


def ladder(values: Mapping[str, float], xlabel: str, title: str) -> Figure:
    """Draw one bar per method, from top to bottom, with its figure at the end.

    Args:
        values: From method to figure.
        xlabel: What the figures are, with their unit.
        title: The finding.

    Raises:
        ValueError: If there is no value.
    """
    if not values:
        raise ValueError("values is empty: there is nothing to draw")
    figure, ax = plt.subplots(figsize=(MEDIUM, 0.8 + 0.4 * len(values)))
    bars = ax.barh(list(values), list(values.values()), height=0.6)
    ax.bar_label(bars, fmt="{:.4f}", padding=4)
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel=xlabel, title=title)
    return figure


def codes_3d(codes: Tensor, labels: Tensor, title: str) -> Figure:
    """Show 3-D codes as a cloud of digits, from two sides.

    Each point is drawn as its digit, so that colour is not the only sign.

    Args:
        codes: Shape `(B, 3)`.
        labels: The digits 0 to 9, shape `(B,)`.
        title: The finding.

    Raises:
        ValueError: If the codes are not three-dimensional.
    """
    if codes.dim() != 2 or codes.shape[1] != 3:
        raise ValueError(f"codes has shape {tuple(codes.shape)}, expected (B, 3)")
    figure = plt.figure(figsize=(WIDE, 4.8))
    points, digits = codes.detach().cpu().numpy(), labels.cpu().numpy()
    for place, azimuth in enumerate((-60, 30), start=1):
        ax = figure.add_subplot(1, 2, place, projection="3d", azim=azimuth)
        for digit, colour in zip(np.unique(digits), _colours(), strict=False):
            chosen = points[digits == digit].T
            ax.scatter(*chosen, marker=f"${digit}$", s=40, color=colour, lw=0.2)
        ax.set(xlabel="$z_1$", ylabel="$z_2$", zlabel="$z_3$")
        ax.set_box_aspect(None, zoom=0.9)
        ax.locator_params(nbins=4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _draw(ax: Axes, values: NDArray[np.floating], bound: float) -> None:
    """Draw an image `(1, H, W)` in grey, or a code `(D,)` from -bound to bound."""
    if values.ndim == 3:
        ax.imshow(values[0], vmin=0, vmax=1, cmap="gray")
    else:
        ax.imshow(_block(values), vmin=-bound, vmax=bound, cmap="RdBu_r")
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _block(code: NDArray[np.floating]) -> NDArray[np.floating]:
    """Lay a code out as a block, full if a width up to twice its height allows it."""
    root = ceil(len(code) ** 0.5)
    width = next((w for w in range(root, 2 * root) if len(code) % w == 0), root)
    cells = np.full(ceil(len(code) / width) * width, np.nan)
    cells[: len(code)] = code
    return cells.reshape(-1, width)


def _colours() -> list[str]:
    return list(plt.rcParams["axes.prop_cycle"].by_key()["color"])
