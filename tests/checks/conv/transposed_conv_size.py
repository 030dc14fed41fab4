"""Answers to `transposed_conv_size`, in other people's words."""

import torch
from torch import nn


def by_building(size, kernel, stride, padding, output_padding):
    layer = nn.ConvTranspose1d(1, 1, kernel, stride, padding, output_padding)
    return layer(torch.zeros(1, 1, size)).shape[-1]


def by_painting(n, k, s, p, o):
    painted = {s * place + offset for place in range(n) for offset in range(k)}
    return max(painted) - min(painted) + 1 - 2 * p + o


RIGHT = [by_building, by_painting, lambda n, k, s, p, o: n * s - s - 2 * p + k + o]
WRONG = {
    "the kernel is missing": lambda n, k, s, p, o: (n - 1) * s - 2 * p + o,
    "with kernel - 1, add 1": lambda n, k, s, p, o: (n - 1) * s - 2 * p + (k - 1) + o,
    "add the argument": lambda n, k, s, p, o: by_painting(n, k, s, p, s - 1),
    "here the sides grow": lambda n, k, s, p, o: (n + 2 * p - k) // s + 1 + o,
    "got a float, expected an int": lambda *a: float(by_painting(*a)),
}
