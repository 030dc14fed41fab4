"""Answers to `lengths_to_mask`, an exercise of lesson 11."""

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from .answers import Wrong

# right


def mask_reference(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)
    return steps < lengths[:, None]


def mask_expanded(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)
    steps = steps.unsqueeze(0).expand(len(lengths), max_length)
    return steps.lt(lengths.view(-1, 1))


def mask_by_loops(lengths, max_length):
    mask = torch.zeros(
        len(lengths), max_length, dtype=torch.bool, device=lengths.device
    )
    for row, length in enumerate(lengths):
        mask[row, :length] = True
    return mask


def mask_from_lists(lengths, max_length):
    rows = [[step < n for step in range(max_length)] for n in lengths.tolist()]
    return torch.tensor(rows, device=lengths.device)


def mask_moved(lengths, max_length):
    return (torch.arange(max_length).to(lengths.device) < lengths.reshape(-1, 1)).bool()


def mask_by_counting(lengths, max_length):
    ones = lengths.new_ones(len(lengths), max_length)
    return ones.cumsum(dim=1) <= lengths[:, None]


def mask_by_one_hot(lengths, max_length):
    ends = F.one_hot(lengths, max_length + 1).cumsum(dim=1)
    return ~ends[:, :max_length].bool()


def mask_by_padding(lengths, max_length):
    device = lengths.device
    ones = [torch.ones(n, dtype=torch.bool, device=device) for n in lengths.tolist()]
    whole = torch.ones(max_length, dtype=torch.bool, device=device)
    return pad_sequence([whole, *ones], batch_first=True)[1:]


def mask_by_where(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)[None]
    left = (lengths[:, None] - steps).clamp(min=0)
    return torch.where(left > 0, 1, 0).to(torch.bool)


def mask_of_a_triangle(lengths, max_length):
    triangle = torch.ones(
        max_length + 1, max_length, dtype=torch.bool, device=lengths.device
    )
    return triangle.tril(-1)[lengths]


def mask_stacked(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)
    return torch.stack([steps < length for length in lengths])


def mask_by_searching(lengths, max_length):
    steps = torch.arange(max_length, device=lengths.device)
    return torch.vmap(lambda length: steps < length)(lengths)


def mask_by_lists_moved(lengths, max_length):
    rows = [[True] * n + [False] * (max_length - n) for n in lengths.tolist()]
    return torch.tensor(rows, dtype=torch.bool).to(lengths.device)


def mask_through_the_cpu(lengths, max_length):
    rows = (torch.arange(max_length).tolist() for _ in lengths)
    steps = torch.tensor(list(rows), device=lengths.device)
    return steps < lengths[:, None]


RIGHT = [
    mask_reference,
    mask_expanded,
    mask_by_loops,
    mask_from_lists,
    mask_moved,
    mask_by_counting,
    mask_by_one_hot,
    mask_by_padding,
    mask_by_where,
    mask_of_a_triangle,
    mask_stacked,
    mask_by_searching,
    mask_by_lists_moved,
    mask_through_the_cpu,
]

# wrong; more are in sequences_wrong_masks


def mask(compare):
    """Return an answer that compares the steps `(T,)` with the lengths `(B, 1)`."""

    def lengths_to_mask(lengths, max_length):
        steps = torch.arange(max_length, device=lengths.device)
        return compare(steps, lengths[:, None])

    return lengths_to_mask


def after(change):
    """Return an answer that does something to the right mask."""

    def lengths_to_mask(lengths, max_length):
        return change(mask_reference(lengths, max_length))

    return lengths_to_mask


def mask_of_steps(count):
    """Return an answer that chooses how many steps there are."""

    def lengths_to_mask(lengths, max_length):
        return mask_reference(lengths, count(lengths, max_length))

    return lengths_to_mask


def mask_of(change):
    """Return an answer for other lengths."""

    def lengths_to_mask(lengths, max_length):
        return mask_reference(change(lengths), max_length)

    return lengths_to_mask


def mask_without_a_column(lengths, max_length):
    return torch.arange(max_length, device=lengths.device) < lengths


def mask_of_lengths_only(lengths, max_length):
    return lengths[None] < lengths[:, None]


def mask_of_each(lengths, max_length):
    return lengths < max_length


def mask_on_the_cpu(lengths, max_length):
    return torch.arange(max_length) < lengths[:, None]


def mask_of_lists_on_the_cpu(lengths, max_length):
    return torch.tensor([[t < n for t in range(max_length)] for n in lengths.tolist()])


def mask_looped_on_the_cpu(lengths, max_length):
    mask = torch.zeros(len(lengths), max_length, dtype=torch.bool)
    for row, length in enumerate(lengths.tolist()):
        mask[row, :length] = True
    return mask


def mask_cut_from_the_end(lengths, max_length):
    mask = torch.ones(len(lengths), max_length, dtype=torch.bool, device=lengths.device)
    for row, length in enumerate(lengths.tolist()):
        mask[row, -(max_length - length) :] = False
    return mask


def mask_with_a_single_step(lengths, max_length):
    mask = torch.zeros(len(lengths), max_length, dtype=torch.bool)
    mask[torch.arange(len(lengths)), lengths - 1] = True
    return mask


def mask_with_a_zero_length_lost(lengths, max_length):
    return mask_reference(lengths.clamp(min=1), max_length)


def mask_by_padding_only(lengths, max_length):
    ones = [torch.ones(n, dtype=torch.bool) for n in lengths.tolist()]
    return pad_sequence(ones, batch_first=True)


def mask_changing_lengths(lengths, max_length):
    lengths -= 1
    return torch.arange(max_length) <= lengths[:, None]


def mask_by_numpy(lengths, max_length):
    return np.arange(max_length) < lengths.numpy()[:, None]


def mask_of_places(lengths, max_length):
    return mask_reference(lengths, max_length).nonzero()


def mask_from_a_list(lengths, max_length):
    return [[t < n for t in range(max_length)] for n in lengths.tolist()]


def mask_by_range(lengths, max_length):
    return range(max_length) < lengths


def mask_stacked_unequally(lengths, max_length):
    return torch.stack([torch.ones(n, dtype=torch.bool) for n in lengths.tolist()])


def mask_of_rows(lengths, max_length):
    steps = torch.arange(max(max_length, 28), device=lengths.device).clamp(max=28)
    return steps[:max_length] < lengths[:, None]


INVERTED = "True is for valid steps, False for padding"
COMES_FIRST = "the padding must be at the end"

WRONG = [
    Wrong(after(torch.logical_not), INVERTED),
    Wrong(mask_stacked_unequally, "every row has max_length steps"),
    Wrong(mask_of_rows, "for lengths = [33, 29]"),
    Wrong(mask(torch.ge), INVERTED),
    Wrong(mask(torch.le), "one step too many"),
    Wrong(mask_of(lambda n: n + 1), "one step too many"),
    Wrong(mask_of(lambda n: n - 1), "one step too few"),
    Wrong(mask(lambda t, n: t + 1 < n), "one step too few"),
    Wrong(mask(torch.gt), "it is inverted, and one step is off"),
    Wrong(mask(lambda t, n: (t > 0) & (t < n)), "step 0 is missing"),
    Wrong(mask(lambda t, n: (t > 0) & (t <= n)), "the steps are one too late"),
    Wrong(mask(torch.eq), "only the step behind the last"),
    Wrong(mask(lambda t, n: t == n - 1), "only the last valid step"),
    Wrong(mask_with_a_single_step, "-1 means the last step"),
    Wrong(mask(lambda t, n: t < n.max() + 0 * n), "the length of the longest"),
    Wrong(mask(lambda t, n: t < n[0] + 0 * n), "the length of the first"),
    Wrong(mask(lambda t, n: t < n.sort(dim=0).values), "the order of the batch"),
    Wrong(after(lambda m: m.flip(0)), "the order of the batch"),
    Wrong(after(lambda m: m.flip(1)), COMES_FIRST),
    Wrong(mask(lambda t, n: t >= len(t) - n), COMES_FIRST),
    Wrong(after(lambda m: m.T), "sequences are rows"),
    Wrong(lambda n, t: torch.arange(t)[:, None] < n, "sequences are rows"),
    Wrong(lambda n, t: (torch.arange(t) < n[:, None]).T.reshape(len(n), t), "value ["),
    Wrong(after(lambda m: m.int()), "got a tensor of torch.int32, expected torch.bool"),
    Wrong(after(lambda m: m.long()), "With whole numbers"),
    Wrong(after(lambda m: m.float()), "With floats"),
    Wrong(after(lambda m: m.to(torch.uint8)), "a comparison gives bools"),
    Wrong(after(lambda m: m.unsqueeze(-1)), "no axis more"),
    Wrong(after(lambda m: m.unsqueeze(1)), "no axis more"),
    Wrong(after(lambda m: m.flatten()), "one row per sequence"),
    Wrong(after(lambda m: m.any(0)), "one row per sequence"),
    Wrong(after(lambda m: m.all(1)), "one bool per step"),
    Wrong(after(lambda m: m[m]), "one row per sequence, padding included"),
    Wrong(after(lambda m: torch.ones_like(m)), "all steps are True"),
    Wrong(after(lambda m: torch.zeros_like(m)), "all steps are False"),
    Wrong(after(lambda m: m.squeeze()), "got shape (4,), expected (1, 4)"),
    Wrong(mask_of_steps(lambda n, t: int(n.max())), "all steps up to max_length"),
    Wrong(mask_of_steps(lambda n, t: int(n.max()) + 1), "max_length - 1"),
    Wrong(mask_of_steps(lambda n, t: t + 1), "from 0 to max_length - 1"),
    Wrong(mask_of_steps(lambda n, t: t - 1), "all steps up to max_length"),
    Wrong(mask_of_steps(lambda n, t: 28), "got shape (4, 28), expected (4, 6)"),
    Wrong(mask_by_padding_only, "all steps up to max_length"),
    Wrong(mask_without_a_column, "lengths must be a column"),
    Wrong(mask_of_lengths_only, "with the steps, not with each other"),
    Wrong(mask_of_each, "one bool per step"),
    Wrong(mask_on_the_cpu, "on the device of the lengths"),
    Wrong(mask_of_lists_on_the_cpu, "on the device of the lengths"),
    Wrong(mask_looped_on_the_cpu, "on the device of the lengths"),
    Wrong(mask_cut_from_the_end, "lengths = [4], max_length = 4"),
    Wrong(mask_with_a_zero_length_lost, "a length of 0"),
    Wrong(mask_changing_lengths, "changes its input lengths in place"),
    Wrong(mask_by_numpy, "got a numpy array"),
    Wrong(mask_of_places, "got a tensor of torch.int64, expected torch.bool"),
    Wrong(mask_from_a_list, "(list), expected a torch tensor"),
    Wrong(mask_by_range, "raised TypeError"),
]
