"""`nearest_code(z, codebook)`: the place of the vector nearest to each code."""

import torch
from torch import Tensor

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def nearest_code(z, codebook):
    gaps = z[:, None] - codebook  # (B, K, D)
    distances = gaps.square().sum(2)
    return distances.argmin(1)


def cases():
    def case(count, vectors, units, dtype=torch.float32):
        z, codebook = torch.randn(count, units), 2 * torch.randn(vectors, units)
        codebook *= torch.linspace(0.2, 3, vectors)[:, None]
        return {"z": z.to(dtype), "codebook": codebook.to(dtype)}

    level = torch.tensor([[0.0, 0.0], [5.0, 5.0], [-0.5, 0.5]])
    square = torch.tensor(
        [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0], [9.0, 9.0]]
    )
    return [
        case(6, 5, 3),
        case(1, 4, 2),
        case(5, 1, 4),
        case(4, 4, 4),
        case(7, 12, 1),
        case(9, 6, 2, torch.float64),
        case(40, 30, 8),
        {"z": level, "codebook": square},
    ]


LOOK = returned(dtype=True)


def observe(answer, case):
    """Where several vectors are equally near, take any of them for the right one."""
    z, codebook = case["z"], case["codebook"]
    for aspect, value in LOOK(answer, case):
        if (
            aspect == "value"
            and isinstance(value, Tensor)
            and value.shape == z.shape[:1]
        ):
            distances = (z[:, None] - codebook).square().sum(2)
            fits = (value >= 0) & (value < len(codebook)) & (value == value.long())
            mine = distances.gather(
                1, value.long().clamp(0, len(codebook) - 1)[:, None]
            )
            fits &= mine[:, 0] == distances.amin(1)
            value = torch.where(fits, nearest_code(z, codebook), value)
        yield aspect, value


def tell(case):
    return f"z {tuple(case['z'].shape)}, codebook {tuple(case['codebook'].shape)}"


ERRORS = {
    "must match the size of tensor": (
        "z is (B, D), codebook (K, D): make z (B, 1, D), so that (B, K, D) comes out."
    ),
    "shapes cannot be multiplied": "a product needs codebook.T, (D, K).",
}
check = Exercise(nearest_code, cases, observe, errors=ERRORS, tell=tell)
DISTANCES, PLACE = "gaps.square().sum(2)", "distances.argmin(1)"
check.mistakes(
    {
        "this is the vector farthest away: take the least.": "argmin -> argmax",
        "the largest product is not the nearest: a long vector wins from far away.": [
            f"{DISTANCES} -> -(z @ codebook.T)",
            f"{DISTANCES} -> (z @ codebook.T)",
        ],
        "this compares directions: lengths count for the distance, too.": (
            f"{DISTANCES} -> -torch.cosine_similarity(z[:, None], codebook, dim=2)"
        ),
        "|z - e|^2 = |z|^2 - 2 z e + |e|^2: the length of e, or the 2, is not right.": [
            f"{DISTANCES} -> codebook.square().sum(1) - z @ codebook.T",
            f"{DISTANCES} -> codebook.norm(dim=1) - 2 * z @ codebook.T",
            f"{DISTANCES} -> codebook.square().sum(1) + 2 * z @ codebook.T",
            f"{DISTANCES} -> codebook.square().mean(1) - 2 * z @ codebook.T",
        ],
        "gaps of both signs cancel: square each before you sum.": [
            f"{DISTANCES} -> gaps.sum(2)",
            f"{DISTANCES} -> gaps.sum(2).abs()",
            f"{DISTANCES} -> gaps.sum(2).square()",
        ],
        "the distance is the Euclidean one: sum the squares of the gaps.": edits(
            DISTANCES, "gaps.{}", "abs().sum(2)", "abs().amax(2)", "abs().amin(2)"
        ),
        "only one number of each code is compared: sum over all of them.": edits(
            DISTANCES, "gaps.square()[:, :, {}]", "0", "-1"
        ),
        "these are distances: return the places, by argmin.": edits(
            PLACE, "distances{}", ".amin(1)", ".min(1).values"
        ),
        "these are the vectors: return their places in the codebook.": (
            f"{PLACE} -> codebook[{PLACE}]"
        ),
        "this is the nearest code of each vector: it is the other way round.": (
            f"{PLACE} -> distances.argmin(0)"
        ),
        "each code has its own nearest vector: search along dimension 1.": [
            *edits(PLACE, "distances.argmin(){}", "", ".expand(len(z))"),
            f"{PLACE} -> distances.sum(0).argmin().expand(len(z))",
            f"{PLACE} -> distances.argmin(1)[:1].expand(len(z))",
        ],
        "places are counted from 0.": f"{PLACE} -> {PLACE} + 1",
        "a place is one whole number: shape (B,), without keepdim.": (
            f"{PLACE} -> distances.argmin(1, keepdim=True)"
        ),
        "this is a row for each code: return one number, the place of the nearest.": [
            *edits(PLACE, "{}", "distances", "distances.argsort(1)"),
            f"{PLACE} -> torch.eye(len(codebook)).long()[{PLACE}]",
            f"{PLACE} -> (distances == distances.amin(1, keepdim=True)).long()",
        ],
        "places are int64: no other type indexes everywhere.": edits(
            PLACE, f"{PLACE}.{{}}()", "int", "float", "double"
        ),
    }
)
