"""Answers to `double`, in other people's words."""

import torch


def in_place(x):
    x *= 2
    return x


RIGHT = [
    lambda x: x + x,
    lambda x: torch.stack([x, x]).sum(0),
    lambda x: x.double() * 2,
    lambda x: torch.from_numpy(2 * x.numpy()),
]
WRONG = {
    "you returned the square": torch.square,
    "with the wrong sign": lambda x: -2 * x,
    "1.5 times the right one": lambda x: 3 * x,
    "the right one plus 1": lambda x: 2 * x + 1,
    "changes its input x in place": in_place,
    "got a NumPy array, expected a torch tensor": lambda x: 2 * x.numpy(),
    "got a list, expected a torch tensor": lambda x: (2 * x).tolist(),
    "summed over everything": lambda x: (2 * x).sum(),
}
