"""Go through examples in batches: images alone, or images with their labels."""

from collections.abc import Iterator
from numbers import Integral
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor

Examples: TypeAlias = Tensor | tuple[Tensor, ...]
"""Images `(N, ...)`, or a tuple of tensors with `N` rows each: `(images, labels)`."""

AnyExamples = TypeVar("AnyExamples", Tensor, tuple[Tensor, ...], Examples)


def batches(
    examples: AnyExamples, batch_size: int, generator: torch.Generator
) -> Iterator[AnyExamples]:
    """Go once through the examples in random order, a batch at a time.

    Args:
        examples: images `(N, ...)`, on any device, or a tuple of tensors with `N` rows
            each, which stay together.
        batch_size: examples in a batch; the last batch may have fewer.
        generator: a generator on the CPU, which settles the order at the call.

    Returns:
        Batches `(B, ...)`, or tuples of them, each a copy, on the examples' device.

    Raises:
        TypeError: `examples` are no tensors, or `batch_size` no whole number.
        ValueError: there are no examples, the tensors of a tuple differ in length, or
            `batch_size` is below 1.
    """
    total = count(examples)
    if not isinstance(batch_size, Integral):
        raise TypeError(f"batch_size must be a whole number, got {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    order = torch.randperm(total, generator=generator)
    return (take(examples, chunk) for chunk in order.split(int(batch_size)))


def take(examples: AnyExamples, chosen: Tensor) -> AnyExamples:
    """Return a copy of the examples at the indices `chosen`, int64 `(B,)`."""
    if isinstance(examples, tuple):
        return tuple(take(part, chosen) for part in examples)
    # index_select takes a quarter of the time of examples[chosen]
    return examples.index_select(0, chosen.to(examples.device))


def count(examples: Examples, name: str = "images") -> int:
    """Return how many examples there are.

    Args:
        examples: a tensor `(N, ...)` or a tuple of tensors with `N` rows each.
        name: what to call them in an error.

    Raises:
        TypeError: they are no tensors.
        ValueError: there are none, or the tensors of a tuple differ in length.
    """
    parts = examples if isinstance(examples, tuple) else (examples,)
    for part in parts:
        if not isinstance(part, Tensor):
            given = type(part).__name__
            raise TypeError(
                f"{name} must be a torch.Tensor, such as `splits.train.images`, or a "
                f"tuple of them, got {given}"
            )
    lengths = [len(part) if part.dim() else 0 for part in parts]
    if not lengths or 0 in lengths:
        shapes = ", ".join(str(tuple(part.shape)) for part in parts)
        raise ValueError(f"{name} must not be empty, got {shapes or '()'}")
    if len(set(lengths)) > 1:
        raise ValueError(f"{name} must have equally many rows in each part: {lengths}")
    return lengths[0]


def move(examples: AnyExamples, device: torch.device) -> AnyExamples:
    """Return the examples on `device`; those that are there already are no copy."""
    if isinstance(examples, tuple):
        return tuple(part.to(device) for part in examples)
    return examples.to(device)


def split(examples: AnyExamples, batch_size: int) -> Iterator[AnyExamples]:
    """Go once through the examples in their order, a batch at a time."""
    if isinstance(examples, tuple):
        return zip(*(part.split(batch_size) for part in examples), strict=True)
    return iter(examples.split(batch_size))
