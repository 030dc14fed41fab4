"""The toy check of lesson 00: a learner sees it fail, and then pass."""

import torch

from aelesson.checks.expect import expect_close, expect_tensor
from aelesson.checks.harness import Answer, call, check

TENSORS = (
    torch.tensor([1.0, 3.0, -4.0]),
    torch.tensor([[0.5, 2.5], [-1.0, 7.0]]),
    torch.zeros(1, 2, 2),
)


@check(f"right on {len(TENSORS)} tensors")
def double(function: Answer) -> None:
    """Check `double(x)`: twice every value of `x`, of any shape, in a new tensor."""
    for tensor in TENSORS:
        x = tensor.clone()
        value = expect_tensor(call(function, x=x), x.shape)
        mistakes = {
            "you returned the square, x * x. Twice x is 2 * x.": x * x,
            "you returned x as it came. Twice x is 2 * x.": x,
            "you added 2. Twice x is 2 * x.": x + 2,
            "you halved x. Twice x is 2 * x.": x / 2,
        }
        expect_close(value, 2 * x, f"x = {x.tolist()}", mistakes)
