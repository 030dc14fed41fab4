"""`rows_as_sequence(images)`: each image as a sequence of its rows, `(B, 28, 28)`."""

import torch

from aelesson.checks.engine import Exercise, returned

SIDE = 28


def rows_as_sequence(images):
    return images[:, 0]


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
        "not enough values to unpack": f"a batch may hold one image: {DROP}",
        "out of bounds": "there is one channel, and it has the number 0.",
        "dim": "count the axes: (B, 1, 28, 28) becomes (B, 28, 28).",
    },
)


def of_rows(*changes):
    """Return answers that do something to the right rows."""
    return [lambda images, f=f: f(images[:, 0]) for f in changes]


check.mistakes(
    {
        "these are columns: step t is row t, so do not transpose.": of_rows(
            lambda r: r.mT
        ),
        "the channel axis is still there: drop it, as in images[:, 0].": [
            lambda images: images,
            lambda images: images.permute(0, 2, 3, 1),
            lambda images: images.transpose(1, 2),
            lambda images: images.transpose(0, 1),
        ],
        "squeeze() also drops the axis of a batch of one: take squeeze(1).": (
            torch.squeeze
        ),
        "axis 0 is the batch: the channel is axis 1, so take squeeze(1).": (
            lambda images: images.squeeze(0)
        ),
        "a row or a column is left out: each image has 28 of both.": of_rows(
            lambda r: r[:, 1:], lambda r: r[..., 1:]
        ),
        "a step is a row of 28 numbers: do not flatten the rows.": of_rows(
            lambda r: r.flatten(1),
            lambda r: r[:, None].flatten(2),
            lambda r: r.flatten(1)[..., None],
        ),
        "the axes are (B, T, F): first one sequence per image, then its rows.": of_rows(
            lambda r: r.flatten(0, 1),
            lambda r: r.mT.flatten(0, 1),
            lambda r: r.transpose(0, 1),
            lambda r: r.reshape(SIDE, -1, SIDE),
            lambda r: r.permute(1, 2, 0),
            lambda r: r.permute(2, 1, 0),
        ),
        "this is one image, row or column: images[:, 0] drops the channel.": [
            *(lambda images: images[0], lambda images: images[0, 0]),
            *(lambda images: images[:, :, 0], lambda images: images[..., 0]),
        ],
        "this is turned or mirrored: step 0 is the top row, from left to right.": (
            of_rows(
                *(lambda r, a=a: r.flip(a) for a in (1, 2, (1, 2))),
                *(lambda r, a=a: r.mT.flip(a) for a in (1, 2, (1, 2))),
            )
        ),
        "rows of different images are mixed: reshape does not swap axes.": of_rows(
            lambda r: r.reshape(SIDE, -1, SIDE).transpose(0, 1),
            lambda r: r.transpose(0, 1).reshape(r.shape),
            lambda r: r.reshape(SIDE, SIDE, -1).permute(2, 0, 1),
            lambda r: r.permute(1, 2, 0).reshape(r.shape),
        ),
        "every sequence is the first image: each image has its own.": of_rows(
            lambda r: r[:1].expand_as(r)
        ),
        "the pixels are other numbers now: return them as they came.": of_rows(
            lambda r: 2 * r - 1,
            lambda r: (r - r.mean()) / r.std(),
            lambda r: r - r.mean(),
            lambda r: (r > 0.5).to(r.dtype),
        ),
    }
)
