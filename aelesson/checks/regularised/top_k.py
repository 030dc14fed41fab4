"""`top_k(z, k)`: the k largest values of each code stay, all others become 0."""

import torch
from torch import Tensor

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.edits import edits


def top_k(z, k):
    places = z.topk(k, dim=1).indices
    kept = torch.zeros_like(z).scatter(1, places, 1.0)
    result = z.masked_fill(kept == 0, 0.0)
    return result


def cases():
    def case(shape, k, dtype=torch.float32):
        """Draw codes without ties: one all negative, one all positive, one with -5."""
        z = torch.randn(shape, dtype=dtype)
        z[0], z[-1] = -z[0].abs() - 0.1, z[-1].abs() + 0.1
        z[shape[0] // 2, -1] = -5.0
        return {"z": z, "k": k}

    drawn = [((1, 7), 1), ((4, 4), 3), ((3, 5), 5), ((5, 6), 2)]
    ties = [
        ([[3.0, 1, 3, 3], [2, 2, 2, 2], [5, 4, 4, 4]], 2),
        ([[0.0, 0, 7, 0, 0, 0], [0, 0, 0, 0, 0, 0]], 3),  # as after a ReLU
    ]
    return [
        *(case(*each) for each in drawn),
        case((6, 9), 4, torch.float64),
        *({"z": torch.tensor(rows), "k": k} for rows, k in ties),
    ]


def tied(case):
    return len(case["z"][0].unique()) < case["z"].shape[1]


LOOK = returned(("z",), dtype=True, new=True)


def observe(answer, case):
    """Where some values are equal, take any choice among them for the right one."""
    for aspect, value in LOOK(answer, case):
        if aspect == "value" and isinstance(value, Tensor) and tied(case):
            right = top_k(**case)
            alike = close(value.sort().values, right.sort().values)
            yield aspect, right if alike else value
        elif not (aspect == "gradient at z" and tied(case)):
            yield aspect, value


UNITS = "k counts units: choose, and scatter, along dimension 1."
check = Exercise(
    top_k,
    cases,
    observe,
    errors={
        "int64 for index": "scatter takes the dimension, the places, then the values.",
        "is out of bounds for dimension 0": UNITS,
        "k out of range": UNITS,
    },
    only={
        "where some values are equal, you keep more or fewer than k of a row: use the"
        " places from torch.topk.": tied
    },
)


def returning(*wrong):
    return edits("return result", "return {}", *wrong)


WHOLE = (
    "z.topk(k, dim=1) -> z.flatten().topk({});; zeros_like(z).scatter(1, places, 1.0)"
    " -> zeros_like(z.flatten()).scatter(0, places, 1.0).view_as(z)"
)
VALUES = "z.topk(k).values"
check.mistakes(
    {
        "put the k values back in their places, among zeros.": returning(
            VALUES, "places", f"{VALUES}[0]", f"{VALUES}.flatten()"
        ),
        "these are the k smallest values: keep the largest.": [
            "z.topk -> (-z).topk",
            *returning("z.topk(k, largest=False).values"),
        ],
        "there is an abs(): choose and keep with the signs, so -5 is not large.": [
            *["z.topk -> z.abs().topk", "z -> z.abs()"],
            *returning("result.abs()"),
        ],
        "you chose along dimension 0, the batch: choose along dimension 1.": (
            "(k, dim=1) -> (min(k, len(z)), dim=0);; scatter(1 -> scatter(0"
        ),
        "you kept one too few or too many: k values of each image.": edits(
            "(k,", "({},", "k - 1", "min(k + 1, z.shape[1])"
        ),
        "k is counted from the wrong end: kthvalue and sort begin with the smallest.": (
            edits("(k,", "(z.shape[1] - {},", "k", "k + 1")
        ),
        "argsort gives places, not ranks: take the first k of them, and keep those.": [
            "kept == 0 -> z.argsort(1, descending=True) >= k",
            "kept == 0 -> z.argsort(1) < z.shape[1] - k",
        ],
        "each image chooses for itself: not among the whole batch, nor one for all.": [
            *(WHOLE.format(k) for k in ("k", "k * len(z)")),
            *edits("kept ==", "kept[{}] ==", ":1", "-1:"),
            "z.topk -> z.mean(0, keepdim=True).topk;; kept == -> kept[:1] ==",
        ],
        "all others must become 0: no values that stay, no -inf, no large number.": [
            *edits("0, 0.0", "0, {}", "-torch.inf", -1e9, -1e10),
            *returning("z + 0", "z + result"),
        ],
        "the k largest became 0: set all others to 0.": "kept == 0 -> kept == 1",
        "one of the k largest stays, also if negative.": returning("result.relu()"),
        "the kept values are changed: no scale, and no threshold subtracted.": (
            returning("result * z.shape[1] / k", f"(z - {VALUES}[:, -1:]).relu()")
        ),
        "the k that are kept pass the gradient on, negative ones too, and no others.": (
            returning(
                "z + (result - z).detach()",
                "result.relu() + (result - result.relu()).detach()",
            )
        ),
        "this is the mask: return the values that it keeps.": returning("kept"),
    }
)
