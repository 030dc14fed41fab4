"""What mistakes in counting hits lead to, for the check of `precision_at_k`."""

import numpy as np
import torch
from numpy.typing import NDArray

from aelesson.checks.expect import Value

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]


def other_measures(
    hits: Mask, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the measures that are not the precision.

    Args:
        hits: whether each of the others has the label of the query, the nearest first,
            `(N, N - 1)`.
        labels: those of the codes, `(N,)`.
        k: how many of the nearest count.
    """
    near = hits[:, :k]
    relevant = hits.sum(1)
    some = relevant > 0
    recalls = near.sum(1) / np.maximum(relevant, 1)
    ranks = np.arange(1, k + 1)
    precisions = (near.cumsum(1) / ranks * near).sum(1)
    return {
        "one hit is not enough: count all k of them.": float(near.any(1).mean()),
        "not every hit must be right: average over all k of them.": float(
            near.all(1).mean()
        ),
        "this is the recall: divide by k, not by the images of the class.": (
            float(recalls.mean()),
            float(recalls[some].mean()) if some.any() else 0.0,
            float((near.sum(1) / (relevant + 1)).mean()),
            float(near.sum() / max(relevant.sum(), 1)),
            float((near.sum(1) / np.maximum(np.minimum(k, relevant), 1)).mean()),
        ),
        "this is the average precision: all k hits count alike.": (
            float((precisions / k).mean()),
            float((precisions / np.maximum(near.sum(1), 1)).mean()),
            float((precisions / np.maximum(np.minimum(k, relevant), 1)).mean()),
            float((near.cumsum(1) / ranks).mean()),
        ),
        "all k hits count alike: no weights by rank.": tuple(
            float((near * (weights / weights.sum())).sum(1).mean())
            for weights in (1 / np.log2(ranks + 1), ranks[::-1], 1 / ranks)
        ),
        "this is the reciprocal rank of the first right hit: all k hits count.": (
            float(np.where(near.any(1), 1 / (near.argmax(1) + 1), 0).mean())
        ),
        "all queries count alike: do not average class by class.": float(
            np.mean([near[labels == label].mean() for label in np.unique(labels)])
        ),
    }


def other_votes(
    others: Places, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the accuracy of a vote among the nearest, for each way to break ties."""
    found = labels[others[:, :k]]
    right = np.array(
        [(row == own).sum() for row, own in zip(found, labels, strict=True)]
    )
    most = np.array([np.unique(row, return_counts=True)[1].max() for row in found])
    smallest = torch.from_numpy(found).mode(1).values.numpy()
    first = [max(row, key=row.tolist().count) for row in found]
    return {
        "compare with the label of the query, not with those of the other hits.": (
            float((found == smallest[:, None]).mean()),
            float((found == found[:, :1]).mean()),
        ),
        "this is the accuracy of a vote: each hit counts for itself.": (
            float((smallest == labels).mean()),
            float((np.array(first) == labels).mean()),
            float((right == most).mean()),
            float((right > k / 2).mean()),
            float((right >= k / 2).mean()),
        ),
    }


def slips(
    hits: Mask, others: Places, labels: Places, k: int
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the shares of those who count or divide wrongly."""
    near, right = hits[:, :k], float(hits[:, :k].mean())
    shorter = others - (others > np.arange(len(labels))[:, None])
    return {
        "shapes (N, 1) and (N,) compare each with each: use labels[:, None].": float(
            (labels[others[:, :1]] == labels).mean()
        ),
        "take k hits, not one more.": float(hits[:, : k + 1].mean()),
        "divide by k, the hits that you take.": (
            float(near.sum() / len(labels) / (k + 1)),
            float(near.sum() / len(labels) / max(k - 1, 1)),
            float(near.sum() / len(labels) / len(labels)),
        ),
        "divide by the queries and by k: return the mean share.": (
            float(near.sum()),
            float(near.sum() / len(labels)),
            float(near.sum() / k),
        ),
        "this is in percent: return a share.": 100 * right,
        "these are the wrong hits: count those with the label of the query.": 1 - right,
        "only the k-th hit counts in yours: take all of the first k.": float(
            hits[:, k - 1].mean()
        ),
        "only the first hit counts in yours: take all k.": float(hits[:, 0].mean()),
        "only the first query counts in yours: average over all.": float(
            near[0].mean()
        ),
        "you compared places with labels: look up labels[places] first.": float(
            (others[:, :k] == labels[:, None]).mean()
        ),
        "a place in a list without the query is none in labels: behind the query, all "
        "places are one less.": float(
            (labels[shorter[:, :k]] == labels[:, None]).mean()
        ),
        "all the others count in yours: take the k nearest.": float(hits.mean()),
        "you rounded it: return it as it is.": tuple(
            round(right, digits) for digits in range(4)
        ),
    }
