"""What is seen of rows that should be principal components: lines first, then signs."""

import torch

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.linear.images import digits

ROUNDING = 1e-3  # of components in float32, whatever the method


def with_sign(rows):
    return rows * rows.gather(1, rows.abs().argmax(1, keepdim=True)).sign()


def components(found, right, centred):
    want = varying(right, centred)
    judged = want.any(1, keepdim=True)
    lines = varying(with_sign(found), centred) * judged
    lengths = found.norm(dim=1)
    long = (lengths - 1).abs() > ROUNDING
    fits = close((lines / lengths[:, None]).nan_to_num(), want)
    wrong = fits and bool(long.any())
    yield "lengths", length(lengths, int(long.byte().argmax()), want) if wrong else FINE
    inside = close(lines.abs(), want.abs()) and not fits
    yield "inside a row", INSIDE if inside else FINE
    yield "value of components", want if close(lines, want) else lines
    wrong = (found - with_sign(found)).any(1) & (len(found) > 1)
    yield "signs", sign(found, int(wrong.byte().argmax())) if wrong.any() else FINE
    yield "digits of components", digits(lines, want)


def varying(rows, centred):
    """Put 0 for directions without any variance: which of them come, is chance."""
    spread = (centred @ rows.double().T).norm(dim=0)
    return rows * (spread > 1e-6 * centred.norm())[:, None]


def close(rows, others):
    return torch.allclose(rows, others, atol=ROUNDING, rtol=0)


INSIDE = Finding(
    "inside a row",
    "signs differ inside a row: a row changes its sign as a whole, or not at all.",
)


def length(lengths, row, right):
    found = f"row has the length {lengths[row]:.4g}, not 1"
    if right[row].any():
        return Finding(
            "length",
            f"the directions are right, but not the lengths: a {found}.\nDo not "
            "multiply or divide by singular values.",
        )
    return Finding(
        "no length",
        f"for k = N, the last {found}: no variance is left there,\nso do not divide by "
        "it. torch.linalg.svd gives a unit vector there, too.",
    )


def sign(found, row):
    farthest = found[row][found[row].abs().argmax()]
    return Finding(
        "signs",
        f"a sign is wrong: in row {row}, the value that is farthest from 0 is"
        f" {farthest:.3g}.\nIt must be positive in each row: look at absolute values,"
        " not at the first value, the sum or the codes.",
    )
