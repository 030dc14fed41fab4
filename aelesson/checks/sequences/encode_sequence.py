"""`encode_sequence(rnn, x, lengths)`: the state after each sequence's last valid step.

Codes must not know the padding, even if it is nan. Gradients are compared where the
padding is finite: those of a state taken by its index are nan where nan was read.
"""

import torch
from torch.nn.functional import normalize  # noqa: F401

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.sequences.states import facts, network, unpacked, valid  # noqa: F401
from aelesson.checks.sequences.watched import with_network


def encode_sequence(rnn, x, lengths):
    rows = torch.arange(len(x))
    outputs, h = rnn(x)  # noqa: RUF059
    codes = outputs[rows, lengths - 1]
    return codes


def one_by_one(rnn, x, lengths):
    return torch.cat([rnn(row[:n])[1] for row, n in zip(x, lengths, strict=True)])


def cases():
    batches = [
        ((3, 6, 4, 2), 8, 3, 5, 1),  # to sort takes a permutation, and its inverse
        ((4, 1, 2, 5), 5, 2, 4, 1),  # no padding in the longest
        ((2, 2, 2), 2, 3, 5, 1),  # no padding at all
        ((1, 3, 2), 3, 4, 4, 1),
        ((2, 4, 1), 5, 3, 1, 1),  # a code of one number: squeeze() drops its axis
        ((3,), 6, 3, 4, 1e4),
        ((3, 1, 4), 6, 3, 4, torch.nan),
    ]
    found = []
    for lengths, steps, features, units, padding in batches:
        n, x = torch.tensor(lengths), torch.randn(len(lengths), steps, features)
        x = torch.where(valid(x, n), x, padding * x)
        found.append({"rnn": (features, units), "x": x, "lengths": n})
    return found


BATCH_FIRST = "pack_padded_sequence takes (T, B, F) unless you say batch_first=True."
PAIR = """rnn returns a pair, outputs and last hidden state: `outputs, h = rnn(x)`.
Of a packed input the outputs are packed, too: pad_packed_sequence unpacks them."""
check = Exercise(
    encode_sequence,
    cases,
    with_network(network, facts),
    errors={
        "in decreasing order": "packing sorts by itself with enforce_sorted=False.",
        "for dimension 0": (
            "of outputs (B, T, H), a row is a sequence and lengths - 1 its last step."
        ),
        "out of bounds": "steps count from 0: the last valid one is at lengths - 1.",
        "has to be greater than 0": "hand over the lengths as they are, from 1.",
        "to be equal to batch_size": BATCH_FIRST,
        "out of DATA bounds": BATCH_FIRST,
        "'PackedSequence' object": PAIR,
        "tuple": PAIR,
        "can be converted to an index": "lengths differ, no slice cuts all: pack them.",
    },
)
CODES = "outputs[rows, lengths - 1]"
GATHERED = "outputs.gather(1, lengths[:, None, None] - 1)"
LAST = f"{CODES} -> h[0]"
ALL_STATES = (
    "outputs",
    "unpacked(rnn, x, lengths)",
    "(outputs * valid(x, lengths))",
    "outputs.masked_fill(~valid(x, lengths), -9)",
)
check.mistakes(
    {
        "the padding is in the code: this is the state after all T steps.": LAST,
        "the padding reached the code: 0 * nan is nan, a mask that multiplies leaks.": (
            f"{CODES} -> (outputs * valid(x, lengths) * ~valid(x, lengths - 1)).sum(1)"
        ),
        "zeros in the padding do not help: a GRU moves at zeros, too.": edits(
            "rnn(x)",
            "rnn({});; " + LAST,
            *("x * valid(x, lengths)", "torch.where(valid(x, lengths), x, 0)"),
        ),
        "this is not the order of the batch: enforce_sorted=False unsorts.": edits(
            "return codes",
            "return codes[lengths.{}]",
            *("argsort()", "argsort(descending=True)"),
        ),
        "you counted from the end of the padding: the valid steps come first.": [
            "lengths - 1 -> -lengths",
            *alone(one_by_one, ":n -> -n:"),
        ],
        "these are the last valid inputs: let rnn read x first.": "outputs[ -> x[",
        "this is a mean, sum or maximum of states: take the last valid state.": alone(
            encode_sequence,
            *(
                f"{CODES} -> {states}.{how}"
                for states in ALL_STATES
                for how in ("sum(1)", "sum(1) / lengths[:, None]", "mean(1)", "amax(1)")
            ),
        ),
        "these are codes of the sequences backwards: read them forwards.": [
            *edits("rnn(x)", "rnn(x.flip(1)){}", "", ";; " + LAST),
            *alone(one_by_one, "row[:n] -> row[:n].flip(0)"),
        ],
        "each sequence begins with zeros: leave the first state out.": (
            "rnn(x) -> rnn(x, torch.ones(1, len(x), rnn.hidden_size))"
        ),
        "something bends or scales the codes: return the states as they are.": [
            *edits("return codes", "return codes.{}()", "tanh", "sigmoid", "relu"),
            "return codes -> return normalize(codes)",
        ],
        "one code, D numbers, for each: outputs[arange(B), lengths - 1], or pack.": [
            *edits("return codes", "return codes{}", "[0]", "[:1]", "[-1:]"),
            *edits("return codes", "return codes{}", "[:, None]", ".squeeze(1)"),
            *edits(CODES, "outputs{}", "", "[0]", "[-1]", "[:, lengths - 1]"),
            *edits(CODES, GATHERED + "{}", "", "[:, 0]"),
            *edits(CODES, "unpacked(rnn, x, lengths){}", "", "[0]", "[-1]"),
            f"{CODES} -> outputs[valid(x, lengths)[..., 0]]",
        ],
    }
)
