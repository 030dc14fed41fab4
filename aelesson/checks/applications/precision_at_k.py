"""`precision_at_k(codes, labels, k)`: what share of the nearest has the same label."""

import math

import torch
from torch.nn import functional as F

from aelesson.checks.applications.words import HITS
from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def precision_at_k(codes, labels, k):
    gaps = (codes[:, None] - codes).double()
    d = gaps.square().sum(-1).sqrt()
    d.fill_diagonal_(math.inf)
    found = d.argsort(dim=1, stable=True)[:, :k]
    hits = (labels[found] == labels[:, None]).double()
    return hits.mean().item()


def scattered(labels, units, k, far=1.0):
    labels = torch.tensor(labels)
    classes = labels.unique(return_inverse=True)[1]
    centres = torch.randn(classes.max() + 1, units) + 1
    codes = centres[classes] + 0.8 * torch.randn(len(labels), units)
    codes = far * (0.5 + torch.rand(len(labels), 1)) * codes
    codes[:, 0] *= 1.7
    return {"codes": codes.double() if k == 4 else codes, "labels": labels, "k": k}


def copies(groups, k):
    """Make equal codes for each group; which of them are found must not matter."""
    codes = torch.randn(len(groups), 3).repeat_interleave(len(groups[0]), 0)
    order = torch.randperm(len(codes))
    labels = torch.tensor(groups).flatten()[order]
    return {"codes": codes[order], "labels": labels, "k": k}


PATTERN = [0, 0, 1, 2, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2]
PAIRS = [7, 3, 3, 7, 7, 3, 7, 7, 7]


def cases():
    return [
        scattered(PAIRS, 2, 1),
        scattered([4, 9, 4, 9, 6, 9, 4, 6, 9, 4, 9], 2, 6),
        scattered([4, 9, 4, 9, 9, 4, 6], 2, 6),
        scattered(PATTERN * 3 + [0, 0, 1], 3, 5),
        scattered([0, 1, 1, 0, 0, 1, 0, 1, 1, 1], 2, 4),
        scattered([1, 0, 2, 0, 1, 1, 2, 0, 1, 2, 0, 1, 1, 1, 0, 2], 16, 5),
        scattered([5, 5], 4, 1),
        scattered([5, 8], 4, 1),
        scattered([-3, 57, 57, -3, -3, 57, -3, 1000, -3], 2, 2),
        copies([(0, 1), (2, 2), (1, 0), (0, 0), (1, 2), (2, 0)], 1),
        copies([(0, 0, 1), (2, 1, 2), (1, 1, 1), (0, 2, 0)], 2),
        copies([(0, 1, 2, 3, 4), (6, 6, 6, 6, 6), (5, 7, 8, 9, 1)], 1),
        scattered(PAIRS, 2, 1, far=1e7),
    ]


ONLY = {
    "only equal codes are wrong: take out the query by its place, on the diagonal.": (
        lambda case: len(case["codes"].unique(dim=0)) < len(case["codes"])
    ),
    "only codes far apart are wrong: is math.inf on the diagonal?": (
        lambda case: case["codes"].abs().max() > 1e4
    ),
}
check = Exercise(precision_at_k, cases, returned(), errors=HITS, only=ONLY)


def distances(*codes):
    return edits("gaps.square().sum(-1).sqrt()", "{}", *codes)


def order(start, stop):
    places = (
        "d.argsort(dim=1, stable=True)[:, {0}:{1}]",
        "d.topk(min({1}, len(d)), largest=False).indices[:, {0}:]",
    )
    return [f"{OFF};; {FOUND} -> {p.format(start, stop)}" for p in places]


def unit(codes):
    return F.normalize(codes.double(), dim=1)


def weighed(weights):
    return f"{END} -> ((hits * (w := {weights})).sum(1).mean() / w.sum())"


def by_class(hits, labels):
    return torch.stack([hits[labels == c].mean() for c in labels.unique()]).mean()


def shorter(found):
    return found - (found > torch.arange(len(found))[:, None]).long()


def changed(change):
    return lambda codes, labels, k: precision_at_k(change(codes), labels, k)


OFF = "d.fill_diagonal_(math.inf) -> pass"
FOUND, END = "d.argsort(dim=1, stable=True)[:, :k]", "hits.mean()"
TOPK = "d.topk(k, largest=False).indices"
ROUNDED = [f"torch.cdist(c := codes.round(decimals={n}), c)" for n in (0, 1)]
SAME = "(labels[:, None] == labels).sum(1)"
ONE, VALUE = f"({SAME} - 1)", "hits.mean().item()"
OF_K = f"{END} -> hits.sum(1).div(k).mean()"
RANKS = "torch.arange(1.0, k + 1)"
check.mistakes(
    {
        "these are the farthest codes: take the smallest distances.": "sqrt() -> neg()",
        "the dot product is no distance: long codes win.": distances(
            "codes @ codes.T", "-codes @ codes.T"
        ),
        "the cosine ignores how long a code is: take the distance.": [
            *distances("unit(codes) @ unit(codes).T", "-unit(codes) @ unit(codes).T"),
            changed(unit),
        ],
        "this is another distance: square the differences, and add them up.": [
            *distances("gaps.abs().sum(-1)", "gaps.abs().amax(-1)", "gaps.sum(-1)"),
            *distances("gaps.sum(-1).abs()", "-gaps.sum(-1)"),
        ],
        "take the codes as they are: nothing scaled, nothing rounded.": [
            changed(lambda c: (c - c.mean(0)) / c.std(0)),
            changed(lambda c: (c - c.amin(0)) / (c.amax(0) - c.amin(0))),
            *(changed(lambda c, d=d: c.round(decimals=d)) for d in (0, 1)),
            *(f"{wrong};; {FOUND} -> {TOPK}" for wrong in distances(*ROUNDED)),
        ],
        "each query finds itself: its own place must not be among the hits.": [
            *(OFF, "math.inf -> 0", "math.inf -> -1"),
            *order(0, "k"),
            *order(0, "k + 1"),
        ],
        "only k - 1 hits are left: take k of all the others.": [
            *order(1, "k"),
            *(f"{wrong};; {OF_K}" for wrong in order(1, "k")),
            ":k -> :max(k - 1, 1)",
        ],
        "among copies, the first may not be the query: take it out by its place.": (
            order(1, "k + 1")
        ),
        "a copy at distance 0 is a hit like any other: take out the query only.": (
            "d.fill_diagonal_(math.inf) -> d[d == 0] = math.inf"
        ),
        "what stands on the diagonal must be above all distances: math.inf is.": [
            *edits("math.inf", "{}", 1, 10, 100, 1e3, 1e6),
            "d.fill_diagonal_(math.inf) -> d += torch.eye(len(d))",
        ],
        "the diagonal wins: does topk take the largest, or is it 0 * inf = nan?": [
            f"{OFF};; {FOUND} -> (d + torch.eye(len(d)) * math.inf).argsort(1)[:, :k]",
            f"{FOUND} -> (d * 1).topk(k).indices",
        ],
        "take k hits, not more.": edits(
            ":k", ":{}", "min(k + 1, len(d) - 1)", "len(d) - 1"
        ),
        "not just the first: all k hits.": edits(":k", "{}", "k - 1 : k", ":1"),
        "a place in a list without the query is no place in labels.": (
            "labels[found] -> labels[shorter(found)]"
        ),
        "this is the accuracy of a vote: each hit counts for itself.": [
            f"{END} -> (labels[found].mode(1).values == labels).double().mean()",
            *edits(END, "(hits.mean(1) {} 0.5).double().mean()", ">", ">="),
        ],
        "a query may be right in part: average over all k hits.": edits(
            END, "hits.{}(1).mean()", "amax", "amin"
        ),
        "this is the recall: divide by k, not by the images of the class.": [
            f"{END} -> (hits.sum() / ({SAME} - 1).sum().clamp(min=1))",
            *edits(END, "(hits.sum(1) / {}).mean()", SAME, f"{ONE}.clamp(min=1)"),
            f"{END} -> (hits.sum(1) / {ONE}.clamp(1, k)).mean()",
        ],
        "all k hits count alike: no weights by rank, no average precision.": [
            f"{END} -> (hits.cumsum(1) / {RANKS} * hits).mean()",
            *(weighed(f"(1 / {ranks})") for ranks in (RANKS, f"({RANKS} + 1).log2()")),
        ],
        "queries count alike, not classes.": f"{END} -> by_class(hits, labels)",
        "compare with the label of the query, not with those of the other hits.": (
            "== labels[:, None] -> == labels[found].mode(1).values[:, None]"
        ),
        "these are the wrong hits: count the others.": "== -> !=",
        "divide by the queries and by k, the hits that you take.": [
            *edits(END, "{}", "hits.sum()", "hits.sum(1).mean()", "(hits.sum() / k)"),
            f"{END} -> (hits.sum() / len(d) / (k + 1))",
        ],
        "only the first query counts: average over all.": "hits.mean -> hits[0].mean",
        "shapes (N, 1) and (N,) compare each with each: use labels[:, None].": [
            "labels[found] == labels[:, None] -> labels[found][..., None] == labels",
            "labels[:, None] -> (labels if k == 1 else labels[:, None])",
        ],
        "these are places: look up labels[places].": "labels[found] -> found",
        "you rounded it, or it is in percent: return the share as it is.": [
            *edits(VALUE, "round(hits.mean().item(), {})", 0, 1, 2, 3),
            *edits(VALUE, "round(100 * hits.mean().item(), {})", 0, 1, 2, 9),
        ],
    },
)
