"""The check of `precision_at_k`, an exercise of lesson 10."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson.checks.applications_hits import (
    Places,
    other_measures,
    other_votes,
    slips,
)
from aelesson.checks.expect import Value, expect_close, expect_float
from aelesson.checks.harness import Answer, call, check
from aelesson.checks.wording import close

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Case:
    """A set of codes, and how many of the nearest count."""

    codes: Tensor
    labels: Tensor
    k: int
    told: str = ""
    last: str = ""  # the diagnosis of an answer that only this case finds wrong


def _scattered(
    labels: Sequence[int],
    units: int,
    k: int,
    seed: int,
    dtype: torch.dtype = torch.float32,
) -> _Case:
    """Draw codes that lie somewhat nearer to their own class."""
    rng = np.random.default_rng(seed)
    _, classes = np.unique(labels, return_inverse=True)
    centres = rng.normal(size=(classes.max() + 1, units)) + 1
    spread = rng.uniform(0.5, 1.5, (len(labels), 1))
    codes = spread * (centres[classes] + 0.8 * rng.normal(size=(len(labels), units)))
    codes[:, 0] *= 1.7
    return _Case(torch.from_numpy(codes).to(dtype), torch.tensor(labels), k)


def _copies(groups: Sequence[tuple[int, ...]], seed: int, k: int = 0) -> _Case:
    """Make a group of equal codes for each of these groups of labels.

    With `k` one less than a group has codes, the nearest of each are its copies. That
    is the value without `k`; with a smaller one, it must not matter which are found.
    """
    rng = np.random.default_rng(seed)
    codes = np.repeat(rng.normal(size=(len(groups), 3)), len(groups[0]), axis=0)
    labels = np.ravel(groups)
    order = rng.permutation(len(labels))
    told = "codes of which some are equal"
    k = k or len(groups[0]) - 1
    shuffled = torch.from_numpy(codes[order]).float()
    return _Case(shuffled, torch.from_numpy(labels[order]), k, told, _BY_PLACE)


def _far(case: _Case) -> _Case:
    """Move codes so far apart that no number that people write is above distances."""
    last = "what stands on the diagonal must be above all distances: math.inf is."
    return _Case(1e7 * case.codes, case.labels, case.k, _FAR, last)


_FAR = "codes about ten million apart"
_BY_PLACE = (
    "with equal codes, the query need not come first, nor be among the first k + 1: "
    "take it out by its place, on the diagonal."
)


CASES = (
    _scattered([0, 0, 1, 2, 0, 1, 0, 2, 1, 0, 0, 1, 0, 2] * 3 + [0, 0, 1], 3, 5, 162),
    _scattered([7, 3, 3, 7, 7, 3, 7, 7, 7], 2, 1, 14),
    _scattered([4, 9, 4, 9, 6, 9, 4, 6, 9, 4, 9], 2, 6, 15),
    _scattered([4, 9, 4, 9, 9, 4, 6], 2, 6, 15),
    _scattered([1, 0, 2, 0, 1, 1, 2, 0, 1, 2, 0, 1, 1, 1, 0, 2] * 2, 16, 5, 16),
    _scattered([0, 1, 1, 0, 0, 1, 0, 1, 1, 1], 1, 4, 17, torch.float64),
    _scattered([5, 5], 4, 1, 18),
    _scattered([5, 8], 4, 1, 19),
    _copies([(0, 1), (2, 2), (1, 0), (0, 0), (1, 2), (2, 0)], 20),
    _copies([(0, 0, 1), (2, 1, 2), (1, 1, 1), (0, 2, 0)], 21),
    _copies([(0, 1, 2, 3, 4), (6, 6, 6, 6, 6), (5, 7, 8, 9, 1)], 22, k=1),
    _far(_scattered([7, 3, 3, 7, 7, 3, 7, 7, 7], 2, 1, 14)),
    _scattered([-3, 57, 57, -3, -3, 57, -3, 1000, -3], 2, 2, 15),
)
HINTS = {
    "must match the size of tensor": (
        "the labels of the hits are (N, k), those of the queries (N,): compare them "
        "with labels[:, None]."
    ),
    "could not infer output dtype": "truth values have no mean: call .double() first.",
    "selected index k out of range": (
        "k may be as large as N - 1: there is no more to take."
    ),
    "used as indices must be": (
        "labels[...] wants places, not distances: take `.indices` of topk or sort, not "
        "`.values`."
    ),
    "Class values must be": (
        "labels may be any whole numbers, also negative ones: compare them with ==."
    ),
    "Boolean value of Tensor": "compare whole tensors: (a == b) counts as a mask.",
    "X1 and X2 must have": "torch.cdist wants two matrices: (N, D) and (N, D).",
}


@check(f"right on {len(CASES)} sets of codes, with copies among them")
def precision_at_k(function: Answer) -> None:
    """Check `precision_at_k(codes, labels, k)`: a share, a float."""
    for case in CASES:
        given = {"codes": case.codes, "labels": case.labels, "k": case.k}
        got = expect_float(call(function, HINTS, **given))
        codes, labels = case.codes.double().numpy(), case.labels.numpy()
        told = case.told or f"codes of shape {tuple(case.codes.shape)}"
        expected = _precision(_others(_distances(codes)), labels, case.k)
        if not close(got, expected):  # the mistakes take their time
            mistakes = _mistakes(codes, labels, case.k)
            if case.last:
                mistakes = {case.last: got} if case.told == _FAR else mistakes
                mistakes.setdefault(case.last, got)
            expect_close(got, expected, f"{told}, k = {case.k}", mistakes)


def _distances(codes: Array) -> Array:
    """Return the Euclidean distance of each two codes, `(N, N)`."""
    distances: Array = np.linalg.norm(codes[:, None] - codes, axis=-1)
    return distances


def _others(distances: Array) -> Places:
    """Return, per query, the places of all other codes, the nearest first."""
    apart = distances.copy()
    np.fill_diagonal(apart, np.inf)
    return apart.argsort(1, kind="stable")[:, :-1]


def _precision(found: Places, labels: Places, k: int) -> float:
    return float((labels[found[:, :k]] == labels[:, None]).mean())


def _mistakes(
    codes: Array, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give each known mistake its diagnosis and the share it leads to."""
    distances = _distances(codes)
    others = _others(distances)
    hits = labels[others] == labels[:, None]  # (N, N - 1), the nearest first
    mistakes = _by_size(codes, labels, k) | _with_itself(distances, labels, k)
    if (distances + np.eye(len(codes)) == 0).any():
        return mistakes  # the cases before tell all others apart
    mistakes |= {
        diagnosis: tuple(_precision(_others(each), labels, k) for each in found)
        for diagnosis, found in _other_distances(codes, distances).items()
    }
    mistakes |= _on_the_diagonal(distances, labels, k)
    mistakes |= other_measures(hits, labels, k)
    return mistakes | other_votes(others, labels, k) | slips(hits, others, labels, k)


def _by_size(
    codes: Array, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the shares of those who find the query by its distance, or the farthest."""
    distances = torch.cdist(*(torch.from_numpy(codes).float(),) * 2)
    apart = distances.clone().fill_diagonal_(torch.inf)
    farthest = apart.topk(k).indices.numpy()
    distances[distances == 0] = torch.inf
    unequal = distances.topk(k, largest=False).indices.numpy()
    return {
        "topk takes the largest: the query itself and the farthest codes. Say "
        "largest=False.": _precision(farthest, labels, k),
        "a copy at distance 0 is a hit like any other, and rounding may keep the query "
        "from distance 0: set the diagonal.": _precision(unequal, labels, k),
    }


def _with_itself(
    distances: Array, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the shares of those who find the query itself, or lose a copy of it."""
    orders = _orders(distances)
    same = [labels[order] == labels[:, None] for order in orders]
    by_topk = torch.from_numpy(distances).topk(min(k + 1, len(labels)), largest=False)
    dropped = labels[by_topk.indices.numpy()[:, 1:]] == labels[:, None]
    counted = [hits[:, :most].mean() for hits in same for most in (1, k, k + 1)]
    itself: dict[str, Value | tuple[Value, ...]] = {
        "each query finds itself: its own place must not be among the hits.": (
            1.0,
            *map(float, counted),
        )
    }
    copies = (distances + np.eye(len(labels))) == 0
    if not copies.any():
        too_few = "only k - 1 hits are left: take k of all the others."
        halves = (float(hits[:, 1:k].sum(1).mean() / k) for hits in same)
        shares = (float(hits[:, 1:k].mean()) for hits in same if k > 1)
        return itself | {too_few: (*halves, *shares)}
    apart = np.where(copies, np.inf, distances)
    np.fill_diagonal(apart, np.inf)
    no_copies = torch.from_numpy(apart).topk(k, largest=False).indices.numpy()
    return {
        "a copy at distance 0 is a hit like any other: take out the query only.": (
            _precision(_others(apart), labels, k),
            float((labels[no_copies] == labels[:, None]).mean()),
        ),
        "with equal codes, the first hit may be the copy and the second one the query "
        "itself: take the query out by its place.": (
            *(float(hits[:, 1 : k + 1].mean()) for hits in same),
            float(dropped.mean()),
        ),
    } | itself


def _on_the_diagonal(
    distances: Array, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the shares of those who add something to the diagonal."""
    own = torch.eye(len(labels), dtype=torch.float64)
    spoilt = torch.from_numpy(distances) + own * torch.inf
    found = [spoilt.topk(k, largest=False).indices, spoilt.argsort(1)[:, :k]]
    return {
        "0 * inf is nan, everywhere but on the diagonal: set it by fill_diagonal_.": (
            tuple(_precision(places.numpy(), labels, k) for places in found)
        ),
        "what you add on the diagonal must be above all distances: inf is.": (
            _precision((distances + own.numpy()).argsort(1), labels, k)
        ),
    }


def _orders(distances: Array) -> list[Places]:
    """Sort with the query among the hits, ties in three orders."""
    count = len(distances)
    ties = (np.arange(count), -np.arange(count), -np.eye(count), np.eye(count))
    return [
        np.array(
            [
                np.lexsort((tie[row] if tie.ndim > 1 else tie, distances[row]))
                for row in range(count)
            ]
        )
        for tie in ties
    ]


def _other_distances(codes: Array, distances: Array) -> dict[str, list[Array]]:
    """Give what people sort by in place of the Euclidean distance."""
    gaps = np.abs(codes[:, None] - codes)
    unit = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    centred = codes - codes.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = [codes / codes.std(0), codes / codes.std(0, ddof=1)]
        scaled.append((codes - codes.min(0)) / np.ptp(codes, axis=0))
    return {
        "these are the farthest codes: the smallest distance is the nearest.": [
            -distances
        ],
        "the dot product is no distance: long codes win.": [
            -codes @ codes.T,
            codes @ codes.T,
            -centred @ centred.T,
        ],
        "the cosine ignores how long a code is: take the distance.": [
            -unit @ unit.T,
            unit @ unit.T,
        ],
        "the sum of absolute differences is another distance: square them.": [
            gaps.sum(-1)
        ],
        "the largest difference is another distance: square all and add up.": [
            gaps.max(-1)
        ],
        "the sum of differences is no distance: square them first.": [
            np.abs((codes[:, None] - codes).sum(-1)),
            (codes[:, None] - codes).sum(-1),
            -(codes[:, None] - codes).sum(-1),
        ],
        "take the codes as they are, not scaled.": [
            _distances(np.nan_to_num(each)) for each in scaled
        ],
    }
