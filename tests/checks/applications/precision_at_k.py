"""Answers to `precision_at_k`, in other people's words."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from aelesson.retrieval import precision_at_k as right


def by_scikit(codes, labels, k):
    found = NearestNeighbors(n_neighbors=k).fit(codes.numpy()).kneighbors()[1]
    return np.mean(labels.numpy()[found] == labels.numpy()[:, None])


def found_by(places):
    def precision_at_k(codes, labels, k):
        found = places(torch.cdist(codes, codes), k)
        return (labels[found] == labels[:, None]).double().mean().item()

    return precision_at_k


by_mask = found_by(
    lambda d, k: d.masked_fill(torch.eye(len(d)) > 0, 1e9).argsort(1)[:, :k]
)
RIGHT = [right, by_mask, by_scikit]
WRONG = {
    "each query finds itself": found_by(lambda d, k: d.argsort(1)[:, :k]),
    "the first may not be the query": found_by(
        lambda d, k: d.argsort(dim=1, stable=True)[:, 1 : k + 1]
    ),
    "`.indices`": found_by(lambda d, k: d.topk(k, largest=False).values),
    "changes its input codes in place": lambda c, y, k: right(c.sub_(1), y, k),
    "truth values have no mean": lambda c, y, k: (y == y[:, None]).mean().item(),
}
