"""Answers to `pad_to_multiple`, in other people's words."""

import math

import torch
from torch import nn
from torchvision.transforms import functional as vision


def by_ceil(x, multiple):
    h, w = (multiple * math.ceil(size / multiple) for size in x.shape[-2:])
    padded = torch.zeros(*x.shape[:-2], h, w, dtype=x.dtype)
    padded[..., : x.shape[-2], : x.shape[-1]] = x
    return padded, lambda y: y[..., : x.shape[-2], : x.shape[-1]]


def in_the_centre(x, multiple):
    height, width = x.shape[-2:]
    down, right = (
        multiple - s % multiple if s % multiple else 0 for s in (height, width)
    )
    top, left = down // 2, right // 2
    padded = nn.ZeroPad2d((left, right - left, top, down - top))(x)

    def crop(y):
        return y.narrow(2, top, height).narrow(3, left, width)

    return padded, crop


def by_negative_padding(x, multiple):
    sides = (-x.shape[3] % multiple, 0, -x.shape[2] % multiple, 0)
    pad = nn.functional.pad
    return pad(x, sides), lambda y: pad(y, [-side for side in sides])


def by_torchvision(x, multiple):
    h, w = x.shape[2:]
    padded = vision.pad(x, [0, 0, -w % multiple, -h % multiple])
    return [padded, lambda y: vision.crop(y, 0, 0, h, w)]


class Crop:
    def __init__(self, x, multiple):
        self.rows, self.columns = torch.arange(x.shape[2]), torch.arange(x.shape[3])
        zeros = x.new_zeros(*x.shape[:3], -x.shape[3] % multiple)
        wide = torch.cat([x, zeros], 3)
        zeros = x.new_zeros(*x.shape[:2], -x.shape[2] % multiple, wide.shape[3])
        self.padded = torch.cat([wide, zeros], 2)

    def __call__(self, y):
        return y[:, :, self.rows][..., self.columns]


def by_class(x, multiple):
    crop = Crop(x, multiple)
    return crop.padded, crop


def always(x, multiple):
    padded = nn.functional.pad(
        x, (0, multiple - x.shape[3] % multiple, 0, multiple - x.shape[2] % multiple)
    )
    return padded, lambda y: y[..., : x.shape[2], : x.shape[3]]


def from_the_end(x, multiple):
    padded, _ = by_ceil(x, multiple)
    h, w = padded.shape[2] - x.shape[2], padded.shape[3] - x.shape[3]
    return padded, lambda y: y[..., :-h, :-w]


def fixed(x, multiple):
    padded, _ = by_ceil(x, multiple)
    return padded, lambda y: x


def shaped(x, multiple):
    padded, crop = by_ceil(x, multiple)
    return padded, lambda y: crop(y.view(padded.shape))


def bordered(x, multiple):
    padded, crop = by_ceil(x, multiple)
    ones = by_ceil(torch.ones_like(x), multiple)[0]
    return padded + 0.25 * (1 - ones), crop


def on_both_sides(x, multiple, more):
    (h, w), (top, left) = (
        x.shape[2:],
        ((-s % multiple + more) // 2 for s in x.shape[2:]),
    )
    padded = nn.ZeroPad2d((left, left, top, top))(x)
    return padded, lambda y: y[..., top : top + h, left : left + w]


def to_size(x, size):
    (h, w), (high, wide) = x.shape[2:], size
    padded = nn.functional.pad(x, (0, wide - w, 0, high - h))
    return padded, lambda y: y[..., :h, :w]


def in_float32(x, multiple):
    padded, crop = by_ceil(x, multiple)
    zeros = torch.zeros(padded.shape)
    zeros[..., : x.shape[2], : x.shape[3]] = x
    return zeros, crop


RIGHT = [by_ceil, in_the_centre, by_negative_padding, by_torchvision, by_class]
WRONG = {
    "needs no padding": always,
    "and nothing is left": from_the_end,
    "crop gives back x, whatever comes": fixed,
    "crop gets other batches": shaped,
    "F.pad takes the last dimension first": lambda x, m: (
        nn.functional.pad(x, (0, -x.shape[2] % m, 0, -x.shape[3] % m)),
        by_ceil(x, m)[1],
    ),
    "is rounded up twice": lambda x, m: on_both_sides(x, m, 1),
    "is rounded down twice": lambda x, m: on_both_sides(x, m, 0),
    "the next power of two": lambda x, m: to_size(
        x, [max(m, 2 ** (side - 1).bit_length()) for side in x.shape[2:]]
    ),
    "the nearest multiple may be smaller": lambda x, m: to_size(
        x, [max(m, (side + m // 2) // m * m) for side in x.shape[2:]]
    ),
    "the same padding": lambda x, m: to_size(
        x, [side + max(-s % m for s in x.shape[2:]) for side in x.shape[2:]]
    ),
    "padded must keep the dtype": in_float32,
    "without calling it": lambda x, m: (by_ceil(x, m)[0], x),
    "around x there must be zeros": bordered,
    "padded alone comes back": lambda x, m: by_ceil(x, m)[0],
    "crop cuts the graph": lambda x, m: (
        by_ceil(x, m)[0],
        lambda y: by_ceil(x, m)[1](y).detach(),
    ),
    "changes its input x in place": lambda x, m: by_ceil(x.mul_(2), m),
    "changes its input y in place": lambda x, m: (
        by_ceil(x, m)[0],
        lambda y: by_ceil(x, m)[1](y.data.add_(1) - 1),
    ),
}
