"""Search by codes: how often do near codes show the same?"""

import torch
from torch import Tensor

QUERIES = 500  # per pass: bounds memory, not the result


def precision_at_k(codes: Tensor, labels: Tensor, k: int) -> float:
    """Return how many of the nearest codes have the label of the query.

    Each code is a query once, and all *other* codes are searched by Euclidean
    distance. The share of its `k` nearest that have its label is averaged over queries.
    A copy of the query's code is another code: it is found like any other.

    Args:
        codes: `(N, D)`.
        labels: int64 `(N,)`.
        k: From 1 to `N - 1`.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: If the shapes do not fit, or `k` is out of range.
    """
    if codes.dim() != 2 or labels.shape != codes.shape[:1]:
        raise ValueError(
            f"codes has shape {tuple(codes.shape)} and labels {tuple(labels.shape)}; "
            "they must be (N, D) and (N,)"
        )
    if not 1 <= k <= len(codes) - 1:
        raise ValueError(
            f"k is {k}; with {len(codes)} codes it must be from 1 to {len(codes) - 1}"
        )
    found = torch.cat(
        [labels[nearest(codes, query, k)] for query in _indices(codes).split(QUERIES)]
    )
    return (found == labels[:, None]).double().mean().item()


def nearest(codes: Tensor, queries: Tensor, k: int) -> Tensor:
    """Return the `k` codes nearest to some of them, without the query itself.

    Args:
        codes: `(N, D)`.
        queries: Indices of codes, int64 `(Q,)`.
        k: From 1 to `N - 1`.

    Returns:
        Indices of codes, int64 `(Q, k)`, the nearest first.
    """
    distances = torch.cdist(codes[queries], codes)  # (Q, N)
    here = torch.arange(len(queries), device=codes.device)
    distances[here, queries] = torch.inf
    return distances.topk(k, largest=False).indices


def _indices(codes: Tensor) -> Tensor:
    return torch.arange(len(codes), device=codes.device)
