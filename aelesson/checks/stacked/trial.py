"""One call of an answer to `pretrain_layer`, watched: what it trains on, and how."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import torch

from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.training import LayerCall, Training


class Batch(NamedTuple):
    """What a step was taken on."""

    rows: list[int]  # of inputs; -1 where it cannot be told
    drawn: list[int]  # of all corrupted rows; empty if they were not corrupted
    given: torch.Tensor
    call: LayerCall  # the last layer at work


@dataclass
class Trial:
    """One call of the answer, and what it gave to `corrupt`.

    What a network got, and what it was trained towards, can be told by looking.
    """

    inputs: torch.Tensor
    hidden_dim: int
    epochs: int
    asked: list[list[int]] = field(default_factory=list)
    corrupted: list[tuple[int, torch.Tensor]] = field(default_factory=list)
    training: Training = field(default_factory=Training)

    def run(self, answer, start=0, order=0):
        """Call the answer with a global random state and a generator."""
        self.noise, self.given = seeded(6), self.inputs.clone()
        arguments = (self.given, self.hidden_dim, self.corrupt, self.epochs)
        with self.training.watched(), isolated(seed=10 + start):
            self.got = attempt(answer, (*arguments, seeded(20 + order)))
        return self

    def corrupt(self, batch):
        """Return a spoilt batch, and note which rows it has."""
        fits = batch.shape[1:] == self.inputs.shape[1:]
        rows = places(batch.detach(), self.inputs) if fits else [-1]
        if -1 in rows:
            raise ValueError(f"corrupt takes rows of inputs, got {tuple(batch.shape)}")
        result = spoilt(batch.detach(), self.noise)
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


def spoilt(batch, chance):
    """Return a batch with its columns moved by one, and noise on them."""
    noise = torch.randn(batch.shape, generator=chance).to(batch.dtype)
    return batch.roll(1, 1) + 0.2 * noise


def places(rows, among):
    """Return for each row where it stands among others, or -1."""
    equal = (rows[:, None] == among).all(2)
    return torch.where(equal.any(1), equal.int().argmax(1), -1).tolist()
