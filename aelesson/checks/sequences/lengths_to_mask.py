"""`lengths_to_mask(lengths, max_length)`: True at the valid steps, `(B, T)`."""

import torch
from torch.overrides import TorchFunctionMode

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits


def lengths_to_mask(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)
    mask = steps < lengths[:, None]
    return mask


def cases():
    lengths = [
        ((2, 0, 5, 3), 6),
        ((4,), 4),
        ((1, 3, 2), 3),
        ((0, 0), 2),
        ((1, 1, 7, 1, 2), 9),
        ((33, 300), 310),  # more than an image has rows, and than a byte can count
        ((2, 1), 11),  # on another device
    ]
    return [{"lengths": torch.tensor(n), "max_length": t} for n, t in lengths]


def elsewhere(case):
    return case["max_length"] == 11


def observe(answer, case):
    if elsewhere(case):
        return iter([("device", device(answer, **case))])
    return returned(dtype=True)(answer, case)


class Apart(TorchFunctionMode):
    """Find out at once what takes torch seconds: where two devices meet."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        places = {a.device for a in args if isinstance(a, torch.Tensor) and a.dim()}
        goes = ("__getitem__", "__setitem__", "to", "type_as", "copy_")
        if len(places) > 1 and func.__name__ not in goes:
            raise RuntimeError("two devices")
        return func(*args, **(kwargs or {}))


STAYS = (
    "with lengths on another device, this fails, or the mask is not there.\n"
    "Make new tensors on the device of the lengths: device=lengths.device."
)


def device(answer, lengths, max_length):
    """Make another device the default, so that only the lengths are on the CPU."""
    try:
        with torch.device("meta"), Apart():
            there = answer(lengths.clone(), max_length).device == lengths.device
    except Exception as error:  # a right answer may fail: "meta" has nothing to copy
        there = str(error) != "two devices"
    return FINE if there else Finding("on the CPU", STAYS)


check = Exercise(
    lengths_to_mask,
    cases,
    observe,
    only={STAYS: elsewhere},
    errors={
        "must match the size": "lengths must be a column: [:, None].",
        "out of bounds": "a length may be max_length, and no step has that number.",
    },
)
LENGTHS, LESS, MASK = "lengths[:, None]", "steps < lengths[:, None]", "return mask"
check.mistakes(
    {
        "a length of 0 must give False: index -1 means the last step.": [
            f"{LENGTHS} -> ((lengths - 1) % max_length + 1)[:, None]",
            f"{LESS} -> (steps < {LENGTHS}) | (steps == {LENGTHS} + max_length - 1)",
        ],
        "a full row is wiped: `-0:` is all of it, `:n` is not.": (
            f"{LENGTHS} -> (lengths % max_length)[:, None]"
        ),
        "a length of 0 has one True: a clamp?": "lengths[ -> lengths.clamp(min=1)[",
        "a full row lost a step.": "lengths[ -> lengths.clamp(max=max_length - 1)[",
        "lengths over 127 do not fit int8: keep int64.": "lengths[ -> lengths.byte()[",
        "every sequence got the same length: use its own.": [
            *edits(LENGTHS, "lengths{}.expand(len(lengths), 1)", ".max()", "[0]"),
            *edits(LENGTHS, "0 * lengths[:, None] + {}", "max_length", "0"),
        ],
        "the lengths are sorted: row i belongs to lengths[i].": edits(
            "lengths[", "lengths.sort(descending={}).values[", True, False
        ),
        "the padding comes last, not first.": "return mask -> return mask.flip(1)",
        "compare for bools: numbers in x[mask] mean places, or fail.": edits(
            MASK, "return mask.{}()", "int", "long", "byte", "float", "double"
        ),
        "one row per sequence, one column per step 0 to T - 1, (B, T).": [
            *edits(MASK, "return mask{}", "[..., None]", "[:, None]", "[None]"),
            *edits(MASK, "return mask{}", "[mask]", ".flatten()", ".any(0)"),
            *edits(LESS, "lengths < {}", "max_length", "lengths[:, None]"),
            *edits("max_length,", "max_length {} 1,", "+", "-"),
        ],
        "the mask ends with the longest sequence: make max_length steps.": edits(
            "max_length,", "int(lengths.max()){},", "", " + 1"
        ),
        "it is inverted: True is for valid steps, False for padding.": "< -> >=",
        "one step too many: a length of 2 means 0 and 1, t < length.": "< -> <=",
        "one step too few: steps count from 0, t < length.": "< -> < -1 +",
        "step 0 is valid: steps count from 0.": (
            f"{LESS} -> (steps > 0) & (steps <= {LENGTHS})"
        ),
        "only one step is True: those before it are valid, too.": [
            *edits("<", "== {}", "", "-1 +"),
            f"{LESS} -> steps == ({LENGTHS} - 1) % max_length",
        ],
    }
)
