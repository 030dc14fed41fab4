"""Answers to the exercises of lesson 01 that return a number."""

import math
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from .answers import Wrong


def mirrored(sizes):
    return sizes + sizes[-2::-1]


# count_parameters: right


def count_by_pairs(sizes):
    return sum(n * m + m for n, m in pairwise(mirrored(sizes)))


def count_by_closed_form(sizes):
    weights = 2 * sum(n * m for n, m in pairwise(sizes))
    return weights + sum(sizes[1:]) + sum(sizes[:-1])


def count_by_building(sizes):
    layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(mirrored(sizes)))
    return sum(parameter.numel() for parameter in layers.parameters())


def count_by_numpy(sizes):
    layers = np.array(mirrored(sizes))
    return (layers[:-1] * layers[1:]).sum() + layers[1:].sum()


def count_without_last_pair(sizes):
    total = 0
    for i in range(len(sizes) - 2):
        a, b = sizes[i], sizes[i + 1]
        total += 2 * a * b + a + b
    return total


# compression_ratio: right


def ratio_reference(image_shape, latent_dim, image_bits, code_bits):
    return math.prod(image_shape) * image_bits / (latent_dim * code_bits)


def ratio_by_torch(shape, latent_dim, image_bits, code_bits):
    image = torch.zeros(shape).numel() * image_bits
    return (torch.tensor(float(image)) / (latent_dim * code_bits)).item()


def ratio_by_numpy(image_shape, latent_dim, image_bits, code_bits):
    values = np.prod(image_shape) / latent_dim
    return np.float32(values * (image_bits / code_bits))


def ratio_by_loop(image_shape, latent_dim, image_bits, code_bits):
    bits = image_bits
    for side in image_shape:
        bits *= side
    return bits / latent_dim / code_bits


COUNT_RIGHT = [
    count_by_pairs,
    count_by_closed_form,
    count_by_building,
    count_by_numpy,
]

COUNT_WRONG = [
    Wrong(
        lambda sizes: sum(n * m for n, m in pairwise(mirrored(sizes))),
        "the biases are missing",
    ),
    Wrong(
        lambda sizes: sum(n * m + m for n, m in pairwise(sizes)),
        "you counted the encoder only",
    ),
    Wrong(
        lambda sizes: sum(n * m + n for n, m in pairwise(sizes)),
        "you counted the decoder only",
    ),
    Wrong(
        lambda sizes: 2 * sum(n * m + m for n, m in pairwise(sizes)),
        "you counted the encoder's biases twice",
    ),
    Wrong(
        lambda sizes: 2 * sum(n * m + n for n, m in pairwise(sizes)),
        "you counted the decoder's biases twice",
    ),
    Wrong(
        lambda sizes: sum(n * m + m for n, m in pairwise(sizes + sizes[::-1])),
        "a layer from code to code",
    ),
    Wrong(
        lambda sizes: sum(n * m + n + m for n, m in pairwise(mirrored(sizes))),
        "you counted the biases twice",
    ),
    Wrong(
        lambda sizes: sum(n * m + 1 for n, m in pairwise(mirrored(sizes))),
        "you counted one bias per layer",
    ),
    Wrong(
        lambda sizes: sum(n * m + m + n for n, m in pairwise(sizes)),
        "you counted weights once for both halves",
    ),
    Wrong(
        lambda sizes: sum(n * m + m for n, m in pairwise(mirrored(sizes)[:-1])),
        "the last layer is missing",
    ),
    Wrong(
        lambda sizes: sum(n * m + m for n, m in pairwise(mirrored(sizes)[1:])),
        "the first layer is missing",
    ),
    Wrong(count_without_last_pair, "the last pair of sizes is missing"),
    Wrong(
        lambda sizes: count_by_closed_form(sizes[1:]),
        "the first pair of sizes is missing",
    ),
    Wrong(lambda sizes: sum(mirrored(sizes)), "you counted units"),
    Wrong(lambda sizes: count_by_pairs(sizes) + 1, "got 222,385, expected 222,384"),
    Wrong(lambda sizes: 222384, "for sizes = (784, 32)"),
    Wrong(lambda sizes: float(count_by_pairs(sizes)), "(float), expected an int"),
    Wrong(lambda sizes: torch.tensor(count_by_pairs(sizes)), "Call `.item()`"),
    Wrong(lambda sizes: print(count_by_pairs(sizes)), "is `return` missing?"),
    Wrong(lambda sizes: sizes.reverse(), "raised AttributeError: 'tuple' object"),
    Wrong(lambda n, m: n * m + m, "takes (n, m), but it is called with 1 argument"),
]

RATIO_RIGHT = [
    ratio_reference,
    ratio_by_torch,
    ratio_by_numpy,
    ratio_by_loop,
]

RATIO_WRONG = [
    Wrong(lambda s, d, i, c: d * c / (math.prod(s) * i), "it is upside down"),
    Wrong(lambda s, d, i, c: math.prod(s) / d, "the bits are missing"),
    Wrong(lambda s, d, i, c: math.prod(s) * i / d, "the code's bits are missing"),
    Wrong(lambda s, d, i, c: math.prod(s) / (d * c), "the image's bits are missing"),
    Wrong(lambda s, d, i, c: math.prod(s) * c / (d * i), "are swapped"),
    Wrong(lambda s, d, i, c: s[-1] * s[-2] * i / (d * c), "channels are missing"),
    Wrong(lambda s, d, i, c: sum(s) * i / (d * c), "you added up the sides"),
    Wrong(lambda s, d, i, c: math.prod(s) * i // (d * c), "you cut off the fraction"),
    Wrong(lambda *a: ratio_reference(*a) + 0.1, "expected 19.6"),
    Wrong(lambda *a: round(ratio_reference(*a)), "you rounded the ratio"),
    *(
        Wrong(lambda *a, n=n: round(ratio_reference(*a), n), "you rounded the ratio")
        for n in range(5)
    ),
    Wrong(lambda s, d, i, c: math.prod(s) * i / d * c, "a / b * c is (a / b) * c"),
    Wrong(
        lambda s, d, i, c: math.prod(s) * 8 / (d * c), "784 or 8 written in your code"
    ),
    Wrong(
        lambda s, d, i, c: math.prod(s) * i / (d * 32), "784 or 8 written in your code"
    ),
    Wrong(
        lambda s, d, i, c: math.prod(s) * 8 / (d * 32), "784 or 8 written in your code"
    ),
    Wrong(lambda s, d, i, c: 784 * i / (d * c), "784 or 8 written in your code"),
    Wrong(lambda s, d, i, c: 784 * 8 / (d * 32), "784 or 8 written in your code"),
    Wrong(lambda *a: 1 - 1 / ratio_reference(*a), "this is the share saved"),
    Wrong(lambda *a: 100 * ratio_reference(*a), "this is in percent"),
    Wrong(lambda *a: f"{ratio_reference(*a):.1f}x", "(str), expected a float"),
    Wrong(lambda *a: torch.tensor(ratio_reference(*a)), "Call `.item()`"),
    Wrong(lambda *a: print(ratio_reference(*a)), "is `return` missing?"),
    Wrong(lambda s, d, i, c: s * i / (d * c), "raised TypeError"),
    Wrong(lambda s, d: math.prod(s) / d, "takes (s, d), but it is called with 4"),
]
