"""Answers to `encode_through`, in other people's words."""

from copy import deepcopy
from functools import reduce

from torch import nn


def recursively(encoders, x):
    first, *others = encoders
    return recursively(others, first(x)) if others else first(x)


def popped(encoders, x):
    while encoders:
        x = encoders.pop(0)(x)
    return x


RIGHT = [
    lambda layers, images: nn.Sequential(*layers)(images),
    lambda encoders, x: reduce(lambda code, e: e(code), encoders, x),
    recursively,
]
WRONG = {
    "loop over all": lambda e, x: e[1](e[0](x)) if len(e) > 1 else e[0](x),
    "is another than before": lambda e, x: nn.Sequential(*e).eval()(x),
    "its input encoders in place": popped,
    "is it a copy": lambda encoders, x: recursively(deepcopy(encoders), x),
}
