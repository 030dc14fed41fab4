"""Answers to `precision_at_k`, in other people's words."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from aelesson.retrieval import precision_at_k as right


def by_scikit(codes, labels, k):
    found = NearestNeighbors(n_neighbors=k).fit(codes.numpy()).kneighbors()[1]
    return np.mean(labels.numpy()[found] == labels.numpy()[:, None])


def by_order(codes, labels, k, far=1e9, first=0):
    d = torch.cdist(codes, codes).masked_fill(torch.eye(len(codes)) > 0, far)
    found = d.argsort(dim=1, stable=True)[:, first : first + k]
    return (labels[found] == labels[:, None]).double().mean().item()


RIGHT = [right, by_order, by_scikit]
WRONG = {
    "each query finds itself": lambda *a: by_order(*a, far=0.0),
    "only equal codes are wrong": lambda *a: by_order(*a, far=0.0, first=1),
    "`.indices`": lambda c, y, k: y[torch.cdist(c, c).topk(k).values],
    "changes its input codes in place": lambda c, y, k: right(c.sub_(1), y, k),
    "truth values have no mean": lambda c, y, k: (y == y[:, None]).mean().item(),
}
