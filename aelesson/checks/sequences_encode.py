"""The check of `encode_sequence`, an exercise of lesson 11."""

from functools import partial

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.sequences_codes import codes_alone, miscodes, network
from aelesson.checks.sequences_gradients import (
    alike,
    expect_gradients,
    expect_kept,
    weights_of,
)
from aelesson.checks.wording import close

CASES = (
    # lengths, steps, features, units
    ((3, 6, 4, 2), 8, 3, 5),  # sorting takes a permutation that is not its inverse
    ((4, 1, 2, 5), 5, 2, 4),  # no padding in the longest
    ((3,), 6, 4, 2),
    ((2, 2, 2), 2, 3, 5),  # no padding at all
    ((1, 3, 2), 3, 4, 4),
    ((2, 4, 1), 5, 3, 1),  # a code of one number: squeeze() drops its axis, too
)
CONTENTS = (0.0, 1e4, torch.nan)  # of the padding

_BATCH_FIRST = "pack_padded_sequence takes (T, B, F) unless you say batch_first=True."
_PAIR = (
    "rnn returns a pair, outputs and last hidden state: `outputs, h = rnn(x)`.\nOf a "
    "packed input the outputs are packed, too: pad_packed_sequence unpacks them."
)
HINTS = {
    "must be sorted in decreasing order": (
        "packing wants the longest sequence first, unless you say that they come in "
        "any order: enforce_sorted=False."
    ),
    "out of bounds for dimension 0": (
        "the outputs are (B, T, D): the batch is the first axis, steps the second."
    ),
    "out of bounds": (
        "a sequence of length n has its last valid step at n - 1: steps count from 0."
    ),
    "Length of all samples has to be greater than 0": (
        "hand over the lengths as they are: pack_padded_sequence counts from 1."
    ),
    "Expected `len(lengths)` to be equal to batch_size": _BATCH_FIRST,
    "exceeds dimension size": _BATCH_FIRST,
    "'PackedSequence' object": (
        "rnn has packed outputs if its input is packed. You need the second result "
        "only, `_, h = rnn(packed)`; else unpack by pad_packed_sequence."
    ),
    "'tuple' object has no attribute": _PAIR,
    "tuple indices must be integers": _PAIR,
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
    "can be converted to an index": (
        "the lengths differ, so no slice cuts all sequences at once: take the outputs "
        "by an index for each, or pack."
    ),
    "RNN: Expected input to be 2D or 3D": "rnn takes (B, T, F), or one (T, F).",
}


@check(f"right on {len(CASES)} batches, with {len(CONTENTS)} kinds of padding")
def encode_sequence(function: Answer) -> None:
    """Check `encode_sequence(rnn, x, lengths)`: the state after the last valid step."""
    for case in CASES:
        given, steps, features, units = case
        rnn, x = network(features, units), torch.randn(len(given), steps, features)
        x.requires_grad_()
        lengths = torch.tensor(given)
        before = weights_of(rnn)
        got = call(function, HINTS, rnn=rnn, x=x, lengths=lengths)
        expect_kept(rnn, "rnn", before)
        _expect_batch_first(rnn)
        told = f"x of shape {tuple(x.shape)}, lengths = {list(given)}"
        codes = _codes(got, x, rnn, lengths)
        expected = codes_alone(rnn, x, lengths)
        if not close(codes, expected):  # the mistakes take longer than the rest
            _expect_from_rnn(codes, rnn)
            expect_close(codes, expected, told, miscodes(rnn, x, lengths))
        _expect_gradients(codes, expected, rnn, x)
    for content in CONTENTS:
        _expect_no_leak(function, content)


def _codes(got: object, x: Tensor, rnn: nn.GRU, lengths: Tensor) -> Tensor:
    if isinstance(got, tuple):
        raise CheckFailed(
            "you returned a tuple, expected one tensor: rnn returns a pair, and the "
            "code is one part of it."
        )
    shape = (len(x), rnn.hidden_size)
    return expect_tensor(got, shape, _shapes(*shape, lengths, x.shape[1]), x.dtype)


def _expect_from_rnn(codes: Tensor, rnn: nn.GRU) -> None:
    """Tell codes that another network made from those that `rnn` made badly."""
    if not codes.requires_grad:
        return
    total, weights = codes.sum(), [*rnn.parameters()]
    found = torch.autograd.grad(total, weights, retain_graph=True, allow_unused=True)
    if all(gradient is None for gradient in found):
        raise CheckFailed(
            "these codes do not come from rnn: is there a new nn.GRU in your function?"
            "\nIts weights are random ones. Use the network that is handed over."
        )


def _expect_batch_first(rnn: nn.GRU) -> None:
    if not rnn.batch_first:
        raise CheckFailed(
            "you set rnn.batch_first to False, and so it stays for all that follows.\n"
            "Take it as it is: x is (B, T, F), as it wants."
        )


def _shapes(
    batch: int, units: int, lengths: Tensor, steps: int
) -> dict[tuple[int, ...], str]:
    """Name the wrong shapes; of two names for one, the later stays."""
    drop = "drop the axis of size 1."
    per_step = "one code per sequence, not per step."
    shapes = {
        (batch, batch, units): "outputs[:, lengths - 1] takes these steps of every "
        "sequence; outputs[torch.arange(B), lengths - 1] takes one of each.",
        (batch, units, units): "one code per sequence.",
        (units, batch): "sequences are rows: do not transpose.",
        (batch * units,): "one row per sequence.",
        (units,): "one code per sequence; a batch of one is a batch still, so take "
        "h[0] or squeeze(0), not squeeze().",
        (steps, units): per_step,
        (int(lengths.max()), units): f"{per_step} Is batch_first=True missing in "
        "pad_packed_sequence?",
        (batch, steps, units): "these are the states after every step: take the one "
        "after the last valid step.",
        (int(lengths.sum()), units): "these are all valid states in a row: take the "
        "last one of each sequence.",
        (1, units): "this is one sequence only: h is (1, B, D), so h[0] has all codes.",
        (1, batch, units): f"the first axis of h is the layers: {drop}",
        (batch, 1, units): f"one code per sequence: {drop}",
    }
    if units == 1 < batch:
        shapes[(batch,)] = (
            "a code of one number has an axis still: squeeze() drops every axis of "
            "size 1, h[0] the layers only."
        )
    return shapes


def _expect_gradients(codes: Tensor, expected: Tensor, rnn: nn.GRU, x: Tensor) -> None:
    named = {"x": x, **{f"rnn.{name}": p for name, p in rnn.named_parameters()}}
    got = expect_gradients(codes, "the codes", named)
    wanted = expect_gradients(expected, "the codes", named)
    for name in named:
        given = f"the gradient with respect to {name}"
        if not alike(got[name], wanted[name]):
            expect_close(got[name], wanted[name], given)


def _expect_no_leak(function: Answer, content: float) -> None:
    """Ask that the codes do not know what stands in the padding."""
    rnn, lengths = network(3, 4), torch.tensor([3, 1, 4])
    x = torch.randn(3, 6, 3)
    mask = torch.arange(6) < lengths[:, None]
    filled = torch.where(mask[..., None], x, content)
    # Filled sequences come by closure: in nan, the harness would see a change.
    got = call(partial(_called_with, function, rnn, filled), HINTS, lengths=lengths)
    codes, expected = _codes(got, x, rnn, lengths), codes_alone(rnn, x, lengths)
    reached = (
        "the padding reached the code: 0 * nan is nan, so multiplying by a mask does "
        "not keep it out.\nChoose the state by an index, or pack the batch."
    )
    mistakes: Mistakes = {}
    if content != content:  # nan
        mistakes = {reached: torch.where(codes.isnan(), torch.nan, expected)}
    expect_close(codes, expected, f"{content:g} in the padding", mistakes)


def _called_with(function: Answer, rnn: nn.GRU, x: Tensor, lengths: Tensor) -> object:
    return function(rnn, x, lengths)
