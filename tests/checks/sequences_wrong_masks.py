"""More wrong answers to `lengths_to_mask`: what a length of 0 does to an index."""

import torch

from .answers import Wrong
from .sequences_masks import after


def mask_filled_up_to_less_one(lengths, max_length):
    mask = torch.zeros(len(lengths), max_length, dtype=torch.bool)
    for row, n in enumerate(lengths.tolist()):
        mask[row, : n - 1] = True
    return mask


def mask_from_the_last_step_back(lengths, max_length):
    ends = torch.zeros(len(lengths), max_length, dtype=torch.int64)
    ends[torch.arange(len(lengths)), lengths - 1] = 1
    return ends.flip(1).cumsum(1).flip(1).bool()


def mask_of_a_triangle_less_one(lengths, max_length):
    triangle = torch.ones(max_length, max_length, dtype=torch.bool).tril()
    return triangle[lengths - 1]


def mask_with_the_last_step_added(lengths, max_length):
    mask = torch.arange(max_length) < lengths[:, None] - 1
    mask[torch.arange(len(lengths)), lengths - 1] = True
    return mask


WRONG = [
    Wrong(mask_filled_up_to_less_one, "`:n - 1` leaves out the last valid step"),
    Wrong(mask_from_the_last_step_back, "-1 means the last step"),
    Wrong(mask_of_a_triangle_less_one, "-1 means the last step"),
    Wrong(mask_with_the_last_step_added, "-1 means the last step"),
    Wrong(after(lambda m: m.double()), "With floats, neither x[mask] nor ~mask"),
    Wrong(after(lambda m: m.half()), "With floats, neither x[mask] nor ~mask"),
]
