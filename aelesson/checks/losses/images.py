"""What the exercises of lesson 02 share: batches, sums, values far out."""

from math import log

import torch

from aelesson.checks.engine import FINE
from aelesson.checks.engine.compare import close

BATCHES = [
    ((5, 3, 4, 6), torch.float32),
    ((1, 1, 6, 2), torch.float32),
    ((4, 10), torch.float64),
    ((3, 2, 2, 3, 2), torch.float32),
    ((2, 1, 5, 5), torch.float32),
]
"""Shape and dtype of each batch: one of 1, a flat one, one with five sides."""

ANY_SHAPE = "images may have any shape: .flatten(1) makes one row of each."
NUMBER = (
    "is a number such as 28 or 784 written in your code? Take the sizes from x:\n"
    ".flatten(1) makes one row of each image, whatever its shape."
)
NUMBERS_ONLY = "math.log and float() are for one number: use torch.log for tensors."
ERRORS = {
    "Dimension out of range": ANY_SHAPE,
    "does not match the number of dimensions": ANY_SHAPE,
    "]' is invalid for input of size": NUMBER,
    "must be Tensor, not float": "use math.log for numbers, torch.log for tensors.",
    "can be converted to Python scalars": NUMBERS_ONLY,
}


def total(values):
    return values.flatten(1).sum(1)


REDUCE = {
    "you took the mean over the pixels: take the sum.": lambda v: v.flatten(1).mean(1),
    "one value per pixel: sum all dimensions but the first.": lambda v: v,
    "one number for the whole batch: sum over all dimensions but the first.": [
        torch.sum,
        torch.mean,
        lambda v: total(v).mean(),
    ],
    "you summed over the batch: sum over all dimensions but the first.": [
        lambda v: v.sum(0),
        lambda v: v.flatten(1).sum(0),
    ],
    f"some sides of the images are left; {ANY_SHAPE}": lambda v: v.sum(-1),
    "sum without `keepdim`: the result has one dimension, (B,).": lambda v: total(v)[
        :, None
    ],
    "the sign of the result is wrong: minus the logarithm.": lambda v: -total(v),
    "use the natural logarithm: log2 gives bits.": lambda v: total(v) / log(2),
}
"""What people do in place of `total`, by sentence."""


def exact_far_out(seen, reference, far, says):
    """Return an observer that looks at values far out only when all others are seen.

    Args:
        seen: the observer of everything else.
        reference: a right answer.
        far: tells, from the inputs, which values are far out.
        says: makes the finding, from the index of a value, what came, what is right,
            and the inputs.
    """

    def observe(answer, case):
        right, mask = reference(*case.values()), far(*case.values())
        for aspect, value in seen(answer, case):
            if aspect != "value" or value.shape != mask.shape or not mask.any():
                yield aspect, value
                continue
            yield "value", value[~mask]
            for at in map(tuple, mask.nonzero().tolist()):
                got, want = value[at], right[at]
                fine = close(got, want)
                found = FINE if fine else says(at, got.item(), want.item(), case)
                yield f"far out {at}", found

    return observe
