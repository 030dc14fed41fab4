"""The check of `principal_angles`, an exercise of lesson 03."""

from math import pi

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.linear_images import orthonormal_rows
from aelesson.checks.wording import close

SMALL = 1e-5  # radians; below it float32 sees rounding alone


def _cases() -> dict[str, tuple[Tensor, Tensor]]:
    """Return pairs of bases, `(k, P)` each, by what they are."""
    generator = torch.Generator().manual_seed(3)

    def oblique(rows: Tensor) -> Tensor:
        noise = torch.randn(len(rows), len(rows), generator=generator)
        return (3 * torch.eye(len(rows)) + noise).double() @ rows / 8

    def turned(pixels: int, *angles: float) -> tuple[Tensor, Tensor]:
        rows = orthonormal_rows(2 * len(angles), pixels, generator)
        by = torch.tensor(angles, dtype=torch.float64)[:, None]
        first, second = rows[: len(angles)], rows[len(angles) :]
        return oblique(first), oblique(by.cos() * first + by.sin() * second)

    same = torch.randn(3, 8, generator=generator)
    plane = torch.randn(2, 2, generator=generator).double()
    return {
        "angles of 0.3, 0.8 and 1.2": turned(9, 0.8, 0.3, 1.2),
        "one direction each, 1.1 apart": turned(4, 1.1),
        "one common direction, and one at right angles": turned(7, pi / 2, 0.0),
        "angles of 0.00002 and 0.5": turned(5, 0.5, 2e-5),
        "the whole plane, twice": (plane, plane.flip(0) * 2),
        "the same subspace, float32": (same, same.flip(0) * 4),
        "angles of 0.02 and 0.9, float32": _single(turned(6, 0.9, 0.02)),
    }


def _single(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    return pair[0].float(), pair[1].float()


CASES = _cases()

HINTS = {
    "shapes cannot be multiplied": (
        "a matrix product does not fit: with orthonormal columns, (P, k), the cosines "
        "come from q_a.T @ q_b, (k, k)."
    ),
    "must be a Tensor with 2": "give svdvals the matrix q_a.T @ q_b, (k, k).",
}


@check(f"right on {len(CASES)} pairs of subspaces, down to equal ones")
def principal_angles(function: Answer) -> None:
    """Check `principal_angles(a, b)`: radians, increasing, `(k,)`."""
    for given, (a, b) in CASES.items():
        got = call(function, HINTS, a=a, b=b)
        angles = expect_tensor(got, (len(a),), _shapes(len(a), a.shape[1])).detach()
        expected = _oracle(a, b)
        _expect_numbers(angles, given)
        if not torch.is_floating_point(angles):
            raise CheckFailed(f"got a tensor of {angles.dtype}: angles have fractions.")
        if close(angles.double(), expected):
            continue
        _expect_digits(angles, expected, given)
        mistakes = _mistakes(a.double(), b.double(), expected)
        expect_close(angles.double(), expected, given, mistakes)


def _oracle(a: Tensor, b: Tensor) -> Tensor:
    """Return the angles by sines and cosines (Björck and Golub, 1973), `(k,)`."""
    left, right = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    overlap = left.T @ right
    cosines = torch.linalg.svdvals(overlap)
    sines = torch.linalg.svdvals(right - left @ overlap).flip(0)
    return torch.atan2(sines, cosines)


def _shapes(k: int, pixels: int) -> dict[tuple[int, ...], str]:
    hints = {
        (): "one angle for both subspaces: there are k of them.",
        (k, k): "one value per pair of rows: take the singular values, svdvals.",
        (k, 1): "one dimension is too many.",
        (1, k): "one dimension is too many.",
        (pixels,): "QR orthonormalises columns: transpose a and b first.",
        (pixels, pixels): "QR orthonormalises columns: transpose a and b first.",
        (2 * k,): "k angles belong to two subspaces of k dimensions.",
    }
    return {shape: hint for shape, hint in hints.items() if shape != (k,)}


def _expect_numbers(angles: Tensor, given: str) -> None:
    if angles.isfinite().all():
        return
    raise CheckFailed(
        f"got nan for {given}: rounding lifts a cosine above 1, where arccos is nan.\n"
        "Keep it below: clamp(max=1)."
    )


def _expect_digits(angles: Tensor, expected: Tensor, given: str) -> None:
    """Name answers that are right but for small angles: too few digits."""
    gaps = (angles.double() - expected).abs()
    if gaps[expected > 0.01].gt(1e-4).any() or gaps.max() > 5e-3:
        return
    worst = int(gaps.argmax())
    cure = "Compute in float64 throughout, .double() first"
    if angles.dtype == torch.float64:
        cure += ". If you do: do not round the cosines, and clamp at exactly 1"
    raise CheckFailed(
        f"small angles need more digits: got {angles[worst].item():.2g}, expected "
        f"{expected[worst].item():.2g}, for {given}.\n{cure}."
    )


def _mistakes(a: Tensor, b: Tensor, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the angles that it leads to."""
    left, other = (torch.linalg.qr(rows.T).Q for rows in (a, b))
    overlap = left.T @ other
    cosines = torch.linalg.svdvals(overlap).clamp(max=1)
    units = [rows / rows.norm(dim=1, keepdim=True) for rows in (a, b)]
    raw, unit = a @ b.T, units[0] @ units[1].T
    return {
        "these are degrees: return radians.": right.rad2deg(),
        "these are cosines: take their arccosine.": (cosines, cosines.flip(0)),
        "these are sines: take their arcsine.": (right.sin(), right.sin().flip(0)),
        "these are squares of cosines: take the root, then the arccosine.": (
            cosines.square(),
            cosines.square().flip(0),
        ),
        "the order is the wrong way round: angles increase.": right.flip(0),
        "the angles count from 90 degrees: arccosine, not arcsine, of a cosine.": (
            pi / 2 - right,
            (pi / 2 - right).flip(0),
        ),
        "you took the arccosine of squared cosines: take the root first.": (
            cosines.square().arccos(),
            cosines.square().arccos().flip(0),
        ),
        "rows of length 1 are not enough: make them orthonormal, by QR.": (
            torch.linalg.svdvals(unit).clamp(max=1).arccos(),
            torch.linalg.svdvals(unit).clamp(max=1).arccos().flip(0),
        ),
        "the bases are not orthonormal: QR first.": (
            torch.linalg.svdvals(raw).clamp(max=1).arccos(),
            torch.linalg.svdvals(raw).clamp(max=1).arccos().flip(0),
        ),
        "only one of the two bases is orthonormal: QR for both, a and b.": tuple(
            torch.linalg.svdvals(matrix).clamp(max=1).arccos()
            for matrix in (a @ other, left.T @ b.T)
        ),
        "you divided by the largest cosine: leave the cosines as they are.": tuple(
            (s / s.max()).clamp(max=1).arccos()
            for s in map(torch.linalg.svdvals, (overlap, raw, unit))
        ),
        "these are angles between rows in pairs: take singular values.": tuple(
            angles for matrix in (overlap, unit) for angles in _in_pairs(matrix)
        ),
        "eigenvalues are no singular values here: take svdvals.": _eigen(overlap),
        "all angles are 0: QR orthonormalises columns, so transpose a and b.": (
            right * 0 if right.max() > 0.1 else right + 1
        ),
        "all angles are the same: there is one for each singular value.": tuple(
            value.expand_as(right) for value in (right.max(), right.min())
        ),
        "angles are halved or doubled.": (right / 2, right * 2),
    }


def _in_pairs(matrix: Tensor) -> list[Tensor]:
    values = [matrix.diagonal(), matrix.diagonal().abs()]
    angles = [each.clamp(-1, 1).arccos() for each in values]
    return angles + [each.sort().values for each in angles]


def _eigen(overlap: Tensor) -> tuple[Tensor, ...]:
    sizes = torch.linalg.eigvals(overlap).abs().clamp(max=1)
    real = torch.linalg.eigvals(overlap).real.clamp(-1, 1)
    return sizes.arccos().sort().values, real.arccos().sort().values
