"""What the checks of lesson 02 share: batches, shapes, and gradients that must flow."""

from itertools import combinations
from math import log, prod

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call

BATCHES = (
    ((5, 3, 4, 6), torch.float32),
    ((1, 1, 6, 2), torch.float32),
    ((4, 10), torch.float64),
    ((3, 2, 2, 3, 2), torch.float32),
)
"""Shape and dtype of each batch: a flat one, a batch of 1, and one with five sides."""

_ANY_SHAPE = "flatten(1) first: images may have any shape."
_NUMBER = (
    "is a number such as 784 written in your code?\n"
    "Take the shape from x; flatten(1) makes one row per image."
)
HINTS = {
    "Dimension out of range": _ANY_SHAPE,
    "does not match the number of dimensions": _ANY_SHAPE,  # einsum's words
    "784]' is invalid": _NUMBER,
    "28]' is invalid": _NUMBER,
    "on Tensor that requires grad": (
        "compute with torch throughout: numpy hands no gradient on."
    ),
    "argument 'input' (position 1) must be Tensor, not float": (
        "math.log works on plain numbers such as std, torch.log on tensors."
    ),
    "can be converted to Python scalars": (
        "math.log and float() take one number: use torch.log for tensors."
    ),
}


def per_image(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of what should be one sum per image."""
    batch, sides = shape[0], shape[1:]
    add_up = "sum over all dimensions but the first."
    some_left = {
        (batch, *left): _ANY_SHAPE
        for count in range(1, len(sides))
        for left in combinations(sides, count)
    }
    return some_left | {
        shape: f"one value per pixel; {add_up}",
        (batch, prod(sides)): f"one value per pixel; {add_up}",
        sides: f"you summed over the batch; {add_up}",
        (batch, *(1 for _ in sides)): "sum without `keepdim`.",
        (batch, 1): "sum without `keepdim`.",
        (): f"one number for the whole batch; {add_up}",
    }


def general_mistakes(right: Tensor, pixels: int) -> Mistakes:
    """Give the mistakes that any sum over pixels invites, for the right `(B,)`."""
    every = right.sum().expand_as(right)
    return {
        "the sign is the wrong way round: return the negative logarithm.": -right,
        "you took the mean over the pixels: take their sum.": right / pixels,
        "is a number such as 784 written in your code? Take the sum.": (
            right / 784,
            right / pixels * 784,
        ),
        "each image got the sum of the whole batch: sum over its own pixels.": every,
        "each image got the mean of the whole batch: sum over its own pixels.": (
            every / len(right)
        ),
        "this is in bits: use the natural logarithm, not log2.": right / log(2),
        "use the natural logarithm, not log10.": right / log(10),
    }


def expect_gradient_flows(
    function: Answer, expected: Tensor, given: str, /, **arguments: object
) -> None:
    """Raise unless the sum of the results has this gradient by the first argument.

    Args:
        function: the learner's function, whose values were right.
        expected: the gradient; where it is nan, any finite one is right.
        given: the input, in words.
        **arguments: the arguments by name; the first is a tensor.
    """
    name, values = next(iter(arguments.items()))
    leaf = torch.as_tensor(values).clone().requires_grad_()
    got = call(function, HINTS, **{**arguments, name: leaf})
    result = expect_tensor(got, leaf.shape[:1])
    if not result.requires_grad:
        raise CheckFailed(
            f"no gradient flows back to {name}, so no network can learn from it.\n"
            "Leave out .detach(), .item(), .data, numpy and no_grad()."
        )
    (gradient,) = torch.autograd.grad(result.sum(), leaf)
    if not gradient.isfinite().all():
        raise CheckFailed(
            f"your values are right, but their gradient is nan or inf, for {given}.\n"
            "A root at 0, or a masked branch that overflows, does that."
        )
    known = expected.isfinite()
    expect_close(gradient[known], expected[known], f"the gradient by {name}, {given}")
