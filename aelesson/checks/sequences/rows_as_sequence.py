"""`rows_as_sequence(images)`: each image as a sequence of its rows, `(B, 28, 28)`."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits

SIDE = 28


def rows_as_sequence(images):
    rows = images[:, 0]
    return rows


def cases():
    # as many images as rows: where the batch is taken for the steps, nothing fails
    batches = ((5, torch.float32), (1, torch.float32), (SIDE, torch.float64))
    return [{"images": torch.rand(b, 1, SIDE, SIDE, dtype=d)} for b, d in batches]


def observe(answer, case):
    def called(images):
        torch.set_default_dtype(images.dtype)  # so that zeros to fill are of it
        try:
            return answer(images)
        finally:
            torch.set_default_dtype(torch.float32)

    return returned(dtype=True)(called, case)


DROP = "drop the channel axis only: images[:, 0] or images.squeeze(1)."
check = Exercise(
    rows_as_sequence,
    cases,
    observe,
    errors={
        "too many": f"the images have four axes: {DROP}",
        "is invalid for input of size": f"do not write the size of a batch: {DROP}",
    },
)
ROWS, WHOLE = "return rows", "images[:, 0]"
MIXED = "return rows.permute({}).reshape(rows.shape)"
check.mistakes(
    {
        "these are columns: step t is row t, do not transpose.": f"{ROWS} -> {ROWS}.mT",
        "the channel axis is still there: drop it, as in images[:, 0].": [
            *edits(WHOLE, "images.transpose({})", "1, 2", "0, 1"),
            *edits(WHOLE, "images{}", "", ".permute(0, 2, 3, 1)"),
        ],
        "take squeeze(1), the channel: axis 0 is the batch, also of one image.": edits(
            WHOLE, "images.squeeze({})", "", 0
        ),
        "a step is a whole row, 28 numbers, and each image has 28 of them.": [
            *edits(ROWS, ROWS + "[{}]", ":, 1:", "..., 1:"),
            *edits(ROWS, ROWS + ".flatten(1){}", "", "[:, None]", "[..., None]"),
        ],
        "the axes are (B, T, F): first one sequence per image, then its rows.": [
            *edits(ROWS, ROWS + ".{}", "flatten(0, 1)", "mT.flatten(0, 1)"),
            *edits(ROWS, ROWS + ".permute({})", "1, 0, 2", "1, 2, 0", "2, 1, 0"),
            f"{ROWS} -> {ROWS}.reshape(SIDE, -1, SIDE)",
        ],
        "this is one image, row or column: images[:, 0] drops the channel.": [
            *edits(WHOLE, "images[{}]", "0", "0, 0", ":, :, 0", "..., 0"),
            f"{ROWS} -> {ROWS}[:1].expand_as(rows)",
        ],
        "this is turned or mirrored: step 0 is the top row, from left to right.": [
            *edits(ROWS, "return rows.flip({})", 1, 2, (1, 2)),
            *edits(ROWS, "return rows.mT.flip({})", 1, 2, (1, 2)),
        ],
        "rows of different images are mixed: reshape does not swap axes.": [
            *edits(ROWS, MIXED, (1, 2, 0), (1, 0, 2)),
            f"{ROWS} -> {ROWS}.reshape(SIDE, -1, SIDE).transpose(0, 1)",
            f"{ROWS} -> {ROWS}.reshape(SIDE, SIDE, -1).permute(2, 0, 1)",
        ],
        "the pixels are other numbers now: return them as they came.": [
            *edits(ROWS, "return {}", "2 * rows - 1", "(rows > 0.5).to(rows.dtype)"),
            *edits(ROWS, "return (rows - rows.mean()){}", "", " / rows.std()"),
        ],
    }
)
