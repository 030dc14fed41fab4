"""Answers to `count_parameters`, in other people's words."""

from itertools import pairwise

import numpy as np


def by_closed_form(sizes):
    ends = sum(sizes[1:]) + sum(sizes[:-1])
    return 2 * sum(n * m for n, m in pairwise(sizes)) + ends


def by_numpy(sizes):
    layers = np.array(sizes + sizes[-2::-1])
    return (layers[:-1] * layers[1:]).sum() + layers[1:].sum()


RIGHT = [by_closed_form, by_numpy]
WRONG = {
    "are they looked up by value": lambda sizes: sum(
        2 * a * b + a + b for a, b in set(pairwise(sizes))
    ),
    "the right one plus 1": lambda sizes: by_closed_form(sizes) + 1,
    "sizes has no effect": lambda sizes: 222384,
}
