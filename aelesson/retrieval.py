"""Search by codes: how often do near codes show the same?"""

import torch
from torch import Tensor

from aelesson import require

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
    _check_codes(codes, k)
    require.whole_numbers("labels", labels, "(N,)")
    require.same_length("codes", codes, "labels", labels)
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

    Raises:
        ValueError: If a query is no index of a code, a code is not finite, or `k` is
            out of range.
    """
    _check_codes(codes, k)
    require.whole_numbers("queries", queries, "(Q,)", 0, len(codes) - 1)
    distances = torch.cdist(codes[queries], codes)  # (Q, N)
    here = torch.arange(len(queries), device=codes.device)
    distances[here, queries] = torch.inf
    return distances.topk(k, largest=False).indices


def _check_codes(codes: Tensor, k: int) -> None:
    require.finite_tensor("codes", codes, "(N, D)")
    why = f", as codes has {len(codes)} rows and no code finds itself"
    require.whole("k", k, at_most=len(codes) - 1, why=why)


def _indices(codes: Tensor) -> Tensor:
    return torch.arange(len(codes), device=codes.device)
