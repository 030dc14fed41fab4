"""`double(x)`: twice every value of `x`, of any shape, in a new tensor."""

import torch

from aelesson.checks.engine import Exercise, returned


def double(x):
    return 2 * x


def cases():
    return [
        {"x": torch.tensor([1.0, 3.0, -4.0])},
        {"x": torch.tensor([[0.5, 2.5], [-1.0, 7.0]])},
        {"x": torch.zeros(1, 2, 2)},
    ]


check = Exercise(double, cases, returned())
check.mistakes(
    {
        "you returned the square, x * x. Twice x is 2 * x.": lambda x: x * x,
        "you returned x as it came. Twice x is 2 * x.": lambda x: x,
        "you added 2. Twice x is 2 * x.": lambda x: x + 2,
        "you halved x. Twice x is 2 * x.": lambda x: x / 2,
    }
)
