"""Where batches come from: tensors in memory, or a loader of more than fits there."""

from collections.abc import Callable, Iterator, Sized
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from aelesson import require
from aelesson.training import batching, identity
from aelesson.training.batching import Examples

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


class Memory:
    """Tensors in memory, on the model's device, shuffled anew for each epoch.

    Images in bytes stay bytes there; each batch becomes float32.
    """

    made_here = True

    def __init__(
        self,
        examples: Examples,
        batch_size: int,
        generator: torch.Generator | None,
        device: torch.device,
        drop_last: bool = False,
    ) -> None:
        self.count = batching.count(examples)
        self.steps = batching.steps(self.count, batch_size, drop_last)
        self.examples = batching.move(examples, device)
        self.device, self.known = device, False
        self.batch_size = int(batch_size)
        self._generator, self._drop_last = generator, drop_last
        self._drawn: tuple[Tensor, ...] = ()

    def epoch(self) -> Iterator[Examples]:
        """Shuffle, then go through the batches."""
        assert self._generator is not None
        if self.device.type == "cuda":
            return self._drawn_ahead(self._generator)
        shuffled = batching.batches(
            self.examples, self.batch_size, self._generator, self._drop_last
        )
        return map(batching.as_floats, shuffled)

    def _drawn_ahead(self, generator: torch.Generator) -> Iterator[Examples]:
        """Shuffle as ever, but while a GPU is still busy with the epoch before.

        The generator is where it would be without that: a twin of it draws.
        """
        before = generator.get_state()
        if not self._drawn or not torch.equal(self._drawn[0], before):
            self._drawn = self._draw(before)
        _, after, order = self._drawn
        generator.set_state(after)
        for chosen in order.split(self.batch_size)[: self.steps]:
            yield batching.as_floats(batching.take(self.examples, chosen))
        self._drawn = self._draw(after)

    def _draw(self, state: Tensor) -> tuple[Tensor, ...]:
        """Return a generator's state, that after a shuffle, and the order it gave."""
        twin = torch.Generator()
        twin.set_state(state)
        order = torch.randperm(self.count, generator=twin)
        if self.device.type == "cuda":
            order = order.pin_memory()  # else the copy would wait for the GPU
        return state, twin.get_state(), order.to(self.device, non_blocking=True)

    def in_order(self, batch_size: int) -> Iterator[Examples]:
        """Go through the batches as they stand."""
        return map(batching.as_floats, batching.split(self.examples, batch_size))

    def first(self) -> Examples:
        """Return the first rows."""
        return next(self.in_order(self.batch_size))

    def extremes(self) -> Examples:
        """Return a batch that holds the least and the largest values, then first rows.

        What asks for a range of values asks the same of all examples.
        """
        rows = []
        for part in batching.parts(self.examples):
            flat = part.reshape(self.count, -1)
            rows += [flat.amin(1).argmin(), flat.amax(1).argmax()]
        usual = torch.arange(self.count, device=self.device)
        size = max(len(rows), min(self.count, self.batch_size))
        chosen = torch.cat([torch.stack(rows), usual])[:size]
        return batching.as_floats(batching.take(self.examples, chosen))

    def describe(self) -> list[object]:
        """Return shapes."""
        if isinstance(self.examples, tuple):
            return [list(part.shape) for part in self.examples]
        return [*self.examples.shape]

    def digest(self) -> str:
        """Return a digest of every value."""
        return identity.of_tensors(batching.parts(self.examples))


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
