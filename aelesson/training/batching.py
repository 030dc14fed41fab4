"""Go through examples in batches: images alone, or images with their labels."""

from collections.abc import Iterator
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor

from aelesson import require

Examples: TypeAlias = Tensor | tuple[Tensor, ...]
"""Images `(N, ...)`, or a tuple of tensors with `N` rows each: `(images, labels)`."""

AnyExamples = TypeVar("AnyExamples", Tensor, tuple[Tensor, ...], Examples)


def batches(
    examples: AnyExamples,
    batch_size: int,
    generator: torch.Generator,
    drop_last: bool = False,
) -> Iterator[AnyExamples]:
    """Go once through the examples in random order, a batch at a time.

    Args:
        examples: images `(N, ...)`, on any device, or a tuple of tensors with `N` rows
            each, which stay together.
        batch_size: examples in a batch; the last batch may have fewer.
        generator: a generator on the CPU, which settles the order at the call.
        drop_last: whether to leave out a last batch that has fewer.

    Returns:
        Batches `(B, ...)`, or tuples of them, each a copy, on the examples' device.

    Raises:
        TypeError: `examples` are no tensors, or `batch_size` no whole number.
        ValueError: there are no examples, the tensors of a tuple differ in length, or
            `batch_size` is below 1.
    """
    total = count(examples, "examples")
    require.whole("batch_size", batch_size)
    require.generator("generator", generator, needed=True)
    require.flag("drop_last", drop_last)
    # Drawn on the CPU, as everywhere, and moved once: to move a batch's is to wait.
    order = torch.randperm(total, generator=generator).to(parts(examples)[0].device)
    chunks = order.split(int(batch_size))[: steps(total, batch_size, drop_last)]
    return (take(examples, chunk) for chunk in chunks)


def steps(total: int, batch_size: int, drop_last: bool = False) -> int:
    """Return how many batches so many examples make.

    Raises:
        ValueError: there is none, as fewer than a whole one are left out.
    """
    whole, rest = divmod(total, int(batch_size))
    count = whole + (rest > 0 and not drop_last)
    if not count:
        raise ValueError(
            f"batch_size is {batch_size}, but there are {total} examples: with "
            "drop_last, no batch is left"
        )
    return count


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
    rows = parts(examples)
    wanted = "a torch.Tensor, such as `splits.train.images`, or a tuple of them"
    for part in rows:
        require.kind(name, part, Tensor, wanted)
    lengths = [len(part) if part.dim() else 0 for part in rows]
    if not lengths or 0 in lengths:
        shapes = ", ".join(str(tuple(part.shape)) for part in rows) or "()"
        raise ValueError(f"{name} has shape {shapes}; it must have rows")
    if len(set(lengths)) > 1:
        raise ValueError(
            f"{name} has {lengths} rows in its parts; they must be equally many"
        )
    return lengths[0]


def parts(examples: Examples) -> tuple[Tensor, ...]:
    """Return the tensors that examples are made of, one or several."""
    return examples if isinstance(examples, tuple) else (examples,)


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
