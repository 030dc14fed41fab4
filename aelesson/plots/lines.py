"""Figures of numbers: against epochs, against anything, as bars."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from aelesson import require
from aelesson.plots.style import MARKERS, MEDIUM, STYLES, check_words, colours

LOG = ("", "x", "y", "xy")  # which axes are logarithmic


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
    check_words(ylabel=ylabel, title=title)
    require.flag("log", log)
    require.mapping("runs", runs, "its parts")
    for run, parts in runs.items():
        check_lines(f"runs[{run!r}]", parts)
    figure, ax = plt.subplots(figsize=(MEDIUM, 3.4))
    for colour, (run, parts) in zip(cycle(colours()), runs.items(), strict=False):
        for style, (part, line) in zip(cycle(STYLES), parts.items(), strict=False):
            epochs = range(1, len(line) + 1)
            ax.plot(epochs, line, style, color=colour, label=f"{run}, {part}")
    ax.legend()
    if log:
        _log_scale(ax, "y")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel=ylabel, title=title)
    return figure


def lines(
    x: Sequence[float],
    values: Mapping[str, Sequence[float]],
    xlabel: str,
    ylabel: str,
    title: str,
    *,
    bands: Mapping[str, tuple[Sequence[float], Sequence[float]]] | None = None,
    log: str = "",
    markers: bool = True,
) -> Figure:
    """Draw quantities against a common axis, a colour, style and marker for each.

    Args:
        x: Positions on the horizontal axis.
        values: From label to one value per position.
        xlabel: What `x` is, with its unit.
        ylabel: What the values are, with their unit.
        title: The finding.
        bands: From some of the labels to the lower and the upper end of a band.
        log: The axes that are logarithmic: "", "x", "y" or "xy".
        markers: Whether to mark the positions; leave it out for dense curves.

    Raises:
        ValueError: If there is nothing to draw, or lengths differ from that of `x`.
    """
    check_words(xlabel=xlabel, ylabel=ylabel, title=title)
    require.choice("log", log, LOG)
    require.flag("markers", markers)
    require.numbers("x", x)
    check_lines("values", values)
    for label, band in ({} if bands is None else _dict("bands", bands)).items():
        _check_pair(f"bands[{label!r}]", band, "lower end", "upper end")
    lengths = {label: len(line) for label, line in values.items()}
    if set(lengths.values()) != {len(x)}:
        raise ValueError(f"x has {len(x)} positions, values has {lengths}")
    figure, ax = plt.subplots(figsize=(MEDIUM, 3.6))
    looks = zip(cycle(colours()), cycle(STYLES), cycle(MARKERS), strict=False)
    for (label, line), (colour, style, marker) in zip(
        values.items(), looks, strict=False
    ):
        shown = marker if markers else ""
        ax.plot(x, line, style, marker=shown, ms=5, color=colour, label=label)
        if bands and label in bands:
            ax.fill_between(x, *bands[label], color=colour, alpha=0.2, lw=0)
    for axis in log:
        _log_scale(ax, axis)
    ax.legend()
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return figure


def paths(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    xlabel: str,
    ylabel: str,
    title: str,
    *,
    marks: Mapping[str, float] | None = None,
    log: str = "",
) -> Figure:
    """Draw lines whose points have positions of their own, such as trade-offs.

    Args:
        curves: From label to the positions on the horizontal axis and as many values.
        xlabel: What the positions are, with their unit.
        ylabel: What the values are, with their unit.
        title: The finding.
        marks: From label to a position that gets a vertical line, with its label at
            the bottom: what has a cost only.
        log: The axes that are logarithmic: "", "x", "y" or "xy".

    Raises:
        ValueError: If there is nothing to draw, or a line's positions and values differ
            in number.
    """
    check_words(xlabel=xlabel, ylabel=ylabel, title=title)
    require.choice("log", log, LOG)
    require.mapping("curves", curves, "positions and values")
    for label, curve in curves.items():
        _check_pair(f"curves[{label!r}]", curve, "positions", "values")
    for label, position in ({} if marks is None else _dict("marks", marks)).items():
        require.number(f"marks[{label!r}]", position)
    figure, ax = plt.subplots(figsize=(MEDIUM, 4.2))
    looks = zip(cycle(colours()), cycle(STYLES), cycle(MARKERS), strict=False)
    for (label, (x, y)), (colour, style, marker) in zip(
        curves.items(), looks, strict=False
    ):
        ax.plot(x, y, style, marker=marker, ms=5, color=colour, label=label)
    for label, position in (marks or {}).items():
        ax.axvline(position, color="0.5", lw=1)
        place = (position, 0.02)
        ax.annotate(
            label,
            place,
            (-2, 0),
            ax.get_xaxis_transform(),
            "offset points",
            rotation=90,
            ha="right",
            va="bottom",
            fontsize=9,
            color="0.3",
        )
    for axis in log:
        _log_scale(ax, axis)
    ax.legend()
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return figure


def ladder(
    values: Mapping[str, float],
    xlabel: str,
    title: str,
    digits: int = 4,
    *,
    marks: Mapping[str, float] | None = None,
) -> Figure:
    """Draw one bar per method, from top to bottom, with its figure at the end.

    Args:
        values: From method to figure.
        xlabel: What the figures are, with their unit.
        title: The finding.
        digits: Decimals of the figures.
        marks: From label to a figure that the bars are compared with: a line across
            them, and a paler colour for bars beyond all lines.

    Raises:
        ValueError: If there is no value.
    """
    check_words(xlabel=xlabel, title=title)
    require.whole("digits", digits, at_least=0)
    require.mapping("values", values, "a number")
    for label, value in values.items():
        require.number(f"values[{label!r}]", value)
    figure, ax = plt.subplots(figsize=(MEDIUM, 0.8 + 0.4 * len(values)))
    bars = ax.barh(list(values), list(values.values()), height=0.6)
    ax.bar_label(bars, fmt=f"{{:.{digits}f}}", padding=4)
    if marks is not None:
        _draw_marks(ax, bars, _dict("marks", marks), digits)
    ax.margins(x=0.12)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel=xlabel, title=title)
    return figure


def _draw_marks(
    ax: Axes, bars: BarContainer, marks: Mapping[str, float], digits: int
) -> None:
    if not marks:
        return
    for label, value in marks.items():
        require.number(f"marks[{label!r}]", value)
        ax.axvline(value, color="0.2", ls="--", label=f"{label}: {value:.{digits}f}")
    for bar in bars:
        bar.set_alpha(0.45 if bar.get_width() > max(marks.values()) else 1)
    for text in ax.texts:  # in front of the lines
        text.set_bbox({"fc": "white", "ec": "none", "pad": 1})
    ax.figure.legend(loc="outside lower left")


def check_lines(name: str, values: object) -> None:
    """Ask for a dict of lines, each a sequence of numbers."""
    require.mapping(name, values, "numbers")
    for label, line in _dict(name, values).items():
        require.numbers(f"{name}[{label!r}]", line)


def _check_pair(name: str, value: object, first: str, second: str) -> None:
    """Ask for two sequences with equally many numbers."""
    x, y = require.couple(name, value, first, second)
    require.numbers(f"the {first} in {name}", x)
    require.numbers(f"the {second} in {name}", y)
    require.same_length(f"the {first} in {name}", x, f"the {second}", y)


def _dict(name: str, value: object) -> Mapping[str, Any]:
    require.kind(name, value, Mapping)
    assert isinstance(value, Mapping)
    return value


def _log_scale(ax: Axes, axis: str) -> None:
    """Make an axis logarithmic, with plain numbers at 1, 2 and 5."""
    ax.set(**{f"{axis}scale": "log"})
    line = getattr(ax, f"{axis}axis")
    line.set_major_locator(LogLocator(subs=(1, 2, 5)))
    line.set_major_formatter("{x:g}")
    line.set_minor_formatter(NullFormatter())
