"""The checks of lesson 11: sequences, masks, and codes of what has no fixed length.

The exercises that work with a network, and the loss, have modules of their own.
"""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.sequences_decode import decode_sequence
from aelesson.checks.sequences_encode import encode_sequence
from aelesson.checks.sequences_loss import masked_mse

__all__ = [
    "decode_sequence",
    "encode_sequence",
    "lengths_to_mask",
    "masked_mse",
    "rows_as_sequence",
]

SIDE = 28
BATCHES = ((5, torch.float32), (1, torch.float32), (SIDE, torch.float64))

_DROP_ONE = "drop the channel axis only: images[:, 0] or squeeze(1)."
ROW_HINTS = {
    "too many indices": f"the images have four axes: {_DROP_ONE}",
    "too many values to unpack": f"the images have four axes: {_DROP_ONE}",
    "is invalid for input of size": f"do not write the size of a batch: {_DROP_ONE}",
    "not enough values to unpack": f"a batch may hold one image: {_DROP_ONE}",
}


@check(f"right on {len(BATCHES)} batches")
def rows_as_sequence(function: Answer) -> None:
    """Check `rows_as_sequence(images)`: one step per row, one number per pixel."""
    for batch, dtype in BATCHES:
        images = torch.rand(batch, 1, SIDE, SIDE, dtype=dtype)
        shape = (batch, SIDE, SIDE)
        got = call(function, ROW_HINTS, images=images)
        rows = expect_tensor(got, shape, _shapes_of_rows(batch), dtype)
        expected = torch.cat(list(images.unbind()))  # (B, 28, 28), the channel joined
        given = f"images of shape {tuple(images.shape)}"
        expect_close(rows, expected, given, _misread_rows(expected))


def _shapes_of_rows(batch: int) -> dict[tuple[int, ...], str]:
    pixels = SIDE * SIDE
    return {
        (batch, 1, SIDE, SIDE): "the channel axis is still there: drop it.",
        (batch, SIDE, SIDE, 1): "the channel axis is still there: drop it.",
        (batch, SIDE, 1, SIDE): "the channel axis is still there: drop it.",
        (batch, pixels, 1): "a step is a row of 28 numbers, not one pixel.",
        (batch, pixels): "a step is a row of 28 numbers: do not flatten the rows.",
        (batch, 1, pixels): "a step is a row of 28 numbers: do not flatten the rows.",
        (SIDE, batch, SIDE): "the axes are (B, T, F): the batch comes first.",
        (batch * SIDE, SIDE): "one sequence per image: keep the axis of the batch.",
        (SIDE, SIDE): "a batch of one image is a batch still: squeeze(1) drops the "
        "channel axis only, squeeze() every axis of size 1.",
    }


def _misread_rows(rows: Tensor) -> Mistakes:
    """Give each known mistake in the order of the pixels its diagnosis and result."""
    columns = rows.mT
    return {
        "these are columns: step t is row t, so do not transpose.": columns,
        "the rows come from the bottom: step 0 is the top row.": rows.flip(1),
        "each row is read from the right: its first number is the left pixel.": (
            rows.flip(2)
        ),
        "the images are turned: leave rows and columns as they are.": (
            rows.flip(1, 2),
            columns.flip(1),
            columns.flip(2),
            columns.flip(1, 2),
        ),
        "rows of different images are mixed: reshape does not swap axes.": (
            rows.reshape(SIDE, -1, SIDE).transpose(0, 1),
            rows.transpose(0, 1).reshape(rows.shape),
            rows.reshape(SIDE, SIDE, -1).permute(2, 0, 1),
            rows.permute(1, 2, 0).reshape(rows.shape),
        ),
        "every sequence is the first image: each image has its own.": (
            rows[:1].expand_as(rows)
        ),
        "the order of the batch is reversed.": rows.flip(0),
    }


LENGTHS = (
    # lengths, max_length
    ((2, 0, 5, 3), 6),
    ((4,), 4),
    ((1, 3, 2), 3),
    ((0, 0), 2),
    ((1, 1, 7, 1, 2), 9),
    ((33, 29), 35),  # more steps than an image has rows
)


@check(f"right on {len(LENGTHS)} batches of lengths")
def lengths_to_mask(function: Answer) -> None:
    """Check `lengths_to_mask(lengths, max_length)`: True at valid steps."""
    for given, steps in LENGTHS:
        lengths = torch.tensor(given)
        got = call(function, MASK_HINTS, lengths=lengths, max_length=steps)
        _expect_bools(got)
        shape = (len(lengths), steps)
        mask = expect_tensor(got, shape, _shapes_of_masks(lengths, steps), torch.bool)
        rows = [[True] * n + [False] * (steps - n) for n in given]
        expected = torch.tensor(rows)
        case = f"lengths = {list(given)}, max_length = {steps}"
        expect_close(mask, expected, case, _mismasks(expected, lengths))
    _expect_device_of_lengths(function)


MASK_HINTS = {
    "must match the size of tensor": (
        "the lengths must be a column to be compared with the steps: lengths[:, None]."
    ),
    "stack expects each tensor to be equal size": (
        "every row has max_length steps: fill it up with False."
    ),
}


def _expect_bools(mask: object) -> None:
    if isinstance(mask, Tensor) and mask.dtype != torch.bool:
        why = "With whole numbers, x[mask] would mean places, not a choice."
        if mask.is_floating_point():
            why = "With floats, neither x[mask] nor ~mask works."
        raise CheckFailed(
            f"got a tensor of {mask.dtype}, expected torch.bool: a comparison gives "
            f"bools.\n{why}"
        )


def _shapes_of_masks(lengths: Tensor, steps: int) -> dict[tuple[int, ...], str]:
    batch, longest = len(lengths), int(lengths.max())
    every = "all steps up to max_length, though no sequence may be that long."
    one_more = "the steps go from 0 to max_length - 1."
    shapes = {
        (batch, steps, 1): "no axis more: one bool per step.",
        (batch, 1, steps): "no axis more: one bool per step.",
        (batch, batch): "compare lengths with the steps, not with each other.",
        (int(lengths.sum()),): "one row per sequence, padding included.",
        (batch * steps,): "one row per sequence.",
        (steps,): "one row per sequence.",
        (batch,): "one bool per step.",
        (longest, batch): f"{every} And sequences are rows.",
        (batch, longest + 1): every,
        (batch, longest): every,
        (steps + 1, batch): f"{one_more} And sequences are rows.",
        (batch, steps + 1): one_more,
    }
    shapes[(steps, batch)] = "sequences are rows, steps are columns: transpose it."
    return shapes


_MINUS_ONE = (
    "a length of 0 gives a row of False: there, the index length - 1 is -1, and -1 "
    "means the last step."
)


def _mismasks(expected: Tensor, lengths: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the mask it leads to."""
    steps = torch.arange(expected.shape[1])
    column = lengths[:, None]
    mistakes: dict[str, Tensor | tuple[Tensor, ...]] = {
        "it is inverted: True is for valid steps, False for padding.": ~expected,
        "one step too many: a length of 2 means the steps 0 and 1, so t < length.": (
            steps <= column
        ),
        "one step too few: the steps count from 0, so step t is valid if t < length.": (
            steps < column - 1
        ),
        "one step too few: `:n - 1` leaves out the last valid step, and for a length "
        "of 0 it is `:-1`, which is all but the last.": (
            (steps < column - 1) | ((column == 0) & (steps < len(steps) - 1))
        ),
        "it is inverted, and one step is off: t < length.": (
            steps > column,
            steps >= column - 1,
        ),
        "the steps are one too late: the first valid step is step 0.": (
            (steps > 0) & (steps <= column)
        ),
        "a length of 0 gives a row of False.": expected
        | ((column == 0) & (steps == 0)),
        "step 0 is missing: the steps count from 0.": expected & (steps > 0),
        "the padding must be at the end: yours comes first.": expected.flip(1),
        "only the last valid step is True: those before it are valid, too.": (
            steps == column - 1
        ),
        "only the last valid step is True: those before it are valid, too.\n"
        f"{_MINUS_ONE}": steps == (column - 1) % len(steps),
        f"{_MINUS_ONE}": (
            expected | (column == 0),
            expected | ((column == 0) & (steps == len(steps) - 1)),
        ),
        "only the step behind the last valid one is True.": steps == column,
        "every sequence got the length of the longest: use its own.": (
            (steps < lengths.max()).expand_as(expected)
        ),
        "every sequence got the length of the first: use its own.": (
            (steps < lengths[0]).expand_as(expected)
        ),
        "the order of the batch is changed: row i belongs to lengths[i].": (
            expected.flip(0),
            steps < lengths.sort().values[:, None],
            steps < lengths.sort(descending=True).values[:, None],
        ),
        "all steps are True: there is padding, too.": torch.ones_like(expected),
        "all steps are False.": torch.zeros_like(expected),
    }
    if expected.shape[0] == expected.shape[1]:
        mistakes["sequences are rows, steps are columns: transpose it."] = expected.T
    return mistakes


def _expect_device_of_lengths(function: Answer) -> None:
    """Make another device the default, so that only the lengths are on the CPU."""

    def elsewhere(lengths: Tensor, max_length: int) -> object:
        with torch.device("meta"):
            return function(lengths, max_length)

    lengths = torch.tensor(LENGTHS[0][0])
    try:
        mask = elsewhere(lengths, LENGTHS[0][1])
    except Exception as error:
        # A right answer may fail, too: from "meta" nothing can be copied.
        misplaced = "is not on the expected device meta" in str(error)
    else:
        misplaced = isinstance(mask, Tensor) and mask.device != lengths.device
    if misplaced:
        raise CheckFailed(
            "if the lengths are on another device than the CPU, your function fails or "
            "returns a mask on the CPU.\nMake new tensors on the device of the "
            "lengths: torch.arange(..., device=lengths.device)."
        )
