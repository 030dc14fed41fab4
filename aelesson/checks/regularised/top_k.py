"""`top_k(z, k)`: the k largest values of each code stay, all others become 0."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding, returned

see = returned(("z",), dtype=True)


def top_k(z, k):
    kept = largest(z, k)
    return z.where(kept == 1, 0.0)


def largest(z, k):
    """Return 1 at the places of the k largest values of each row."""
    places = z.topk(max(min(k, z.shape[1]), 0), dim=1).indices
    return torch.zeros_like(z).scatter(1, places, 1.0)


def cases():
    def case(shape, k, dtype=torch.float32):
        """Draw codes without ties: one all negative, one all positive, one with -5."""
        z = torch.randn(shape, dtype=dtype)
        z[0] = -z[0].abs() - 0.1
        z[-1] = z[-1].abs() + 0.1
        z[shape[0] // 2, -1] = -5.0
        return {"z": z, "k": k}

    ties = [
        ([[1.5, 1.5, 1.5]], 1),
        ([[3.0, 1, 3, 3], [2, 2, 2, 2], [5, 4, 4, 4]], 2),
        ([[-1.0, -1, -2, -1, -1], [0, 2, 2, -3, 2]], 3),
        ([[0.0, 0, 7, 0, 0, 0], [0, 0, 0, 0, 0, 0]], 3),  # as after a ReLU
    ]
    return [
        case((3, 1), 1),
        case((1, 7), 1),
        case((4, 4), 3),
        case((3, 5), 5),
        case((5, 6), 2),
        case((6, 9), 4, torch.float64),
        *({"z": torch.tensor(rows), "k": k} for rows, k in ties),
    ]


def observe(answer, case):
    """Take any choice among equal values for the reference's own."""
    z, k = case["z"], case["k"]
    got, itself = None, []

    def watched(z, k):
        result = answer(z, k)
        itself.append(result is z)
        return result

    for aspect, value in see(watched, case):
        fits = isinstance(value, Tensor) and value.shape == z.shape
        if aspect == "value" and fits:
            got = value
            yield "new", ITSELF if any(itself) else FINE
            yield "form", FINE if value.layout == torch.strided else SPARSE
            yield "how many", counted(value, z, k)
            value = settled(value, z, k)
        elif aspect == "gradient at z" and fits and got is not None:
            value = value / torch.linspace(1, 2, z.numel(), dtype=z.dtype).view_as(z)
            yield "through", passed(value, k)
            value = settled(value, z, k) if torch.equal(value * z, got) else value
        yield aspect, value


ITSELF = Finding("itself", "you returned z itself: make a new tensor, for any k.")
SPARSE = Finding("sparse", "your tensor is in sparse storage: .to_dense() mends that.")


def is_choice(got, z, k):
    """Tell whether k of the largest values stand in their places, exactly."""
    if got.layout != torch.strided or not ((got == 0) | (got == z)).all():
        return False
    return torch.equal(got.sort(1).values, top_k(z, k).sort(1).values)


def settled(value, z, k):
    """Take any choice among equal values, or its mask, for the reference's own."""
    if is_choice(value, z, k):
        return top_k(z, k)
    mask = value.layout == torch.strided and ((value == 0) | (value == 1)).all()
    return largest(z, k) if mask and is_choice(value * z, z, k) else value


def counted(got, z, k):
    """Ask for no more than k values, and no fewer, where some are equal."""
    if len(z[0].unique()) == z.shape[1] or not ((got == 0) | (got == z)).all():
        return FINE
    mine, right = ((each != 0).sum(1).tolist() for each in (got, top_k(z, k)))
    for row, a, b in zip(z.tolist(), mine, right, strict=True):
        if a != b:
            told = f"of the row {row} with k = {k} you kept {a} values, expected {b}."
            cure = "Some are equal: use the places from torch.topk."
            return Finding(f"{a}", f"{told}\n{cure}")
    return FINE


def passed(slope, k):
    """Ask that gradients pass through k values of each image."""
    wrong = [count for count in (slope != 0).sum(1).tolist() if count != k]
    if not wrong or not slope.any():
        return FINE
    told = f"for k = {k}, gradients pass through {wrong[0]} values of an image, not k."
    cure = (
        "The k that are kept pass it on, also one that is 0 or negative, and no others."
    )
    return Finding(f"{wrong[0] > k}", f"{told}\n{cure}")


UNITS = "k counts units: choose along dimension 1."
check = Exercise(
    top_k,
    cases,
    observe,
    errors={
        "dtype int32/int64 for index": (
            "scatter takes the dimension, the places, then the values."
        ),
        "is out of bounds for dimension 0": (
            "the places count units: scatter along dimension 1."
        ),
        "selected index k out of range": UNITS,
        "selected number k out of range": UNITS,
    },
)


def whole(z, k):
    flat = z.flatten()
    return torch.zeros_like(flat).scatter(0, flat.topk(k).indices, 1.0).view_as(z)


RIGHT = "z.where(kept == 1, 0.0)"
LAST = "z.topk(k, 1).values[:, -1:]"


def chosen(*wrong):
    return [f"largest(z, k) -> {each}" for each in wrong]


def given_back(*wrong):
    return [f"{RIGHT} -> {each}" for each in wrong]


check.mistakes(
    {
        "these are the k values alone, or their places: put them back among zeros.": [
            f"{RIGHT} -> z.topk(k, dim=1){which}"
            for which in (".values", ".indices", ".values[0]", ".values.flatten()")
        ],
        "these are the k smallest values: keep the largest.": [
            "largest(z -> largest(-z",
            f"{RIGHT} -> z.topk(k, dim=1, largest=False).values",
        ],
        "there is an abs(): choose and keep values with their signs.": [
            "z -> z.abs()",
            f"{RIGHT} -> {RIGHT}.abs()",
        ],
        "a threshold is subtracted: keep the values as they are.": given_back(
            f"(z - {LAST}).relu()"
        ),
        "the kept values do not pass on a slope of 1: leave out detach.": [
            f"return {RIGHT} -> y = {RIGHT}; return {a} * y - {a - 1} * y.detach()"
            for a in (2, 0.5)
        ],
        "the gradient goes straight through to all values: only k may pass it on.": (
            given_back(f"z + ({RIGHT} - z).detach()")
        ),
        "you chose by size without the sign: -5 is not large, so no abs() there.": (
            chosen("largest(z.abs(), k)")
        ),
        "you chose along dimension 0, the batch: choose along dimension 1.": chosen(
            "largest(z.T, min(k, len(z))).T"
        ),
        "you chose among all values of the batch: each image keeps k of its own.": (
            chosen("whole(z, k)", "whole(z, k * len(z))")
        ),
        "you kept one too few or too many: k values of each image.": [
            "k) -> k - 1)",
            "k) -> k + 1)",
        ],
        "the first or the last k units are kept: keep the k largest values.": [
            f"kept == 1 -> torch.ones_like(z).cumsum(1) {which}"
            for which in ("<= k", "> z.shape[1] - k")
        ],
        "a comparison with the k-th value keeps all that equal it: use the places.": (
            chosen(f"(z >= {LAST}).to(z)")
        ),
        "what is larger than the k-th value are fewer than k: use the places.": chosen(
            f"(z > {LAST}).to(z)"
        ),
        "k is counted from the wrong end: kthvalue and sort begin with the smallest.": (
            chosen(
                "largest(z, z.shape[1] - k + 1)",
                "largest(z, z.shape[1] - k)",
                "(z >= z.kthvalue(k, 1, True).values).to(z)",
            )
        ),
        "argsort gives places, not ranks: take the first k of them, and keep those.": [
            "kept == 1 -> z.argsort(1, descending=True) < k",
            "kept == 1 -> z.argsort(1) >= z.shape[1] - k",
        ],
        "each image chooses for itself: you used the places of one for all.": chosen(
            "largest(z, k)[:1].expand_as(z)",
            "largest(z, k)[-1:].expand_as(z)",
            "largest(z.mean(0, keepdim=True), k).expand_as(z)",
        ),
        "all others are still there: set them to 0.": [
            "1, 0.0 -> 1, z",
            *given_back(f"z + {RIGHT}"),
        ],
        "the k largest became 0: set all others to 0.": "kept == 1 -> kept == 0",
        "negative values are cut off: one of the k largest stays, whatever its sign.": (
            given_back(f"{RIGHT}.relu()")
        ),
        "the kept values are scaled: keep them as they are.": given_back(
            f"{RIGHT} * z.shape[1] / k",
            f"{RIGHT} * k",
            f"{RIGHT} / {RIGHT}.sum(1, True)",
        ),
        "this is the mask: return the values that it keeps.": given_back(
            "kept", "kept + 0 * z"
        ),
        "the kept values are not in their places: each one stays where it was.": (
            given_back(
                f"{RIGHT}.sort(1, True).values",
                f"{RIGHT}.sort(1).values",
                "z.masked_fill(kept == 0, -9e9).sort(1, True).values.clamp_min(-9)",
            )
        ),
        "what is not kept became -inf, or another large number: set it to 0.": [
            f"1, 0.0 -> 1, {low}" for low in ("-torch.inf", -1e9, -1e10, "torch.nan")
        ],
        "no gradient reaches z: use its own values, without detach or .data.": (
            given_back(f"0 * z + {RIGHT}.detach()")
        ),
    }
)
