"""The look of every figure."""

from importlib import resources
from pathlib import Path

import matplotlib.pyplot as plt

from aelesson import require

NARROW, MEDIUM, WIDE = 4.0, 7.0, 10.0  # widths of figures, in inches
STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def use_style() -> None:
    """Give every later figure the look of the course."""
    with resources.as_file(resources.files("aelesson") / "aelesson.mplstyle") as path:
        plt.style.use(Path(path))


def colours() -> list[str]:
    """Return the colours of lines, in their order."""
    return list(plt.rcParams["axes.prop_cycle"].by_key()["color"])


def check_words(**words: object) -> None:
    """Refuse labels and titles that are no text."""
    for name, value in words.items():
        require.kind(name, value, str)
