"""The checks of lesson 04: sizes behind layers, an encoder, a decoder, what units see.

The two networks can go wrong in so many ways that they have modules of their own.
"""

from dataclasses import dataclass
from math import ceil, prod

import torch
from torch.nn import functional as F

from aelesson.checks.conv_decoder import build_conv_decoder
from aelesson.checks.conv_encoder import build_conv_encoder
from aelesson.checks.expect import Mistakes, expect_close, expect_int
from aelesson.checks.harness import Answer, call, check

__all__ = [
    "build_conv_decoder",
    "build_conv_encoder",
    "conv_size",
    "receptive_field",
    "transposed_conv_size",
]


@dataclass(frozen=True)
class _Conv:
    """The arguments of `conv_size`, in the order of its signature."""

    size: int
    kernel: int
    stride: int
    padding: int


@dataclass(frozen=True)
class _Transposed:
    """The arguments of `transposed_conv_size`, in the order of its signature."""

    size: int
    kernel: int
    stride: int
    padding: int
    output_padding: int


CONVS = (
    _Conv(20, 8, 3, 7),
    _Conv(28, 3, 2, 1),
    _Conv(27, 3, 2, 1),
    _Conv(7, 7, 1, 0),
    _Conv(11, 1, 4, 0),
    _Conv(20, 5, 3, 4),
)
TRANSPOSED = (
    _Transposed(5, 16, 7, 3, 2),
    _Transposed(14, 3, 2, 1, 1),
    _Transposed(14, 3, 2, 1, 0),
    _Transposed(1, 7, 1, 0, 0),
    _Transposed(8, 2, 5, 0, 4),
)


def _given(case: object) -> str:
    return ", ".join(f"{name} = {value}" for name, value in vars(case).items())


@check(f"right on {len(CONVS)} layers")
def conv_size(function: Answer) -> None:
    """Check `conv_size(size, kernel, stride, padding)`: the side that comes out."""
    for case in CONVS:
        got = expect_int(call(function, **vars(case)))
        signal, weights = torch.ones(1, 1, case.size), torch.ones(1, 1, case.kernel)
        out = F.conv1d(signal, weights, stride=case.stride, padding=case.padding)
        expect_close(got, out.shape[-1], _given(case), _conv_mistakes(case))


def _conv_mistakes(case: _Conv) -> Mistakes:
    """Give each known mistake its diagnosis and the side that it leads to."""
    n, k, s, p = case.size, case.kernel, case.stride, case.padding
    room = n + 2 * p - k
    return {
        # First: it can look like the next one, which the first case tells apart.
        "the + 1 belongs behind the division, not inside it.": (room + 1) // s,
        "the + 1 is missing: the kernel's first place counts too.": room // s,
        "you round up: a kernel that fits only in part has no place. Use //.": (
            ceil(room / s) + 1
        ),
        "the padding is there twice, on both sides: add 2 * padding.": (
            (n + p - k) // s + 1
        ),
        "the padding is missing: add 2 * padding to the size.": (n - k) // s + 1,
        "the padding makes the image larger before the kernel slides: add it inside "
        "the division.": (n - k) // s + 1 + 2 * p,
        "you subtract the padding: it makes the image larger.": (
            (n - 2 * p - k) // s + 1
        ),
        "the stride is missing: divide the room for steps by it.": room + 1,
        "the kernel is missing: its own size leaves less room for steps.": (
            (n + 2 * p) // s,
            (n + 2 * p) // s + 1,
            (n + 2 * p - 1) // s + 1,
        ),
        "size // stride holds for some kernels and paddings only: count the places of "
        "the kernel.": n // s,
        "that is the formula of a transposed convolution.": (n - 1) * s - 2 * p + k,
    }


@check(f"right on {len(TRANSPOSED)} layers")
def transposed_conv_size(function: Answer) -> None:
    """Check `transposed_conv_size(size, kernel, stride, padding, output_padding)`."""
    for case in TRANSPOSED:
        got = expect_int(call(function, **vars(case)))
        out = F.conv_transpose1d(
            torch.ones(1, 1, case.size),
            torch.ones(1, 1, case.kernel),
            stride=case.stride,
            padding=case.padding,
            output_padding=case.output_padding,
        )
        expect_close(got, out.shape[-1], _given(case), _transposed_mistakes(case))


def _transposed_mistakes(case: _Transposed) -> Mistakes:
    """Give each known mistake its diagnosis and the side that it leads to."""
    n, k, s, p, o = vars(case).values()
    right = (n - 1) * s - 2 * p + k + o
    return {
        "output_padding is missing: add it once.": right - o,
        "output_padding is there once, at one end: do not double it.": right + o,
        "output_padding makes the result larger: add it.": right - 2 * o,
        "here the padding is cut off the result: subtract it.": right + 4 * p,
        "the padding is cut off both sides: subtract 2 * padding.": right + p,
        "the padding is missing: subtract 2 * padding.": right + 2 * p,
        "between size places there are size - 1 steps: (size - 1) * stride.": right + s,
        "the stride is missing: the places are stride pixels apart.": (
            n - 1 - 2 * p + k + o
        ),
        "the kernel is missing: the last place paints a whole kernel.": right - k,
        "one pixel is missing: if you use kernel - 1, also add 1.": right - 1,
        "size * stride holds for some kernels and paddings only: count what is "
        "painted.": (n * s, n * s + o),
        "stride - 1 is not always the output_padding: add the argument.": (
            right - o + s - 1
        ),
        "that is the formula of a convolution: here the sides grow.": (
            (n + 2 * p - k) // s + 1,
            (n + 2 * p - k) // s + 1 + o,
        ),
    }


STACKS: tuple[list[tuple[int, int]], ...] = (
    [(4, 3), (3, 2), (6, 5)],
    [(3, 2), (3, 2), (7, 1)],
    [(3, 1), (3, 1), (3, 1)],
    [(5, 2)],
    [(1, 1), (2, 7), (1, 3), (2, 2), (3, 1)],
    [],
)


@check(f"right on {len(STACKS)} stacks of layers")
def receptive_field(function: Answer) -> None:
    """Check `receptive_field(layers)`: the pixels a side that one unit sees."""
    for layers in STACKS:
        got = expect_int(call(function, layers=list(layers)))
        given = f"layers = {layers}"
        expect_close(got, field_by_gradient(layers), given, _field_mistakes(layers))


def field_by_gradient(layers: list[tuple[int, int]]) -> int:
    """Measure how far apart the pixels are that can change one unit, by autograd."""
    signal = torch.ones(1, 1, 1000, dtype=torch.float64, requires_grad=True)
    out = signal
    for kernel, stride in layers:
        out = F.conv1d(out, torch.ones(1, 1, kernel).double(), stride=stride)
    (gradient,) = torch.autograd.grad(out[0, 0, 0], signal)
    seen = gradient[0, 0].nonzero().flatten()
    return int(seen[-1] - seen[0]) + 1


def _field_mistakes(layers: list[tuple[int, int]]) -> Mistakes:
    """Give each known mistake its diagnosis and the field that it leads to."""
    kernels, strides = [k for k, _ in layers], [s for _, s in layers]
    below = [prod(strides[:i]) for i in range(len(layers))]
    up_to = [prod(strides[: i + 1]) for i in range(len(layers))]
    grown = [(k - 1) * step for k, step in zip(kernels, below, strict=True)]
    right = 1 + sum(grown)
    pairs = list(zip(kernels, strides, strict=True))
    return {
        "with no layer, a unit is a pixel and sees itself: 1.": () if layers else (0,),
        "the start is missing: one unit sees 1 before any layer.": sum(grown),
        "the strides are missing: one step up there is several pixels down here.": (
            1 + sum(k - 1 for k in kernels)
        ),
        "a layer's own stride moves the layers above it, not itself: change the step "
        "after you have used it.": (
            1 + sum((k - 1) * step for k, step in zip(kernels, up_to, strict=True))
        ),
        "kernel and stride are swapped: each pair is (kernel, stride).": (
            field_by_gradient([(s, k) for k, s in pairs])
        ),
        "the layers are the wrong way round: begin at the input.": (
            field_by_gradient(pairs[::-1])
        ),
        "a layer adds kernel - 1 steps: the unit itself is counted already.": (
            1 + sum(k * step for k, step in zip(kernels, below, strict=True)),
            sum(k * step for k, step in zip(kernels, below, strict=True)),
        ),
        "only the stride directly below counts in yours: multiply all of them.": (
            1 + sum((k - 1) * s for k, s in zip(kernels, [1, *strides], strict=False))
        ),
        "strides multiply, they do not add up.": (
            1 + sum((k - 1) * (sum(strides[:i]) or 1) for i, k in enumerate(kernels)),
            1 + sum((k - 1) * (1 + sum(strides[:i])) for i, k in enumerate(kernels)),
        ),
        "kernels do not multiply: each layer adds to the field.": prod(kernels),
        "kernels do not simply add up: they overlap.": sum(kernels),
        "that is the last layer alone: add what the layers below it see.": (
            tuple(kernels[-1:])
        ),
        "that is the area: return the pixels of one side.": right**2,
        "that is the step between neighbours, the product of all strides.": (
            prod(strides)
        ),
    }
