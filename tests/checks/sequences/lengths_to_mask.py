"""Answers to `lengths_to_mask`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.data import sequences


def moved(lengths, max_length):
    rows = [[True] * n + [False] * (max_length - n) for n in lengths.tolist()]
    return torch.tensor(rows).to(lengths.device)


RIGHT = [
    sequences.lengths_to_mask,
    lambda n, t: ~F.one_hot(n, t + 1).cumsum(1)[:, :t].bool(),
    lambda n, t: n.new_ones(len(n), t).cumsum(1) <= n[:, None],
    moved,
]
WRONG = {
    "int8": lambda n, t: torch.arange(t, device=n.device) < n.to(torch.int8)[:, None],
    "-1 means the last step": lambda n, t: torch.ones(t, t).tril().bool()[n - 1],
    "those before it are valid": lambda n, t: F.one_hot(n, t + 1)[:, 1:].bool(),
    "transposed": lambda n, t: torch.arange(t)[:, None] < n,
    "must be a column": lambda n, t: torch.arange(t) < n,
    "on the device of the lengths": lambda n, t: torch.arange(t) < n[:, None],
    "changes its input lengths": lambda n, t: torch.arange(t) <= n.sub_(1)[:, None],
}
