"""Answers to `receptive_field`, in other people's words."""

from functools import reduce


def from_the_top(layers):
    return reduce(lambda field, up: (field - 1) * up[1] + up[0], layers[::-1], 1)


def recursive(layers):
    if not layers:
        return 1
    (kernel, stride), *above = layers
    return kernel + stride * (recursive(above) - 1)


RIGHT = [from_the_top, recursive, lambda layers: int(from_the_top(layers))]
WRONG = {
    "Work on a copy: list(layers).": lambda a: a.reverse() or recursive(a),
    "the wrong way round": lambda layers: from_the_top(layers[::-1]),
    "kernels overlap": lambda layers: sum(k for k, _ in layers),
    "with no layer": lambda layers: from_the_top(layers) if layers else 0,
    "got a float, expected an int": lambda layers: float(from_the_top(layers)),
}
