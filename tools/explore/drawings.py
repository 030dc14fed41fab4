"""Drawings that a pen makes: digits, and what is none, as pixels of 28 x 28.

A drawing is a list of strokes, a stroke a list of points `(x, y)` on paper of
100 x 100. `pixels` prepares it as `ink.js` does, so that what is measured on these
drawings holds for the pad.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Drawing = list[Points]

FULL = 100
SIDE, BOX, RADIUS, SMALLEST = 28, 20, 1.2, 0.1  # as in ink.js
SMOOTH = 8  # points between two of a template
HAND = 2.5  # standard deviation of a point of a template, of 100

DIGITS = {
    "0": "50,10 25,25 20,50 28,78 50,90 72,78 80,50 74,25 50,10",
    "1": "54,8 48,92",
    "2": "25,30 35,12 60,10 74,28 62,50 25,88 | 25,88 78,86",
    "3": "28,16 50,8 70,22 62,42 44,48 | 44,48 68,54 74,74 54,92 26,84",
    "4": "35,8 25,55 | 25,55 78,52 | 66,10 62,92",
    "5": "72,10 34,12 | 34,12 30,45 | 30,45 58,40 74,60 62,86 28,86",
    "6": "64,8 38,32 28,65 42,90 66,84 68,62 50,54 32,66",
    "7": "24,14 76,12 | 76,12 44,92",
    "8": "68,22 48,9 32,22 44,44 64,62 62,84 44,92 30,78 40,56 62,38 68,22",
    "9": "68,30 52,10 32,24 36,44 56,46 68,30 | 68,30 64,60 56,92",
}
# Letters that look like no digit.
LETTERS = {
    "A": "50,8 22,92 | 50,8 78,92 | 33,60 67,60",
    "E": "74,10 28,10 | 28,10 28,90 | 28,90 74,90 | 28,50 66,50",
    "F": "74,10 28,10 | 28,10 28,92 | 28,48 66,48",
    "H": "26,8 26,92 | 74,8 74,92 | 26,50 74,50",
    "K": "28,8 28,92 | 74,8 28,52 | 28,52 76,92",
    "M": "18,92 24,8 | 24,8 50,62 | 50,62 76,8 | 76,8 82,92",
    "N": "24,92 24,8 | 24,8 76,92 | 76,92 76,8",
    "R": "28,8 28,92 | 28,8 64,14 68,34 56,48 28,50 | 28,50 74,92",
    "T": "18,10 82,10 | 50,10 50,92",
    "W": "14,8 32,92 | 32,92 50,30 | 50,30 68,92 | 68,92 86,8",
    "X": "22,8 78,92 | 78,8 22,92",
    "Y": "22,8 50,48 | 78,8 50,48 | 50,48 50,92",
}


def template(text: str) -> Drawing:
    """Return the strokes of a text such as `"1,2 3,4 | 5,6 7,8"`."""
    return [
        np.array([point.split(",") for point in stroke.split()], float)
        for stroke in text.split("|")
    ]


def smooth(points: Points) -> Points:
    """Lead a curve through points (Catmull and Rom, 1974)."""
    p = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, SMOOTH, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])


def by_hand(drawing: Drawing, random: np.random.Generator) -> Drawing:
    """Draw a template as a hand would: turned, sheared, stretched, not quite exact."""
    turn = random.normal(0, 0.1)
    shear, stretch = random.normal(0, 0.15), random.uniform(0.8, 1.2)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    change = rotate @ np.array([[stretch, shear], [0, 1]])
    return [
        smooth((p - FULL / 2) @ change.T + random.normal(0, HAND, p.shape)) + FULL / 2
        for p in drawing
    ]


# ---- kinds of drawings --------------------------------------------------------------


def digit(n: int, random: np.random.Generator) -> Drawing:
    """Return a digit."""
    return by_hand(template(DIGITS[str(n % 10)]), random)


def letter(n: int, random: np.random.Generator) -> Drawing:
    """Return a letter."""
    return by_hand(template(list(LETTERS.values())[n % len(LETTERS)]), random)


def half(n: int, random: np.random.Generator) -> Drawing:
    """Return the upper half of a digit other than 1, whose half is a 1."""
    whole = digit((0, 2, 3, 4, 5, 6, 7, 8, 9)[n % 9], random)
    kept = (np.split(p, np.flatnonzero(np.diff(p[:, 1] < FULL / 2)) + 1) for p in whole)
    return [run for runs in kept for run in runs if run[0, 1] < FULL / 2]


def two(n: int, random: np.random.Generator) -> Drawing:
    """Return two digits side by side."""
    left, right = (digit(int(d), random) for d in random.integers(0, 10, 2))
    return [*left, *(p + np.array([70, 0]) for p in right)]


def scribble(n: int, random: np.random.Generator) -> Drawing:
    """Return a curve through ten points at random."""
    return [smooth(random.uniform(0, FULL, (10, 2)))]


KINDS: dict[str, Callable[[int, np.random.Generator], Drawing]] = {
    "digits": digit,
    "half digits": half,
    "two digits": two,
    "letters": letter,
    "scribbles": scribble,
}


def sheet(kind: str, count: int, seed: int) -> NDArray[np.float32]:
    """Return drawings of one kind, `(count, 1, 28, 28)`, in [0, 1]."""
    random = np.random.default_rng(seed)
    return np.stack([pixels(KINDS[kind](n, random))[None] for n in range(count)])


# ---- the ink ------------------------------------------------------------------------


def pixels(drawing: Drawing) -> NDArray[np.float32]:
    """Return a drawing in [0, 1], `(28, 28)`, as `digitOf` of ink.js does."""
    points = np.concatenate(drawing)
    low, high = points.min(0), points.max(0)
    size = max(*(high - low), SMALLEST * FULL)
    scale = (BOX - 2 * RADIUS) / size
    centred = [scale * (p - (low + high) / 2) for p in drawing]
    middle = np.full(2, SIDE / 2)
    mass = _centre(_ink([p + middle for p in centred]))
    return _ink([p + 2 * middle - mass for p in centred])


def _ink(drawing: Drawing) -> NDArray[np.float32]:
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    places = np.stack([columns, rows], -1)  # (28, 28, 2)
    image = np.zeros((SIDE, SIDE))
    for p in drawing:
        for start, end in pairwise(p):
            line = end - start
            along = (places - start) @ line / (line @ line or 1)
            foot = start + along.clip(0, 1)[..., None] * line
            distance = np.linalg.norm(places - foot, axis=-1)
            image = np.maximum(image, (RADIUS + 0.5 - distance).clip(0, 1))
    return image.astype(np.float32)


def _centre(image: NDArray[np.float32]) -> Points:
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    sums = [(image * columns).sum(), (image * rows).sum()]
    centre: Points = np.array(sums, float) / image.sum()
    return centre
