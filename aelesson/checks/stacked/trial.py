"""One call of an answer to `pretrain_layer`, watched: what it trains on, and how."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import torch

from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.training import LayerCall, Training


@dataclass
class Batch:
    """What a step was taken on: rows of inputs, and which values of them went in.

    Attributes:
        rows: Which rows of inputs; -1 where it cannot be told.
        drawn: Which of all corrupted rows went in; empty if they were not corrupted.
        given: What went in.
        call: The last layer at work.
    """

    rows: list[int]
    drawn: list[int]
    given: torch.Tensor
    call: LayerCall


@dataclass
class Trial:
    """One call of the answer, and what it gave to `corrupt`.

    `corrupt` moves the columns by one and adds noise: what a network got, and what it
    was trained towards, can be told by looking.
    """

    inputs: torch.Tensor
    hidden_dim: int
    epochs: int
    watch: bool = True
    asked: list[list[int]] = field(default_factory=list)
    corrupted: list[tuple[int, torch.Tensor]] = field(default_factory=list)
    training: Training = field(default_factory=Training)

    def run(self, answer, start=0, order=0):
        """Call the answer with a global random state and a generator."""
        self.noise, self.given = seeded(6), self.inputs.clone()
        arguments = (self.given, self.hidden_dim, self.corrupt, self.epochs)
        watched = self.training.watched() if self.watch else isolated()
        with watched, isolated(seed=10 + start):
            self.got = attempt(answer, (*arguments, seeded(20 + order)))
        return self

    def corrupt(self, batch):
        """Return the batch with its columns moved by one, and noise on them."""
        width = self.inputs.shape[1]
        if not isinstance(batch, torch.Tensor) or batch.shape[1:] != (width,):
            told = tuple(getattr(batch, "shape", ())) or type(batch).__name__
            raise ValueError(f"corrupt takes a batch (B, {width}), got {told}")
        noise = torch.randn(batch.shape, generator=self.noise).to(batch.dtype)
        result = batch.detach().roll(1, 1) + 0.2 * noise
        if self.watch:
            rows = places(batch.detach(), self.inputs)
            if -1 in rows:
                raise ValueError("corrupt takes rows of inputs, got other values")
            self.asked.append(rows)
            self.corrupted += zip(rows, result, strict=True)
        return result

    @cached_property
    def batches(self):
        """The batches to which a gradient came back."""
        found, given, width = [], None, self.inputs.shape[1]
        every = torch.stack([each for _, each in self.corrupted] or [torch.ones(width)])
        for call in self.training.calls:
            if call.given.dim() == 2 and call.given.shape[1] == width:
                given = call.given
            if given is None or call.out.shape != (len(given), width):
                continue
            if found and found[-1].given is given:
                found.pop()
            drawn, rows = places(given, every), places(given, self.inputs)
            if -1 in drawn or not self.corrupted:
                drawn = []
            rows = [self.corrupted[p][0] for p in drawn] or rows
            found.append(Batch(rows, drawn, given, call))
        return [batch for batch in found if batch.call.slope is not None]

    @property
    def sequence(self):
        """The rows of inputs in the order in which they were trained on.

        Where layers got something else, it is the order in which they were corrupted.
        """
        used = [row for batch in self.batches for row in batch.rows]
        return [*chain(*self.asked)] if -1 in used or not used else used

    @property
    def rounds(self):
        """The rows of each epoch."""
        count, rows = len(self.inputs), self.sequence
        return [rows[i : i + count] for i in range(0, len(rows), count)]


def places(rows, among):
    """Return for each row where it stands among others, or -1."""
    equal = (rows[:, None] == among).all(2)
    return torch.where(equal.any(1), equal.int().argmax(1), -1).tolist()
