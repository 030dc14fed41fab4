"""Answers to the exercises of lesson 04 that return a whole number."""

import math
from itertools import accumulate

import numpy as np
import torch
from torch import nn

from .answers import Wrong

# conv_size: right


def conv_reference(size, kernel, stride, padding):
    return (size + 2 * padding - kernel) // stride + 1


def conv_by_counting(n, k, s, p):
    return len(range(-p, n + p - k + 1, s))


def conv_by_building(size, kernel, stride, padding):
    layer = nn.Conv2d(1, 1, kernel, stride, padding)
    return layer(torch.zeros(1, 1, size, size)).shape[-1]


def conv_by_floor(size, kernel, stride, padding):
    return math.floor((size + 2 * padding - (kernel - 1) - 1) / stride + 1)


def conv_by_numpy(size, kernel, stride, padding):
    padded = np.pad(np.zeros(size), padding)
    return np.lib.stride_tricks.sliding_window_view(padded, kernel)[::stride].shape[0]


CONV_RIGHT = [
    conv_reference,
    conv_by_counting,
    conv_by_building,
    conv_by_floor,
    conv_by_numpy,
]
CONV_WRONG = [
    Wrong(lambda n, k, s, p: (n + 2 * p - k) // s, "the + 1 is missing"),
    Wrong(lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1, "you round up"),
    Wrong(lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1, "you round up"),
    Wrong(lambda n, k, s, p: (n + 2 * p - k + 1) // s, "belongs behind the division"),
    Wrong(lambda n, k, s, p: (n + p - k) // s + 1, "on both sides: add 2 * padding"),
    Wrong(lambda n, k, s, p: (n - k) // s + 1, "the padding is missing"),
    Wrong(lambda n, k, s, p: (n - k) // s + 1 + 2 * p, "add it inside the division"),
    Wrong(lambda n, k, s, p: (n - 2 * p - k) // s + 1, "you subtract the padding"),
    Wrong(lambda n, k, s, p: n + 2 * p - k + 1, "the stride is missing"),
    Wrong(lambda n, k, s, p: (n + 2 * p) // s, "the kernel is missing"),
    Wrong(lambda n, k, s, p: (n + 2 * p) // s + 1, "the kernel is missing"),
    Wrong(lambda n, k, s, p: (n - 1) * s - 2 * p + k, "of a transposed convolution"),
    Wrong(lambda n, k, s, p: (n + 2 * p - k) / s + 1, "(float), expected an int"),
    Wrong(lambda n, k, s, p: round((n + 2 * p - k) / s) + 1, "you round up"),
    Wrong(lambda n, k, s, p: n // s, "size // stride holds for some kernels"),
    Wrong(lambda n, k, s, p: torch.tensor(conv_reference(n, k, s, p)), "`.item()`"),
    Wrong(lambda n, k, s, p: (conv_reference(n, k, s, p),) * 2, "expected an int"),
    Wrong(lambda size, kernel: size - kernel + 1, "called with 4 arguments"),
]
# transposed_conv_size: right


def transposed_reference(size, kernel, stride, padding, output_padding):
    return (size - 1) * stride - 2 * padding + kernel + output_padding


def transposed_by_building(size, kernel, stride, padding, output_padding):
    layer = nn.ConvTranspose1d(1, 1, kernel, stride, padding, output_padding)
    return layer(torch.zeros(1, 1, size)).shape[-1]


def transposed_as_documented(n, k, s, p, o):
    return (n - 1) * s - 2 * p + 1 * (k - 1) + o + 1


def transposed_by_painting(n, k, s, p, o):
    painted = {s * place + offset for place in range(n) for offset in range(k)}
    return max(painted) - min(painted) + 1 - 2 * p + o


TRANSPOSED_RIGHT = [
    transposed_reference,
    transposed_by_building,
    transposed_as_documented,
    transposed_by_painting,
]
TRANSPOSED_WRONG = [
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k, "output_padding is missing"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k + 2 * o, "do not double it"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k - o, "larger: add it"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s + 2 * p + k + o, "cut off the result"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - p + k + o, "cut off both sides"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s + k + o, "the padding is missing"),
    Wrong(lambda n, k, s, p, o: n * s - 2 * p + k + o, "there are size - 1 steps"),
    Wrong(lambda n, k, s, p, o: n - 1 - 2 * p + k + o, "the stride is missing"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + o, "the kernel is missing"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k - 1 + o, "also add 1."),
    Wrong(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1, "here the sides grow"),
    Wrong(lambda n, k, s, p, o: (n + 2 * p - k) // s + 1 + o, "the sides grow"),
    Wrong(lambda n, k, s, p, o: n * s, "size * stride holds for some kernels"),
    Wrong(lambda n, k, s, p, o: (n - 1) * s - 2 * p + k + s - 1, "stride - 1 is not"),
    Wrong(lambda n, k, s, p, o: n * s + o, "size * stride holds for some"),
    Wrong(lambda n, k, s, p, o: float((n - 1) * s - 2 * p + k + o), "(float)"),
    Wrong(lambda *a: torch.tensor(transposed_reference(*a)), "Call `.item()`"),
    Wrong(lambda n, k, s, p: (n - 1) * s - 2 * p + k, "called with 5 arguments"),
]

# receptive_field: right


def field_reference(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def field_from_the_top(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


def field_recursive(layers):
    if not layers:
        return 1
    (kernel, stride), *above = layers
    return kernel + stride * (field_recursive(above) - 1)


def field_by_numpy(layers):
    kernels = np.array([kernel for kernel, _ in layers], dtype=int)
    steps = list(accumulate((s for _, s in layers), int.__mul__, initial=1))
    return 1 + ((kernels - 1) * np.array(steps[:-1], dtype=int)).sum()


FIELD_RIGHT = [
    field_reference,
    field_from_the_top,
    field_recursive,
    field_by_numpy,
]


def loop(start=1, first=1, grow=lambda k, s, step: (k - 1) * step, move=int.__mul__):
    """Return a `receptive_field` that goes up the layers in its own way."""

    def receptive_field(layers):
        field, step = start, first
        for kernel, stride in layers:
            field += grow(kernel, stride, step)
            step = move(step, stride)
        return field

    return receptive_field


def field_that_eats_its_layers(layers):
    field = 1
    while layers:
        kernel, stride = layers.pop()
        field = (field - 1) * stride + kernel
    return field


def field_from_layers_turned_round(layers):
    layers.reverse()
    return field_from_the_top(layers[::-1])


def field_with_directly_below(layers):
    field, below = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * below
        below = stride
    return field


FIELD_WRONG = [
    Wrong(loop(grow=lambda k, s, step: k - 1), "the strides are missing"),
    Wrong(loop(start=0), "the start is missing"),
    Wrong(loop(grow=lambda k, s, step: (k - 1) * step * s), "own stride moves the"),
    Wrong(lambda layers: field_reference(layers[::-1]), "the wrong way round"),
    Wrong(lambda layers: field_from_the_top(layers[::-1]), "the wrong way round"),
    Wrong(loop(grow=lambda k, s, step: k * step), "a layer adds kernel - 1 steps"),
    Wrong(loop(0, grow=lambda k, s, step: k * step), "a layer adds kernel - 1 steps"),
    Wrong(field_with_directly_below, "only the stride directly below counts"),
    Wrong(loop(move=int.__add__), "strides multiply, they do not add up"),
    Wrong(lambda layers: math.prod(k for k, _ in layers), "kernels do not multiply"),
    Wrong(lambda layers: sum(k for k, _ in layers), "kernels do not simply add up"),
    Wrong(lambda layers: layers[-1][0], "that is the last layer alone"),
    Wrong(lambda layers: field_reference(layers) ** 2, "that is the area"),
    Wrong(lambda layers: math.prod(s for _, s in layers), "the step between"),
    Wrong(lambda layers: field_reference(layers) if layers else 0, "with no layer"),
    Wrong(lambda layers: float(field_reference(layers)), "(float), expected an int"),
    Wrong(field_that_eats_its_layers, "Work on a copy: list(layers)."),
    Wrong(field_from_layers_turned_round, "Work on a copy: list(layers)."),
    Wrong(
        lambda layers: field_reference([(s, k) for k, s in layers]),
        "each pair is (kernel, stride)",
    ),
    Wrong(lambda kernel, stride: kernel, "called with 1 argument: (layers)"),
]
