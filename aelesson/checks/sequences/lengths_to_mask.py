"""`lengths_to_mask(lengths, max_length)`: True at the valid steps, `(B, T)`."""

import torch
from torch.overrides import TorchFunctionMode

from aelesson.checks.engine import FINE, Exercise, Finding, returned

LENGTHS = (
    ((2, 0, 5, 3), 6),
    ((4,), 4),
    ((1, 3, 2), 3),
    ((0, 0), 2),
    ((1, 1, 7, 1, 2), 9),
    ((33, 300), 310),  # more than an image has rows, and than a byte can count
)
DEVICE = (2, 1), 3


def lengths_to_mask(lengths, max_length, *, valid=torch.lt):
    return valid(torch.arange(max_length, device=lengths.device), lengths[:, None])


def cases():
    return [
        {"lengths": torch.tensor(n), "max_length": t} for n, t in (*LENGTHS, DEVICE)
    ]


def elsewhere(case):
    return len(case["lengths"]) == 2 and case["max_length"] == 3


def observe(answer, case):
    if elsewhere(case):
        yield "device", device(answer, **case)
    else:
        yield from returned(dtype=True)(answer, case)


class Apart(TorchFunctionMode):
    """Find out at once what takes torch seconds: numbers on two devices."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Go between two tensors only where torch does, too."""
        places = {a.device for a in args if isinstance(a, torch.Tensor) and a.dim()}
        if len(places) > 1 and func.__name__ not in GOES_BETWEEN:
            raise RuntimeError(APART)
        read = func.__name__ in ("tolist", "numpy", "item", "cpu") and args[0].is_meta
        if read or any(isinstance(to, torch.device) for to in args[1:]):
            raise RuntimeError("moved, as it should be; but there is nothing to copy")
        return func(*args, **(kwargs or {}))


APART = "two devices"
GOES_BETWEEN = ("__getitem__", "__setitem__", "to", "type_as", "copy_")
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
        there = str(error) != APART
    return FINE if there else Finding("on the CPU", STAYS)


check = Exercise(
    lengths_to_mask,
    cases,
    observe,
    tell=lambda case: f"lengths = {case['lengths'].tolist()}, T = {case['max_length']}",
    only={STAYS: elsewhere},
    errors={
        "must match the size of": (
            "to meet the steps, lengths must be a column: [:, None]."
        ),
        "to be equal size": "every row has max_length steps: fill it up with False.",
        "out of bounds": "a length may be max_length, and no step has that number.",
        "truth value": "compare tensors, torch.arange(max_length) < lengths[:, None].",
    },
)


def of_mask(*changes):
    """Return answers that do something to the right mask."""
    return [lambda n, t, f=f: f(lengths_to_mask(n, t)) for f in changes]


def of(*changes):
    """Return answers that take other lengths."""
    return [lambda n, t, f=f: lengths_to_mask(f(n, t), t) for f in changes]


def wide(*counts):
    """Return answers that choose how many steps there are."""
    return [lambda n, t, f=f: lengths_to_mask(n, f(n, t)) for f in counts]


ENDS = "a length of 0 must give False: at its index length - 1, -1 means the last step."
check.mistakes(
    {
        ENDS: [
            *of(lambda n, t: (n - 1) % t + 1, lambda n, t: (n - 1) % (t + 99) + 1),
            lambda n, t: (
                lengths_to_mask(n, t) | (n[:, None] + t - 1 == torch.arange(t))
            ),
        ],
        "`:n - 1` stops too soon, and `:-1` is not empty: take `:n`.": of(
            lambda n, t: torch.where(n > 0, n - 1, t - 1)
        ),
        "a full row is wiped: `-0:` is all of it, `:n` is not.": of(lambda n, t: n % t),
        "a length of 0 has one True: a clamp?": of(lambda n, t: n.clamp(min=1)),
        "a full row lost a step.": of(lambda n, t: n.clamp(max=t - 1)),
        "lengths over 127 do not fit into int8: keep int64.": of(lambda n, t: n.byte()),
        "every sequence got the same length: use its own.": of(
            lambda n, t: n.max().expand_as(n), lambda n, t: n[:1].expand_as(n)
        ),
        "the lengths are sorted: row i belongs to lengths[i].": of(
            lambda n, t: n.sort().values, lambda n, t: n.sort(descending=True).values
        ),
        "the padding must be at the end: yours comes first.": of_mask(torch.fliplr),
        "all steps are alike: True where valid, False at padding.": of_mask(
            torch.ones_like, torch.zeros_like
        ),
        "with whole numbers, x[mask] means places: a comparison gives bools.": of_mask(
            torch.Tensor.int, torch.Tensor.long, torch.Tensor.byte
        ),
        "with floats, neither x[mask] nor ~mask works: compare for bools.": of_mask(
            torch.Tensor.float, torch.Tensor.double, torch.Tensor.half
        ),
        "there is an axis too many: the mask is (B, T), one bool per step.": of_mask(
            lambda m: m[..., None], lambda m: m[:, None], lambda m: m[None]
        ),
        "one row per sequence, one column per step 0 to T - 1, (B, T).": [
            *of_mask(lambda m: m[m], torch.flatten, lambda m: m.any(0)),
            *(lambda n, t: n < t, lambda n, t: n < n[:, None]),
            *wide(lambda n, t: t + 1, lambda n, t: t - 1),
        ],
        "the mask ends with the longest sequence: it must have max_length steps.": wide(
            lambda n, t: int(n.max()), lambda n, t: int(n.max()) + 1
        ),
    },
    valid={
        "it is inverted: True is for valid steps, False for padding.": torch.ge,
        "it is inverted, and a step is off.": [torch.gt, lambda t, n: t >= n - 1],
        "one step too many: a length of 2 means 0 and 1, t < length.": torch.le,
        "one step too few: steps count from 0, t < length.": lambda t, n: t < n - 1,
        "step 0 is valid: steps count from 0.": [
            *(lambda t, n: (t > 0) & (t <= n), lambda t, n: (t > 0) & (t < n)),
        ],
        "only one step is True: those before it are valid, too.": [
            *(lambda t, n: t == n - 1, lambda t, n: t == (n - 1) % t.shape[-1]),
            torch.eq,
        ],
    },
)
