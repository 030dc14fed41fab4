"""Refuse bad input in words: which argument, what came, and what would be right.

Every public function asks here, before it computes anything. A wrong kind of thing is a
`TypeError`, a wrong value a `ValueError`.
"""

import math
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import torch
from torch import Tensor

from aelesson.values import (
    black_and_white,
    choice,
    couple,
    device,
    flag,
    function,
    generator,
    kind,
    mapping,
    model,
    number,
    numbers,
    sequence,
    shown,
    sizes,
    texts,
    whole,
)

__all__ = [
    "black_and_white",
    "boolean",
    "choice",
    "couple",
    "device",
    "finite",
    "finite_tensor",
    "flag",
    "function",
    "generator",
    "images",
    "kind",
    "mapping",
    "model",
    "no_nan",
    "number",
    "numbers",
    "pair",
    "pixels",
    "places",
    "same_length",
    "same_shape",
    "sequence",
    "shaped",
    "shown",
    "sizes",
    "tensor",
    "texts",
    "unread",
    "whole",
    "whole_numbers",
    "within",
]

_reads = ContextVar("reads", default=True)


@contextmanager
def unread() -> Iterator[None]:
    """Ask inside for kinds and shapes alone, and read no value of a tensor.

    To read one from a GPU is to wait for it. This is for code that has looked at all
    values before.
    """
    before = _reads.set(False)
    try:
        yield
    finally:
        _reads.reset(before)


def tensor(name: str, value: object, shape: str = "(B, ...)") -> None:
    """Ask for a tensor of floating-point numbers.

    Args:
        name: The argument.
        value: What came.
        shape: What would be right, such as `"(B, ...)"` or `"(K, B)"`; each letter
            stands for at least 1, a number for itself, and `...` for any more.
    """
    shaped(name, _floats(name, value, shape), shape)


def _floats(name: str, value: object, shape: str) -> Tensor:
    kind(name, value, Tensor, f"a float tensor {shape}")
    assert isinstance(value, Tensor)
    if not value.is_floating_point():
        cure = ": use .float() / 255 for bytes" if value.dtype == torch.uint8 else ""
        raise TypeError(f"{name} is {value.dtype}; it must be floating point{cure}")
    return value


def finite_tensor(name: str, value: object, shape: str = "(B, ...)") -> None:
    """Ask for a float tensor of finite numbers, where others would spoil a result."""
    tensor(name, value, shape)
    finite(name, value)  # type: ignore[arg-type]


def shaped(name: str, value: Tensor, shape: str) -> None:
    """Ask for a shape, written as in `tensor`."""
    if not _fits(tuple(value.shape), _sides(shape)):
        told = f"{name} has shape {tuple(value.shape)}, expected {shape}"
        empty = value.numel() == 0 and value.dim() > 0
        raise ValueError(f"{told}, each at least 1" if empty else told)


@cache
def _sides(shape: str) -> tuple[str, ...]:
    return tuple(side.strip() for side in shape.strip("()").split(",") if side.strip())


def _fits(shape: tuple[int, ...], sides: tuple[str, ...]) -> bool:
    if "..." in sides:
        return len(shape) >= len(sides) and 0 not in shape
    return len(shape) == len(sides) and all(
        size == int(side) if side.isdecimal() else size > 0
        for size, side in zip(shape, sides, strict=True)
    )


def same_shape(name: str, value: Tensor, other: str, reference: Tensor) -> None:
    """Ask for two tensors of one shape, as others would broadcast silently."""
    if value.shape != reference.shape:
        raise ValueError(
            f"{name} has shape {tuple(value.shape)} and {other} "
            f"{tuple(reference.shape)}: they must be equal"
        )


def same_length(name: str, value: Sized, other: str, reference: Sized) -> None:
    """Ask for one entry each."""
    if len(value) != len(reference):
        raise ValueError(
            f"{name} has {len(value)} entries and {other} {len(reference)}: they must "
            "be equally many"
        )


def pair(name: str, value: object, other: str, x: object, shape: str) -> None:
    """Ask for two float tensors of one shape, such as reconstructions and images."""
    both = _floats(name, value, shape), _floats(other, x, shape)
    same_shape(name, both[0], other, both[1])
    shaped(other, both[1], shape)


def no_nan(name: str, value: Tensor) -> None:
    """Ask for numbers that can be compared."""
    if _reads.get() and (bad := int(value.isnan().sum())):
        raise ValueError(f"{name} holds {bad} nan of {value.numel()} values")


def finite(name: str, value: Tensor) -> None:
    """Ask for finite numbers; names the first row that has another."""
    if not _reads.get():
        return
    rows = value.isfinite().reshape(len(value), -1).all(1)
    if not rows.all():
        bad = (~rows).nonzero().flatten().tolist()
        raise ValueError(
            f"{name} holds nan or infinity in {len(bad)} of {len(rows)} rows, the first"
            f" ones {bad[:3]}; they must be finite"
        )


def within(name: str, value: Tensor, low: float, high: float, why: str = "") -> None:
    """Ask for values in a range, which nan is not."""
    if not _reads.get():
        return
    smallest, largest = (bound.item() for bound in torch.aminmax(value))
    if not (smallest >= low and largest <= high):  # written so that nan fails too
        raise ValueError(
            f"{name} goes from {smallest:.4g} to {largest:.4g}; it must be in "
            f"[{low:g}, {high:g}]{why}"
        )


FAR = 20
"""How many widths above its range pixels may lie, where none is below it."""


def images(name: str, value: object) -> None:
    """Ask for pictures, grey or in colour: float `(B, 1, H, W)` or `(B, 3, H, W)`."""
    found = _floats(name, value, "(B, 1, H, W) or (B, 3, H, W)")
    if found.dim() != 4 or found.shape[1] not in (1, 3) or found.numel() == 0:
        raise ValueError(
            f"{name} has shape {tuple(found.shape)}, expected (B, 1, H, W) or "
            "(B, 3, H, W), each at least 1"
        )


def pixels(name: str, value: Tensor, low: float = 0.0, high: float = 1.0) -> None:
    """Refuse pixels of another range, such as 0 to 255 in place of 0 to 1.

    Noise, and a network without an end, leave the range on both sides; pixels that are
    all above black, and some `FAR` widths of the range above white, were never meant
    for it.
    """
    if not _reads.get():
        return
    smallest, largest = (bound.item() for bound in torch.aminmax(value))
    if smallest >= low and largest > high + FAR * (high - low):
        raise ValueError(
            f"{name} goes from {smallest:.4g} to {largest:.4g}; its pixels must be "
            f"meant for [{low:g}, {high:g}]: scale them, as data.from_arrays does"
        )


def boolean(name: str, value: object, shape: str) -> None:
    """Ask for a tensor of bool, as a mask of 0 and 1 would count as places."""
    kind(name, value, Tensor, f"a bool tensor {shape}")
    assert isinstance(value, Tensor)
    if value.dtype != torch.bool:
        raise TypeError(f"{name} is {value.dtype}; it must be torch.bool")
    shaped(name, value, shape)


def whole_numbers(
    name: str, value: object, shape: str, low: float = -math.inf, high: float = math.inf
) -> None:
    """Ask for a tensor of whole numbers in a range, such as labels or lengths."""
    kind(name, value, Tensor, f"an int64 tensor {shape}")
    assert isinstance(value, Tensor)
    if value.is_floating_point() or value.is_complex() or value.dtype == torch.bool:
        raise TypeError(f"{name} is {value.dtype}; it must hold whole numbers")
    shaped(name, value, shape)
    if low > -math.inf or high < math.inf:
        within(name, value, low, high)


def places(name: str, value: object, count: int) -> None:
    """Ask for indices of some of so many examples; PyTorch takes bytes for a mask."""
    kind(name, value, Tensor, "an int64 tensor (B,)")
    assert isinstance(value, Tensor)
    if value.dtype not in (torch.int64, torch.int32):
        cure = ": use .nonzero().flatten()" if value.dtype == torch.bool else ""
        raise TypeError(f"{name} is {value.dtype}; it must be int64, indices{cure}")
    whole_numbers(name, value, "(B,)", -count, count - 1)
