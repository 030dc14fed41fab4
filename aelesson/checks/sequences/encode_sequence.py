"""`encode_sequence(rnn, x, lengths)`: the state after each sequence's last valid step.

Codes must not know the padding, even if it is nan. Gradients are compared where the
padding is finite: those of a state taken by its index are nan where nan was read.
"""

import torch
from torch import nn

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.observe import described, fresh, inputs_kept
from aelesson.checks.sequences.states import (
    FLAG,
    at,
    misplaced,
    network,
    of_all_states,
    of_h,
    of_read,
    of_states,
    one_by_one,
    own,
    pack,
    stepwise,
    unpacked,
    valid,
)
from aelesson.checks.sequences.watched import gradients, kept, state, weights


def encode_sequence(rnn, x, lengths):
    return rnn(pack(x, lengths))[1][0]


def cases():
    def batch(lengths, steps, features, units, padding=None):
        x, n = torch.randn(len(lengths), steps, features), torch.tensor(lengths)
        if padding is not None:
            x = torch.where(valid(x, n), x, padding)
        return {"rnn": (features, units), "x": x, "lengths": n}

    return [
        batch((3, 6, 4, 2), 8, 3, 5),  # to sort takes a permutation, and its inverse
        batch((4, 1, 2, 5), 5, 2, 4),  # no padding in the longest
        batch((3,), 6, 4, 2),
        batch((2, 2, 2), 2, 3, 5),  # no padding at all
        batch((1, 3, 2), 3, 4, 4),
        batch((2, 4, 1), 5, 3, 1),  # a code of one number: squeeze() drops its axis
        *(batch((3, 1, 4), 6, 3, 4, padding=p) for p in (1e4, torch.nan)),
    ]


def encoded(answer, case):
    """Observe the codes, which states they are, and the gradients."""
    rnn, n = network(*case["rnn"]), fresh(case["lengths"])
    before, x = state(rnn), fresh(case["x"], True)
    result = attempt(answer, (rnn, x, n))
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept(case, {**case, "x": x, "lengths": n})
    yield "weights", kept("rnn", rnn, before) if rnn.batch_first else FLAG
    for aspect, value in described(result, dtype=True):
        if getattr(value, "shape", 0) == (len(x), rnn.hidden_size):
            yield "network", own(result, rnn)
            yield from misplaced(value, network(*case["rnn"]), case)
        yield aspect, value
    if isinstance(result, torch.Tensor) and bool(case["x"].isfinite().all()):
        yield from gradients(result, {"x": x, **weights("rnn", rnn)})


BATCH_FIRST = "pack_padded_sequence takes (T, B, F) unless you say batch_first=True."
PAIR = (
    "rnn returns a pair, outputs and last hidden state: `outputs, h = rnn(x)`.\nOf a "
    "packed input the outputs are packed, too: pad_packed_sequence unpacks them."
)
check = Exercise(
    encode_sequence,
    cases,
    encoded,
    tell=lambda case: (
        f"x of shape {tuple(case['x'].shape)}, lengths = {case['lengths'].tolist()}"
    ),
    errors={
        "in decreasing order": "packing sorts by itself with enforce_sorted=False.",
        "for dimension 0": "outputs are (B, T, D): batch first, then the steps.",
        "out of bounds": "steps count from 0: the last valid one is at lengths - 1.",
        "has to be greater than 0": "hand over the lengths as they are, from 1.",
        "to be equal to batch_size": BATCH_FIRST,
        "out of DATA bounds": BATCH_FIRST,
        "exceeds dimension size": BATCH_FIRST,
        "'PackedSequence' object": PAIR,
        "'tuple' object has no attribute": PAIR,
        "tuple indices must be integers": PAIR,
        "can be converted to an index": "lengths differ, no slice cuts all: pack them.",
        "Expected input to be 2D or 3D": "rnn takes (B, T, F), or one (T, F).",
    },
)


def ordered(*changes):
    """Return answers whose codes stand in another order."""
    return [lambda rnn, x, n, f=f: encode_sequence(rnn, x, n)[f(n)] for f in changes]


def begun(rnn, x, n):
    return rnn(pack(x, n), torch.ones(1, len(x), rnn.hidden_size))[1][0]


def longest_first(n):
    return n.argsort(descending=True)


LEAKS = (
    "the padding reached the code: 0 * nan is nan, a mask that multiplies leaks.\n"
    "Choose the state by an index, or pack the batch."
)
check.mistakes(
    {
        "the padding is in the code: this is the state after all T steps.": of_read(
            lambda x, n: x
        ),
        LEAKS: [
            *of_states(lambda o, n: (o * valid(o, n) * ~valid(o, n - 1)).sum(1)),
            stepwise(lambda goes_on, new, h: goes_on * new + ~goes_on * h),
        ],
        "zeros in the padding do not help: a GRU moves at zeros, too.": of_read(
            lambda x, n: x * valid(x, n), lambda x, n: x.masked_fill(~valid(x, n), 0)
        ),
        "this is not the order of the batch: enforce_sorted=False unsorts.": ordered(
            *(torch.argsort, lambda n: n.argsort().argsort()),
            *(longest_first, lambda n: longest_first(n).argsort()),
        ),
        "you counted from the end of the padding: the valid steps come first.": [
            *of_states(lambda o, n: at(o, -n)),
            one_by_one(lambda row, n: row[-n:]),
        ],
        "only the last valid step was read: those before it count, too.": of_read(
            lambda x, n: at(x, n - 1)[:, None]
        ),
        "these are the last valid inputs: let rnn read x first.": lambda rnn, x, n: at(
            x, n - 1
        ),
        "this is a mean, sum or maximum over the steps: take the last valid state.": [
            *of_all_states(lambda o, n: o.sum(1) / n[:, None], lambda o, n: o.mean(1)),
            *of_all_states(lambda o, n: o.sum(1), lambda o, n: o.amax(1)),
            *of_states(lambda o, n: o.masked_fill(~valid(o, n), -9).amax(1)),
        ],
        "pad_packed_sequence fills with zeros: outputs[:, -1] is padding again.": (
            lambda rnn, x, n: unpacked(rnn, x, n)[:, -1]
        ),
        "these are codes of the sequences backwards: read them forwards.": [
            *of_read(lambda x, n: x.flip(1)),
            one_by_one(lambda row, n: row[:n].flip(0)),
            lambda rnn, x, n: at(rnn(x.flip(1))[0], n - 1),
        ],
        "each sequence begins with zeros: leave the first state out.": [
            one_by_one(lambda row, n: row[:n], carry=True),
            begun,
        ],
        "the state is cut off from the graph between steps: no `detach` there.": (
            stepwise(torch.where, hand_on=torch.detach)
        ),
        "all codes are alike: each sequence has its own.": of_h(
            lambda h: h[0, :1].expand_as(h[0]), lambda h: 0 * h[0]
        ),
        "something bends or cuts the codes: return the states as they are.": of_h(
            *(lambda h, f=f: f(h[0]) for f in (torch.tanh, torch.sigmoid, torch.relu)),
            lambda h: nn.functional.normalize(h[0]),
        ),
        "squeeze() drops every axis of size 1, B and D too: take h[0].": of_h(
            torch.squeeze, lambda h: h[0].squeeze(1)
        ),
        "h is (1, B, D), and its first axis is the layers: the codes are h[0].": of_h(
            *(lambda h: h, lambda h: h.transpose(0, 1), lambda h: h[0, 0]),
            *(lambda h: h[:, 0], lambda h: h[0, -1:]),
        ),
        "gather takes as many numbers as its index has: expand it to D.": of_states(
            lambda o, n: o.gather(1, n[:, None, None] - 1),
            lambda o, n: o.gather(1, n[:, None, None] - 1)[:, 0],
        ),
        "one code per sequence: the index [torch.arange(B), lengths - 1], or pack.": [
            *of_states(*(lambda o, n, i=i: o[i] for i in (0, -1, slice(None)))),
            *of_states(lambda o, n: o[valid(o, n)[..., 0]], lambda o, n: o[:, n - 1]),
            unpacked,
            *(lambda rnn, x, n, i=i: unpacked(rnn, x, n)[i] for i in (0, -1)),
        ],
        "x is (B, T, F), as rnn wants it: do not transpose it.": of_read(
            lambda x, n: x.transpose(0, 1)
        ),
        "rnn returns a pair: the code is a part of the second result, h[0].": (
            lambda rnn, x, n: rnn(pack(x, n))
        ),
    }
)
