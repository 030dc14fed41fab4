"""Answers to `encode_through`, in other people's words."""

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
    "only two encoders": lambda encoders, x: encoders[1](encoders[0](x)),
    "changed an encoder's mode": lambda e, x: nn.Sequential(*e).eval()(x),
    "its input encoders in place": popped,
    "no gradient flows back": lambda e, x: recursively(e, x).detach(),
    "encoders is a list": lambda encoders, x: encoders(x),
    "a NumPy array": lambda encoders, x: recursively(encoders, x).detach().numpy(),
}
