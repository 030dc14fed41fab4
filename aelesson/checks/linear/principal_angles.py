"""`principal_angles(a, b)`: the angles between two subspaces, smallest first."""

from math import pi

import torch
from torch.linalg import svdvals
from torch.nn.functional import normalize  # noqa: F401 (edits use it)

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.linear.images import orthonormal_rows


def principal_angles(a, b):
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    m = q_a.T @ q_b
    c = svdvals(m).clamp(-1, 1)
    angles = c.arccos()
    return angles


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
        *(turned(9, 0.8, 0.3, 1.2), turned(7, pi / 2, 0.0), turned(5, 0.5, 2e-5)),
        *((each, 2 * each.flip(0)) for each in (plane, same)),
        (large, oblique(large)),
        [each.float() for each in turned(6, 0.9, 0.02)],
        (large.float(), -large.float().flip(0)),
    ]
    return [{"a": a, "b": b} for a, b in pairs]


LOOK = returned()


def observe(answer, case):
    """Look at angles that are not small first: small ones need digits and a clamp."""
    right = principal_angles(**case)
    for aspect, value in LOOK(answer, case):
        if aspect != "value" or value.shape != right.shape:
            yield aspect, value
            continue
        gaps = (value.double() - right).abs()
        small = (right < 0.1) & ~(gaps >= 5e-3)  # nan, too
        yield aspect, torch.where(small, right, value.double())
        yield "digits", DIGITS if (small & ~(gaps < 5e-6)).any() else FINE


DIGITS = Finding(
    "digits",
    "an angle near 0 is inexact, or nan: its cosine needs all digits, and is at most 1."
    "\n.double() first, then no rounding, no epsilon; and clamp(max=1) before arccos.",
)
ERRORS = {"cannot be multiplied": "columns are orthonormal, (P, k): take q_a.T @ q_b."}
check = Exercise(principal_angles, cases, observe, errors=ERRORS)
BASIS, COSINES, END = "torch.linalg.qr(rows.double().T).Q", "svdvals(m)", "c.arccos()"
UNITS = f"{BASIS} -> normalize(rows.double()).T"
check.mistakes(
    {
        "make both bases orthonormal, by QR: rows of length 1 are not enough.": [
            *(UNITS, f"{BASIS} -> rows.double().T"),
            *edits("m =", "q_{0} = {0}.double().T; m =", "a", "b"),
            *edits("m =", "q_{0} = normalize({0}.double()).T; m =", "a", "b"),
        ],
        "QR makes columns orthonormal, and yours are rows: transpose a and b.": edits(
            BASIS, "torch.linalg.qr(rows.double()).{}", "Q", "Q.T"
        ),
        "P angles, k are wanted: q_a.T @ q_b, (k, k).": "q_a.T @ q_b -> q_a @ q_b.T",
        "these are angles between rows in pairs: take singular values of all.": [
            f"{basis}{COSINES} -> m.diagonal(){change}"
            for basis in ("", f"{UNITS};; ")
            for change in ("", ".abs()", ".abs().sort(descending=True).values")
        ],
        "one value per pair of rows: take svdvals.": f"{COSINES} -> m",
        "eigenvalues are no singular values here: take svdvals.": [
            f"{COSINES} -> torch.linalg.eigvals(m).abs().sort(descending=True).values",
            f"{COSINES} -> torch.linalg.eigvals(m).real.sort(descending=True).values",
            f"{COSINES} -> (torch.linalg.eigvalsh(m + m.T) / 2).flip(0)",
        ],
        "an angle is above pi / 2: for one row, too, the cosine has no sign.": (
            f"{COSINES} -> (m[0] if len(m) == 1 else svdvals(m))"
        ),
        "take arccos of the singular values as they are: no cosine, sine or square.": [
            *edits(END, "{}", "c", "c.flip(0)", "c**2", "(c**2).arccos()"),
            *edits(END, "c.arcsin(){}", "", ".flip(0)"),
            *(f"{END} -> (c / c.max()).arccos()", "arccos() -> arccos().sin()"),
        ],
        "these are degrees: return radians.": "arccos() -> arccos().rad2deg()",
        "the order is turned: smallest first.": "arccos() -> arccos().flip(0)",
        "each singular value has its own angle: return k of them.": edits(
            "return angles", "return angles.{}", "max().expand_as(c)", "max()", "min()"
        ),
    }
)
