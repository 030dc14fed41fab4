"""Tensors in memory, a batch at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

from aelesson.training import batching, identity
from aelesson.training.batching import AnyExamples, Examples


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
        return map(_as_floats, shuffled)

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
            yield _as_floats(batching.take(self.examples, chosen))
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
        return map(_as_floats, batching.split(self.examples, batch_size))

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
        return _as_floats(batching.take(self.examples, chosen))

    def describe(self) -> list[object]:
        """Return shapes."""
        if isinstance(self.examples, tuple):
            return [list(part.shape) for part in self.examples]
        return [*self.examples.shape]

    def digest(self) -> str:
        """Return a digest of every value."""
        return identity.of_tensors(batching.parts(self.examples))


def _as_floats(examples: AnyExamples) -> AnyExamples:
    """Return images in bytes, uint8, as float32 in [0, 1]; what is no byte as it is.

    Of a tuple, the images come first: bytes behind them may be labels.
    """
    if isinstance(examples, tuple):
        return (_as_floats(examples[0]), *examples[1:])
    if examples.dtype != torch.uint8:
        return examples
    return examples.to(torch.float32).div_(255)
