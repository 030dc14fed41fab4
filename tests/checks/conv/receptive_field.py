"""Answers to `receptive_field`, in other people's words."""

from functools import reduce
from itertools import accumulate

import numpy as np


def from_the_top(layers):
    return reduce(lambda field, up: (field - 1) * up[1] + up[0], layers[::-1], 1)


def recursive(layers):
    if not layers:
        return 1
    (kernel, stride), *above = layers
    return kernel + stride * (recursive(above) - 1)


def by_numpy(layers):
    kernels = np.array([kernel for kernel, _ in layers], dtype=int)
    steps = list(accumulate((s for _, s in layers), int.__mul__, initial=1))
    return 1 + ((kernels - 1) * np.array(steps[:-1], dtype=int)).sum()


RIGHT = [from_the_top, recursive, by_numpy]
WRONG = {
    "Work on a copy: list(layers).": lambda layers: (
        layers.reverse() or recursive(layers)
    ),
    "the wrong way round": lambda layers: from_the_top(layers[::-1]),
    "kernels do not add up": lambda layers: sum(k for k, _ in layers),
    "with no layer": lambda layers: from_the_top(layers) if layers else 0,
    "got a float, expected an int": lambda layers: float(from_the_top(layers)),
}
