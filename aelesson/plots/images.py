"""Figures of images, of codes as blocks, and of maps with a scale."""

from collections.abc import Mapping
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from aelesson import require
from aelesson.plots.style import MEDIUM, NARROW, WIDE, check_words


def image_rows(rows: Mapping[str, Tensor], title: str = "") -> Figure:
    """Show rows of images, or of codes, under each other, one labelled row each.

    Rows of images share the scale 0 (black) to 1 (white, or full red, green and blue);
    what leaves it, as noise does, is drawn as its end. Codes are drawn as blocks of
    cells, all of the row on one scale from blue (negative) over white (0) to red.

    Args:
        rows: From label to images `(B, 1, H, W)` or `(B, 3, H, W)`, or to codes
            `(B, D)`, `B` the same in all.
        title: What the figure shows.

    Raises:
        ValueError: If there is no row, the rows differ in length, one has another
            shape, or its pixels are of another range, such as 0 to 255.
    """
    check_words(title=title)
    require.mapping("rows", rows, "images")
    for label, row in rows.items():
        require.finite_tensor(f"rows[{label!r}]", row)
    counts = {len(row) for row in rows.values()}
    if len(counts) != 1 or 0 in counts:
        lengths = {label: len(row) for label, row in rows.items()}
        raise ValueError(f"rows has lengths {lengths}; each needs the same, above 0")
    for label, row in rows.items():
        _require_row(label, row)
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


def image_sheet(images: Tensor, title: str, columns: int = 10) -> Figure:
    """Show many images edge to edge, row by row, as one sheet.

    Args:
        images: `(B, 1, H, W)`, shown from 0 (black) to 1 (white), or, in colour,
            `(B, 3, H, W)`.
        title: The finding.
        columns: Images in a row; the last row may have fewer.

    Raises:
        TypeError: If these are no float tensor.
        ValueError: If these are no pictures, their pixels are of another range, or
            `columns` is below 1.
    """
    check_words(title=title)
    require.images("images", images)
    require.finite("images", images)
    require.pixels("images", images)
    require.whole("columns", columns)
    count, channels, height, width = images.shape
    rows = ceil(count / columns)
    cells = np.zeros((rows * columns, channels, height, width), dtype=np.float32)
    cells[:count] = images.detach().cpu().numpy()
    grid = cells.reshape(rows, columns, channels, height, width)
    sheet = grid.transpose(2, 0, 3, 1, 4)  # (C, rows, H, columns, W)
    side = NARROW if columns <= 6 else MEDIUM
    size = (side, side * rows * height / (columns * width) + 0.3)
    figure, ax = plt.subplots(figsize=size)
    _draw_picture(ax, sheet.reshape(channels, rows * height, columns * width))
    _bare(ax)
    ax.set_title(title)
    return figure


def maps(values: Mapping[str, Tensor], title: str, signed: bool = False) -> Figure:
    """Show matrices side by side on one scale, with a bar that says what colours mean.

    Args:
        values: From label to a matrix `(H, W)`.
        title: The finding.
        signed: Whether 0 is the middle of the scale, white between blue and red.

    Raises:
        ValueError: If there is no map, or one is no matrix.
    """
    check_words(title=title)
    require.flag("signed", signed)
    require.mapping("values", values, "a matrix (H, W)")
    for label, each in values.items():
        require.finite_tensor(f"values[{label!r}]", each, "(H, W)")
    arrays = [each.detach().cpu().numpy() for each in values.values()]
    high = max(float(each.max()) for each in arrays)
    low = min(float(each.min()) for each in arrays)
    if signed:
        high = max(abs(low), abs(high), 1e-12)
        low = -high
    width = min(WIDE, 0.9 + 2.4 * len(arrays))
    figure, grid = plt.subplots(
        1, len(arrays), figsize=(width, 0.8 + width / len(arrays) * 0.85), squeeze=False
    )
    for ax, label, array in zip(grid[0], values, arrays, strict=True):
        shown = ax.imshow(
            array, vmin=low, vmax=high, cmap="RdBu_r" if signed else "viridis"
        )
        _bare(ax)
        ax.set_title(label, fontsize=10)
    figure.colorbar(shown, ax=grid[0].tolist(), shrink=0.8)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _draw(ax: Axes, values: NDArray[np.floating], bound: float) -> None:
    """Draw an image `(C, H, W)`, or a code `(D,)` from -bound to bound."""
    if values.ndim == 3:
        _draw_picture(ax, values, interpolation="nearest")
    else:
        ax.imshow(_block(values), vmin=-bound, vmax=bound, cmap="RdBu_r")
    _bare(ax)


def _draw_picture(
    ax: Axes, values: NDArray[np.floating], interpolation: str | None = None
) -> None:
    """Draw an image `(1, H, W)` in grey, or `(3, H, W)` in its colours."""
    if len(values) == 1:
        ax.imshow(values[0], vmin=0, vmax=1, cmap="gray", interpolation=interpolation)
    else:
        shown = values.astype(np.float32).transpose(1, 2, 0).clip(0, 1)
        ax.imshow(shown, interpolation=interpolation)


def _require_row(label: str, row: Tensor) -> None:
    """Refuse what is neither a row of images nor one of codes."""
    if row.dim() == 4 and row.shape[1] in (1, 3):
        require.pixels(f"rows[{label!r}]", row)
    elif row.dim() != 2:
        raise ValueError(
            f"rows[{label!r}] has shape {tuple(row.shape)}; it must hold images, "
            "(B, 1, H, W) or (B, 3, H, W), or codes, (B, D)"
        )


def _bare(ax: Axes) -> None:
    """Take everything away but the picture."""
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
