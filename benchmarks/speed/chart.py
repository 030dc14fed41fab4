"""The results as a figure."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from aelesson import plots
from benchmarks.speed.results import Results, Rounds, relative
from benchmarks.speed.ways import OURS, OURS_LOADER, TUTORIAL

BLUE, GREY, DARK = "#3f90da", "#b8bfc6", "#555b61"  # ours, the others, references


def draw(results: Results) -> Figure:
    """Draw speed, memory and both kinds of growth, each in its panel."""
    figure = Figure(
        figsize=(plots.WIDE, 6.6),
        layout=ConstrainedLayoutEngine(h_pad=0.12, w_pad=0.12),
    )
    (speed, memory), (images, code) = figure.subplots(2, 2)
    _draw_speed(speed, results)
    _draw_memory(memory, results)
    _draw_images(images, results)
    _draw_code(code, results)
    figure.suptitle(
        f"What training costs: one epoch of {results.plan.images:,} digits, in five "
        "ways and as the work grows",
        fontsize=13,
        x=0.01,
        ha="left",
    )
    return figure


def _draw_speed(ax: Axes, results: Results) -> None:
    ratio = results.time_ratios()[TUTORIAL].middle
    _draw_bars(ax, results.images_per_second(), "{:,.0f}")
    ax.set(
        xlabel="images per second (more is better)",
        title=f"fit is {ratio:.1f} times as fast as a tutorial's loop",
    )


def _draw_memory(ax: Axes, results: Results) -> None:
    ax.set(xlabel="peak memory above loading, MB (less is better)")
    if not results.megabytes:
        ax.set(title="Peak memory: not measured", xticks=[], yticks=[])
        ax.text(0.5, 0.5, "this platform does not tell it", ha="center", color=DARK)
        return
    _draw_bars(ax, results.megabytes, "{:,.0f}")
    floats = results.plan.images * 784 * 4 / 1e6
    ax.axvline(floats, color=DARK, ls="--", lw=1)
    ax.set(title=f"Dashed: all images as float32, {floats:,.0f} MB")


def _draw_bars(ax: Axes, values: Mapping[str, float], text: str) -> None:
    """Draw a bar per way, ours in colour, each with its number at the end."""
    colours = [BLUE if name in (OURS, OURS_LOADER) else GREY for name in values]
    bars = ax.barh(list(values), list(values.values()), height=0.6, color=colours)
    ax.bar_label(bars, fmt=text, padding=4)
    ax.margins(x=0.2)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.xaxis.set_major_formatter("{x:,.0f}")


def middles(values: Mapping[int, Rounds]) -> dict[int, float]:
    """Return how the times grow, without the spread."""
    return {size: ratio.middle for size, ratio in relative(values).items()}


def _draw_images(ax: Axes, results: Results) -> None:
    times = middles(results.by_images)
    first = next(iter(times))
    line = {count: count / first for count in times}
    _draw_growth(ax, list(line.values()), times, line, "straight line")
    last = next(reversed(times))
    ax.set(
        xlabel=f"times the images (1 is {first:,})",
        ylabel="times the time",
        title=f"{last / first:g} times the images take {times[last]:.1f} times as long",
    )
    ax.set(xlim=(0, None), ylim=(0, None))


def _draw_code(ax: Axes, results: Results) -> None:
    times, weights = middles(results.by_code), results.weight_ratios()
    _draw_growth(ax, list(range(len(times))), times, weights, "number of weights")
    ax.set_xticks(range(len(times)), [str(size) for size in times])
    first, last = next(iter(times)), next(reversed(times))
    ax.set(
        xlabel="size of the code",
        ylabel=f"times the time of code {first}",
        title=f"{last / first:g} times the code takes {times[last]:.1f} times as long",
        ylim=(0, 1.25 * max(*times.values(), *weights.values())),
    )


def _draw_growth(
    ax: Axes,
    x: list[float],
    times: Mapping[int, float],
    reference: Mapping[int, float],
    label: str,
) -> None:
    """Draw our times over what they are compared with."""
    ax.plot(
        x, list(reference.values()), "--", color=DARK, lw=1.2, zorder=3, label=label
    )
    ax.plot(x, list(times.values()), "-o", color=BLUE, ms=5, label=OURS)
    ax.legend(loc="upper left", reverse=True)
