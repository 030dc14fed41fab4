"""`principal_angles(a, b)`: the angles between two subspaces, smallest first."""

from math import pi

import torch
from torch.linalg import svdvals

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.linear.images import orthonormal_rows


def orthonormal(rows):
    return torch.linalg.qr(rows.T).Q


def cosines(change):
    return lambda product: change(svdvals(product).clamp(max=1))


arccosines = cosines(torch.arccos)


def principal_angles(
    a,
    b,
    *,
    basis=orthonormal,
    product=lambda q_a, q_b: q_a.T @ q_b,
    angles=arccosines,
    give=lambda v: v,
):
    return give(angles(product(basis(a.double()), basis(b.double()))))


def oblique(rows):
    noise = torch.randn(len(rows), len(rows), dtype=torch.float64)
    return (3 * torch.eye(len(rows)) + noise) @ rows / 8


def turned(pixels, *angles):
    """Return bases of two subspaces with these angles between them."""
    rows = orthonormal_rows(2 * len(angles), pixels)
    by = torch.tensor(angles, dtype=torch.float64)[:, None]
    first, second = rows[: len(angles)], rows[len(angles) :]
    return oblique(first), oblique(by.cos() * first + by.sin() * second)


def cases():
    same, large = torch.randn(3, 8), torch.randn(5, 30, dtype=torch.float64)
    plane = torch.randn(2, 2, dtype=torch.float64)
    pairs = [
        (torch.tensor([[1.0, 0.0]]), torch.tensor([[5.0, 5.0]])),
        turned(4, 1.1),
        turned(9, 0.8, 0.3, 1.2),
        turned(7, pi / 2, 0.0),
        turned(5, 0.5, 2e-5),
        (plane, 2 * plane.flip(0)),
        (same, 4 * same.flip(0)),
        (large, oblique(large)),
        [each.float() for each in turned(6, 0.9, 0.02)],
        (large.float(), -large.float().flip(0)),
    ]
    return [{"a": a, "b": b} for a, b in pairs]


seen = returned()


def observe(answer, case):
    """Look at angles that are not small first: small ones need digits and a clamp."""
    right = principal_angles(**case)
    small = right < 0.1
    for aspect, value in seen(answer, case):
        if aspect != "value" or value.shape != right.shape:
            yield aspect, value
            continue
        yield "whole", FINE if value.is_floating_point() else WHOLE
        near = (value.double() - right).abs() < 5e-3
        passes = small & (near | value.isnan())
        yield aspect, torch.where(passes, right, value.double())
        yield "small", small_angles(value.double(), right, passes)


def small_angles(value, right, passes):
    if value[passes].isnan().any():
        return NAN
    gaps = (value - right).abs() * passes
    if gaps.max() < 5e-6:
        return FINE
    worst = int(gaps.argmax())
    return Finding(
        "digits",
        f"right but for small angles: got {value[worst]:.2g}, expected "
        f"{right[worst]:.2g}. The cosine needs more digits there:\nfloat64 throughout, "
        ".double() first; no rounding, no epsilon, and a clamp at exactly 1.",
    )


NAN = Finding(
    "nan",
    "an angle of about 0 is nan: rounding lifts its cosine above 1, where arccos is "
    "nan.\nKeep it below: clamp(max=1).",
)
WHOLE = Finding("whole", "got whole numbers: angles have fractions.")
errors = {
    "shapes cannot be multiplied": (
        "a matrix product does not fit: with orthonormal columns, (P, k), the cosines "
        "come from q_a.T @ q_b, (k, k)."
    ),
    "must be a Tensor with 2": "give svdvals the matrix q_a.T @ q_b, (k, k).",
}
check = Exercise(principal_angles, cases, observe, errors=errors)


def units(rows):
    return (rows / rows.norm(dim=1, keepdim=True)).T


def mixed(one, other):
    """Return an answer that makes the bases of `a` and `b` in two ways."""
    return lambda a, b: arccosines(one(a.double()).T @ other(b.double()))


def of_numbers(numbers, *changes):
    """Return wrong parts: numbers of the product that are no singular values."""
    return [lambda m, c=c: c(numbers(m)).clamp(-1, 1).arccos() for c in changes]


def downwards(values):
    return values.sort(descending=True).values


pairs = of_numbers(torch.diagonal, torch.abs, lambda v: v, lambda v: downwards(v.abs()))
check.mistakes(
    {
        "only one of the two bases is orthonormal: QR for both, a and b.": [
            mixed(*pair)
            for one in (torch.t, units)
            for pair in ((orthonormal, one), (one, orthonormal))
        ],
        "these are angles between rows in pairs: take singular values of all.": [
            {"basis": basis, "angles": angles}
            for basis in (units, orthonormal)
            for angles in pairs
        ],
    },
    basis={
        "the bases are not orthonormal: QR first, for both.": torch.t,
        "rows of length 1 are not enough: make them orthonormal, by QR.": units,
        "QR makes columns orthonormal, and yours are rows: transpose a and b.": [
            lambda rows: torch.linalg.qr(rows).Q,
            lambda rows: torch.linalg.qr(rows).Q.T,
        ],
    },
    product={
        "P angles, and k are wanted: q_a.T @ q_b is (k, k).": lambda p, q: p @ q.T,
    },
    angles={
        "these are cosines: take their arccosine.": [
            cosines(lambda c: c),
            cosines(lambda c: c.flip(0)),
        ],
        "these are squares of cosines: root, then arccosine.": cosines(torch.square),
        "the cosines were squared first.": cosines(lambda c: (c**2).arccos()),
        "the angles count from 90 degrees: arccosine, not arcsine, of a cosine.": [
            cosines(torch.arcsin),
            cosines(lambda c: c.arcsin().flip(0)),
        ],
        "you divided by the largest cosine.": cosines(lambda c: (c / c.max()).arccos()),
        "eigenvalues are no singular values here: take svdvals.": [
            *of_numbers(torch.linalg.eigvals, torch.abs, lambda v: downwards(v.abs())),
            *of_numbers(torch.linalg.eigvals, lambda v: downwards(v.real)),
            *of_numbers(lambda m: torch.linalg.eigvalsh(m + m.T) / 2, downwards),
        ],
        "an angle is above pi / 2: for one row, too, the cosine has no sign.": (
            lambda m: (m[0] if len(m) == 1 else svdvals(m)).clamp(-1, 1).arccos()
        ),
        "one value per pair of rows: take svdvals.": lambda m: m.clamp(-1, 1).arccos(),
    },
    give={
        "these are degrees: return radians.": torch.rad2deg,
        "the order is the wrong way round: smallest first.": lambda v: v.flip(0),
        "the angles are halved or doubled.": [lambda v: 2 * v, lambda v: v / 2],
        "these are sines of the angles: take the angles.": torch.sin,
        "one angle, or k that are the same: there is one for each singular value.": [
            *(lambda v: v.max().expand_as(v), torch.max, torch.min),
        ],
    },
)
