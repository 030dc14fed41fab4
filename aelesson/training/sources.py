"""Where batches come from: tensors in memory, or a loader of more than fits there."""

from collections.abc import Callable, Iterator, Sized
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from aelesson import require
from aelesson.training import batching
from aelesson.training.batching import Examples
from aelesson.training.memory import Memory

Data: TypeAlias = Examples | Dataset[Any] | DataLoader[Any]
"""Tensors in memory, `(N, ...)` or a tuple of them; or a Dataset, or a DataLoader."""

KINDS = (
    "a torch.Tensor (N, ...), a tuple of them with equally many rows, a torch Dataset"
    " or a DataLoader"
)


BATCHES = (
    "a torch.Tensor (B, ...), or a tuple of them: choose it in the Dataset, or by a"
    " collate_fn of the DataLoader"
)
UNJOINED = ("stack expects each tensor", "default_collate", "should be of equal size")
"""What PyTorch says of items that it cannot join to a batch."""


class Source(Protocol):
    """Examples, a batch at a time.

    Attributes:
        count: How many there are.
        steps: How many batches an epoch has.
        batch_size: Examples in a batch; the last one may have fewer.
        made_here: Whether batches are made here, and not by a DataLoader of one's own.
        known: Whether all values were looked at: no batch's need be read again.
    """

    count: int
    steps: int
    batch_size: int
    made_here: bool
    known: bool

    def epoch(self) -> Iterator[Examples]:
        """Go once through the examples, as training wants them: in random order."""

    def in_order(self, batch_size: int) -> Iterator[Examples]:
        """Go once through the examples as they come."""

    def first(self) -> Examples:
        """Return one batch, to try a run with."""

    def describe(self) -> list[object]:
        """Return plain values that tell these examples from others."""

    def digest(self) -> str:
        """Return a digest of all values; "" where they are not all at hand."""


class Stream:
    """A DataLoader, whose batches move to the model's device one by one."""

    def __init__(
        self,
        name: str,
        loader: DataLoader[Any],
        device: torch.device,
        made_here: bool = False,
    ) -> None:
        self.made_here, self.known = made_here, False
        self.name, self.loader, self.device = name, loader, device
        self.look: Callable[[str, Examples], None] = lambda name, batch: None
        for what, sized in (("Dataset", loader.dataset), ("DataLoader", loader)):
            if not isinstance(sized, Sized) or not _has_length(sized):
                raise ValueError(
                    f"{name} is a {what} without a length; give it a __len__, so that "
                    "an epoch has an end that a schedule can know"
                )
        assert isinstance(loader.dataset, Sized)
        self.count, self.steps = len(loader.dataset), len(loader)
        self.batch_size = loader.batch_size or -(-self.count // max(1, self.steps))
        if not self.steps:
            raise ValueError(f"{name} has no batch: {self.count} examples")

    def epoch(self) -> Iterator[Examples]:
        """Go through the loader's batches; it shuffles, or does not.

        Raises:
            ValueError: Items make no batch, or there are not as many as was said.
        """
        number = 0
        for number, batch in enumerate(self._joined(), start=1):
            if number > self.steps:
                break
            yield self._moved(f"batch {number} of {self.name}", batch)
        if number != self.steps:
            gave = "more" if number > self.steps else number
            raise ValueError(
                f"{self.name} says by its length that it has {self.steps} batches, and "
                f"gave {gave}: correct the __len__ of its Dataset"
            )

    def in_order(self, batch_size: int) -> Iterator[Examples]:
        """Go through the loader's batches, which have its own size."""
        del batch_size
        return self.epoch()

    def first(self) -> Examples:
        """Return the first batch that the loader gives."""
        return next(self.epoch())

    def describe(self) -> list[object]:
        """Name the Dataset, its order, and how many examples and batches there are."""
        held = (self.loader.dataset, self.loader.sampler, self.loader.batch_sampler)
        names = [type(each).__qualname__ for each in held]
        return [*names, self.count, self.steps, self.batch_size]

    def digest(self) -> str:
        """Return what the Dataset says of itself by a `digest()`, or ""."""
        told = getattr(self.loader.dataset, "digest", None)
        return str(told()) if callable(told) else ""

    def _joined(self) -> Iterator[object]:
        """Go through the loader, and say in words what makes no batch."""
        try:
            yield from self.loader
        except (RuntimeError, TypeError) as error:
            if not any(text in str(error) for text in UNJOINED):
                raise
            raise ValueError(
                f"{self.name} holds items that make no batch: {error}. They must be "
                "tensors of one shape: bring them to it in the Dataset, such as by "
                "torchvision's ToTensor and Resize, or a collate_fn of the DataLoader"
            ) from error

    def _moved(self, name: str, batch: object) -> Examples:
        if isinstance(batch, list):  # as PyTorch joins pairs of image and label
            batch = tuple(batch)
        parts = batch if isinstance(batch, tuple) else (batch,)
        for part in parts:
            require.kind(name, part, Tensor, BATCHES)
        examples: Examples = batch  # type: ignore[assignment]
        self.look(name, examples)
        return batching.move(examples, self.device)


def _has_length(value: Sized) -> bool:
    try:
        len(value)
    except (TypeError, NotImplementedError):
        return False
    return True


def _cure(name: str, data: object) -> str:
    """Say how what came becomes tensors, if that is known."""
    if isinstance(data, list):
        return f": use torch.stack({name})"
    for field in ("images", "rows", "train"):  # of an ImageSet, a Table, Splits
        if hasattr(data, field):
            inner = _cure(f"{name}.{field}", getattr(data, field))
            return inner or f": use {name}.{field}"
    if hasattr(data, "columns"):
        return f": use data.from_table({name}).rows"
    return ""


def source(
    name: str,
    data: object,
    batch_size: int,
    generator: torch.Generator | None,
    device: torch.device,
    drop_last: bool = False,
) -> Source:
    """Return batches of whatever examples came.

    Args:
        name: What to call them in an error.
        data: Tensors, a Dataset or a DataLoader. A DataLoader has its own size of
            batches and its own order; a Dataset is shuffled by `generator`.
        batch_size: Examples in a batch.
        generator: Shuffles; None for examples that are only gone through in order.
        device: Where batches go.
        drop_last: Whether to leave out a last batch that is smaller.

    Raises:
        TypeError: This is none of them.
        ValueError: There are no examples, or a Dataset has no length.
    """
    if isinstance(data, DataLoader):
        return Stream(name, data, device)
    if isinstance(data, Dataset):
        if isinstance(data, Sized) and _has_length(data) and not len(data):
            raise ValueError(f"{name} is a Dataset without examples")
        shuffled = generator is not None and not isinstance(data, IterableDataset)
        loader: DataLoader[Any] = DataLoader(
            data,
            int(batch_size),
            shuffle=shuffled,
            generator=generator,
            drop_last=drop_last,
        )
        return Stream(name, loader, device, made_here=True)
    for part in data if isinstance(data, tuple) and data else (data,):
        require.kind(name, part, Tensor, KINDS + _cure(name, part))
    batching.count(data, name)  # type: ignore[arg-type]
    return Memory(data, batch_size, generator, device, drop_last)  # type: ignore[arg-type]
