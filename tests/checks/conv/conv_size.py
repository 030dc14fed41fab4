"""Answers to `conv_size`, in other people's words."""

import math

import torch
from torch import nn


def by_building(size, kernel, stride, padding):
    layer = nn.Conv2d(1, 1, kernel, stride, padding)
    return layer(torch.zeros(1, 1, size, size)).shape[-1]


def by_floor(size, kernel, stride, padding):
    return math.floor((size + 2 * padding - (kernel - 1) - 1) / stride + 1)


RIGHT = [by_building, by_floor, lambda n, k, s, p: len(range(0, n + 2 * p - k + 1, s))]
WRONG = {
    "this holds for some kernels": lambda n, k, s, p: -(-n // s),
    "divide once": lambda n, k, s, p: n // s + (2 * p) // s - k // s + 1,
    "add it before you divide": lambda n, k, s, p: (n - k) // s + 1 + 2 * p,
    "the kernel is missing": lambda n, k, s, p: (n + 2 * p) // s + 1,
    "Call `.item()`": lambda *a: torch.tensor(by_floor(*a)),
}
