"""`precision_at_k(codes, labels, k)`: what share of the nearest has the same label."""

import math

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def precision_at_k(codes, labels, k):
    c = codes.double()
    gaps = c[:, None] - c
    d = gaps.square().sum(-1).sqrt()
    d.fill_diagonal_(math.inf)
    found = d.topk(k, largest=False).indices
    hits = (labels[found] == labels[:, None]).double()
    value = hits.mean()
    return value.item()


DRAWN = [  # labels, units, k, size
    ([7, 3, 3, 7, 7, 3, 7, 7, 7], 2, 1, 1),
    ([4, 9, 4, 9, 6, 9, 4, 6, 9, 4, 9], 2, 6, 1),
    ([4, 9, 4, 9, 9, 4, 6], 2, 6, 1),
    *[([0, 0, 1, 2, 0, 1, 0, 2, 1, 0, 0, 1] * 2, 3, 5, size) for size in (1, 1e7)],
    *[([5, 8], 4, 1, 1), ([-3, 57, 57, -3, -3, 57, -3, 1000, -3], 2, 2, 1)],
]


def cases():
    found = []
    for labels, units, k, far in DRAWN:
        labels = torch.tensor(labels)
        classes = labels.unique(return_inverse=True)[1]
        codes = torch.randn(len(labels), units)[classes] + 1
        codes += 0.8 * torch.randn(codes.shape)
        codes *= far * (0.5 + torch.rand(len(codes), 1))
        codes[:, 0] *= 1.7
        found.append({"codes": codes, "labels": labels, "k": k})
    codes, labels, _ = found[1].values()
    labels = torch.cat([labels, labels + 1, labels + 2])
    return [*found, {"codes": codes.repeat(3, 1), "labels": labels, "k": 1}]


ONLY = {
    "only equal codes are wrong: take out the query by its place, the diagonal.": (
        lambda case: len(case["codes"].unique(dim=0)) < len(case["codes"])
    ),
    "only codes far apart are wrong: is math.inf on the diagonal?": (
        lambda case: case["codes"].abs().max() > 1e4
    ),
}
WHOLE = "labels may be any whole numbers, and places go from 0 to N - 1."
PLACES = "topk and sort return two things: take `.indices`, not `.values`."
ERRORS = {
    "too many indices": PLACES,
    "used as indices must be": PLACES,
    "must match the size of tensor": (
        "the labels of the hits are (N, k): compare them with labels[:, None]."
    ),
    "out of bounds": WHOLE,
    "must be non-negative": WHOLE,
}
check = Exercise(precision_at_k, cases, returned(), errors=ERRORS, only=ONLY)
C, DISTANCE = "codes.double()", "gaps.square().sum(-1).sqrt()"
OFF, VOTE = "d.fill_diagonal_(math.inf) -> pass", "labels[found].mode(1).values"
MEAN, OF_CLASS = "hits.mean()", "(labels[:, None] == labels).sum(1)"
OTHERS = f"({OF_CLASS} - 1).clamp(min=1)", f"({OF_CLASS} - 1).clamp(1, k)"
check.mistakes(
    {
        "these are the farthest codes: take the smallest distances.": [
            *("sqrt() -> neg()", "largest=False -> largest=True")
        ],
        "dot products favour long codes, cosines forget lengths: take distances.": [
            *edits(DISTANCE, "{}", "c @ c.T", "-c @ c.T"),
            f"{C} -> torch.nn.functional.normalize({C})",
        ],
        "this is another distance: square the differences, and add them up.": edits(
            DISTANCE, "gaps.{}", "abs().sum(-1)", "abs().amax(-1)", "sum(-1)"
        ),
        "take the codes as they are: nothing scaled, nothing rounded.": [
            *edits(C, C + "; c = {} / c.std(0)", "c", "(c - c.mean(0))"),
            f"{C} -> {C}; c = (c - c.amin(0)) / (c.amax(0) - c.amin(0))",
            f"{C} -> {C}.round()",
        ],
        "each query finds itself: math.inf on the diagonal is above all distances.": [
            *(OFF, f"{OFF};; topk(k -> topk(k + 1"),
            *edits("math.inf", "{}", -1, 0, 1, 10),
            "d.fill_diagonal_(math.inf) -> d += torch.eye(len(d))",
        ],
        "only k - 1 hits are left: take k of all the others.": [
            f"{OFF};; indices -> indices[:, 1:]",
            f"{OFF};; {MEAN} -> hits[:, 1:].sum(1).div(k).mean()",
            "topk(k -> topk(max(k - 1, 1)",
        ],
        "take k hits: not more, and not the first or the last alone.": [
            *edits("topk(k", "topk({}", "min(k + 1, len(d) - 1)", "len(d) - 1"),
            *edits("indices", "indices[:, {}:][:, :1]", 0, -1),
        ],
        "this is the accuracy of a vote: each hit counts for itself.": [
            f"{MEAN} -> ({VOTE} == labels).double().mean()",
            *edits(MEAN, "(hits.mean(1) {} 0.5).double().mean()", ">", ">="),
        ],
        "all k hits of a query count alike: average over all of them.": [
            *edits(MEAN, "hits.{}(1).mean()", "amax", "amin"),
            f"{MEAN} -> (hits.cumsum(1) / torch.arange(1.0, k + 1) * hits).mean()",
        ],
        "this is the recall: divide by k, not by the images of the class.": [
            *edits(MEAN, "(hits.sum(1) / {}).mean()", OF_CLASS, *OTHERS)
        ],
        "these are the wrong hits: count the others.": "== -> !=",
        "divide by the queries and by k, the hits that you take.": edits(
            MEAN, "{}", "hits.sum()", "hits.sum(1).mean()", "(hits.sum() / k)"
        ),
        "each query counts, and all count alike: average over all of them.": [
            *edits("hits.mean", "hits{}.mean", "[0]", "[1:]", "[:-1]"),
            f"{MEAN} -> (hits.mean(1) / {OF_CLASS}).sum() / len(labels.unique())",
        ],
        "shapes (N, 1) and (N,) compare each with each: use labels[:, None].": [
            "labels[found] == labels[:, None] -> labels[found][..., None] == labels",
            "labels[:, None] -> (labels if k == 1 else labels[:, None])",
        ],
        "these are places: look up labels[places].": "labels[found] -> found",
        "this is in percent, and rounded: return the share as it is.": edits(
            "value.item()", "round(100 * value.item(), {})", 0, 1, 2
        ),
    }
)
