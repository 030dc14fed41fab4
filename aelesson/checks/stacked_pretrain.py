"""The check of `pretrain_layer`, an exercise of lesson 07.

Short trainings show how the answer goes through its inputs; what the networks put out
is judged in `stacked_networks`, and what they have learnt in `stacked_learning`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn

from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.stacked_learning import LEARNING, expect_learnt, learning_inputs
from aelesson.checks.stacked_networks import expect_networks, expect_pair

ROWS, WIDTH, CODE, EPOCHS = 150, 6, 4, 3  # of the short trainings
HINTS = {
    "corrupt takes a batch": "hand corrupt a batch of rows of inputs, (B, D).",
    "does not require grad": (
        "no gradient can flow back from your loss: was it computed under no_grad(), "
        "or cut off by .detach(), before backward()?"
    ),
    "can't optimize a non-leaf": "the optimizer takes encoder.parameters().",
    "empty parameter list": (
        "the optimizer got no parameters: generators such as .parameters() are used up "
        "after one pass; make a list."
    ),
    "must match the size": (
        "the loss compares tensors of different shapes: the target is the clean batch, "
        "(B, D)."
    ),
}


@check("right in 5 short trainings and a long one")
def pretrain_layer(function: Answer) -> None:
    """Check `pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator)`."""
    inputs = torch.rand(ROWS, WIDTH)
    first = _train(function, inputs, CODE, EPOCHS)
    expect_networks(first.encoder, first.decoder, inputs, CODE)
    _expect_whole_epochs(first)
    _expect_shuffled(first)
    other_start = _train(function, inputs, CODE, EPOCHS, start=1)
    other_order = _train(function, inputs, CODE, EPOCHS, order=1)
    _expect_generator_alone(first, other_start, other_order)
    shorter = _train(function, inputs, CODE + 5, 1)
    expect_networks(shorter.encoder, shorter.decoder, inputs, CODE + 5)
    _expect_trained(first, _train(function, inputs, CODE, 1))
    inputs = learning_inputs()
    long = _train(function, inputs, LEARNING.code, LEARNING.epochs, watch=False)
    expect_learnt(long.encoder, long.decoder, inputs, long.corrupt)


@dataclass
class _Training:
    """One call of the answer, and which rows `corrupt` was given in each call.

    `corrupt` makes the negative of a batch, with noise: a network that was trained
    with another input or target than it should shows it clearly.
    """

    inputs: Tensor
    watch: bool
    rows: list[list[int]] = field(default_factory=list)
    encoder: nn.Module = field(default_factory=nn.Identity)
    decoder: nn.Module = field(default_factory=nn.Identity)

    def __post_init__(self) -> None:
        self._noise = torch.Generator().manual_seed(6)

    def corrupt(self, batch: Tensor) -> Tensor:
        """Return the noisy negative of a batch."""
        width = self.inputs.shape[1]
        if not isinstance(batch, Tensor) or batch.shape[1:] != (width,):
            shape = tuple(batch.shape) if isinstance(batch, Tensor) else type(batch)
            raise ValueError(f"corrupt takes a batch (B, {width}), got {shape}")
        if self.watch:
            equal = (batch.detach()[:, None] == self.inputs).all(dim=2)
            if not equal.any(dim=1).all():
                raise ValueError("corrupt takes a batch of inputs, got other values")
            self.rows.append(equal.int().argmax(dim=1).tolist())
        noise = torch.randn(batch.shape, generator=self._noise).to(batch.dtype)
        return 1 - batch + 0.2 * noise

    @property
    def sequence(self) -> list[int]:
        """The rows of all batches, one behind the other."""
        return [row for batch in self.rows for row in batch]

    @property
    def epochs(self) -> list[list[int]]:
        """The rows of each epoch, in their order."""
        size = len(self.inputs)
        return [self.sequence[i : i + size] for i in range(0, len(self.sequence), size)]

    def weights(self) -> Tensor:
        """Return all parameters of both networks in one row."""
        networks = (self.encoder, self.decoder)
        return torch.cat(
            [p.detach().flatten() for n in networks for p in n.parameters()]
        )


def _train(
    function: Answer,
    inputs: Tensor,
    code: int,
    epochs: int,
    *,
    start: int = 0,
    order: int = 0,
    watch: bool = True,
) -> _Training:
    """Call the answer with a global random state `start` and a generator `order`."""
    training = _Training(inputs, watch)
    with isolated(seed=10 + start):
        got = call(
            function,
            HINTS,
            inputs=inputs,
            hidden_dim=code,
            corrupt=training.corrupt,
            epochs=epochs,
            generator=torch.Generator().manual_seed(20 + order),
        )
    training.encoder, training.decoder = expect_pair(got)
    return training


def _expect_whole_epochs(training: _Training) -> None:
    """Ask that each row was corrupted once in each epoch."""
    rows = len(training.inputs)
    counts = [training.sequence.count(row) for row in range(rows)]
    if not any(counts):
        raise CheckFailed(
            "corrupt was never called: give the encoder corrupt(batch), not the batch."
        )
    if max(counts) > min(counts):
        cure = (
            "Draw one order per epoch, with torch.randperm, not rows at random."
            if max(counts) > EPOCHS
            else "Use the last batch too, though it is smaller."
        )
        raise CheckFailed(
            f"in {EPOCHS} epochs one row was used {min(counts)} times, another "
            f"{max(counts)} times: each epoch goes once through all rows.\n{cure}"
        )
    if counts[0] == 1 and len(training.rows) == 1:
        raise CheckFailed(
            f"corrupt was called once for all {EPOCHS} epochs, so the noise stayed the "
            "same.\nCall it inside the loop: each batch is corrupted anew each time."
        )
    if counts[0] == 1:
        raise CheckFailed(
            f"each row was corrupted once, but epochs is {EPOCHS}: is the noise kept, "
            "or is `epochs` not used?\nCorrupt each batch anew, in every epoch."
        )
    if counts[0] != EPOCHS:
        raise CheckFailed(
            f"each row was corrupted {counts[0]} times, but epochs is {EPOCHS}: go "
            "through all rows `epochs` times, and call corrupt once per batch."
        )


def _expect_shuffled(training: _Training) -> None:
    """Ask for a new order in every epoch, where corrupt has seen the order.

    An answer may corrupt all rows at the start of an epoch and shuffle after that:
    then only the weights tell; see `_expect_generator_alone`.
    """
    in_order = list(range(len(training.inputs)))
    if any(sorted(epoch) != in_order for epoch in training.epochs):
        raise CheckFailed(
            "an epoch did not go once through all rows: one came twice before another "
            "came once.\nDraw one order per epoch, with torch.randperm."
        )
    if _is_hidden(training):
        return
    if all(epoch == in_order for epoch in training.epochs):
        raise CheckFailed(
            "nothing is shuffled: the batches come in the order of inputs.\n"
            "Draw an order with torch.randperm(len(inputs), generator=generator)."
        )
    if any(before == after for before, after in pairwise(training.epochs)):
        raise CheckFailed(
            "the order is the same in every epoch: draw it inside the loop over epochs."
        )


def _is_hidden(training: _Training) -> bool:
    """Tell whether corrupt got all rows at once, in their own order."""
    in_order = list(range(len(training.inputs)))
    return all(batch == in_order for batch in training.rows)


def _expect_generator_alone(
    first: _Training, other_start: _Training, other_order: _Training
) -> None:
    if other_start.sequence != first.sequence:
        raise CheckFailed(
            "with generators in the same state the order of the rows was another: it "
            "comes from the global random state, NumPy or `random`.\n"
            "Hand generator=generator to what shuffles."
        )
    same = other_order.sequence == first.sequence
    if _is_hidden(first):
        same = _close(first.weights, other_order.weights)
    if same:
        raise CheckFailed(
            "with another generator the order of the rows was the same: the generator "
            "plays no part, or you seed it.\nDraw the order of each epoch with "
            "torch.randperm(len(inputs), generator=generator); train on batches."
        )


def _close(a: Callable[[], Tensor], b: Callable[[], Tensor]) -> bool:
    return torch.allclose(a(), b(), rtol=0, atol=1e-5)


def _expect_trained(long: _Training, short: _Training) -> None:
    """Ask that two more epochs change both networks; they start equal."""
    same = [_equal(long.encoder, short.encoder), _equal(long.decoder, short.decoder)]
    if not any(same):
        return
    told = f"is the same after 1 and after {EPOCHS} epochs: "
    if all(same):
        raise CheckFailed(
            f"what you return {told}nothing was trained.\nCall backward() and step(); "
            "the optimizer needs the parameters of the networks that you return, not "
            "those of copies."
        )
    name = "encoder" if same[0] else "decoder"
    raise CheckFailed(
        f"the {name} {told}it was not trained.\nGive the optimizer the parameters of "
        "both networks, and cut nothing off by detach() or no_grad()."
    )


def _equal(a: nn.Module, b: nn.Module) -> bool:
    pairs: Sequence[tuple[Tensor, Tensor]] = list(
        zip(a.parameters(), b.parameters(), strict=False)
    )
    return all(x.shape == y.shape and torch.equal(x, y) for x, y in pairs)
