"""Wrong answers to `precision_at_k`."""

import torch
from torch.nn import functional as F

from .answers import Wrong
from .applications_searches import precision_reference


def euclidean(codes):
    return (codes[:, None] - codes).square().sum(-1).sqrt()


def search(distance=euclidean, judge=None, largest=False, extra=0):
    """Return a `precision_at_k` with its own distance and its own measure."""

    def precision_at_k(codes, labels, k):
        apart = distance(codes).fill_diagonal_(-torch.inf if largest else torch.inf)
        found = apart.topk(min(k + extra, len(codes) - 1), largest=largest).indices
        hits = labels[found] == labels[:, None]
        if judge is None:
            return hits.double().mean().item()
        return float(judge(hits.double(), labels, found))

    return precision_at_k


def with_itself(places, stable=True):
    """Return a `precision_at_k` that sorts the query among the others."""

    def precision_at_k(codes, labels, k):
        order = euclidean(codes).argsort(dim=1, stable=stable)[:, places(k)]
        return (labels[order] == labels[:, None]).double().mean().item()

    return precision_at_k


def precision_drops_first_by_topk(codes, labels, k):
    found = euclidean(codes).topk(k + 1, largest=False).indices[:, 1:]
    return (labels[found] == labels[:, None]).double().mean().item()


def precision_without_copies(codes, labels, k):
    distances = euclidean(codes)
    distances[distances == 0] = torch.inf
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).double().mean().item()


def precision_self_dropped_after(codes, labels, k):
    found = euclidean(codes).topk(k, largest=False).indices[:, 1:]
    return (labels[found] == labels[:, None]).double().sum().item() / (k * len(codes))


def unit(codes):
    return F.normalize(codes, dim=1)


def manhattan(codes):
    return torch.cdist(codes, codes, p=1)


def chebyshev(codes):
    return (codes[:, None] - codes).abs().amax(-1)


def standardised(codes):
    return euclidean((codes - codes.mean(0)) / codes.std(0).clamp(min=1e-9))


def vote(hits, labels, found):
    return (labels[found].mode(1).values == labels).double().mean()


def recall(hits, labels, found):
    relevant = (labels[:, None] == labels).sum(1) - 1
    return (hits.sum(1) / relevant.clamp(min=1)).mean()


def share_of_possible(hits, labels, found):
    relevant = (labels[:, None] == labels).sum(1) - 1
    return (hits.sum(1) / relevant.clamp(1, hits.shape[1])).mean()


def average_precision(hits, labels, found):
    ranks = torch.arange(1, hits.shape[1] + 1)
    return (hits.cumsum(1) / ranks * hits).sum(1).div(hits.shape[1]).mean()


def class_by_class(hits, labels, found):
    return torch.stack([hits[labels == each].mean() for each in labels.unique()]).mean()


def precision_of_k_1(codes, labels, k):
    found = euclidean(codes).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    if k > 1:
        return precision_reference(codes, labels, k)
    return (labels[found] == labels).double().mean().item()


def precision_bad_shapes(codes, labels, k):
    found = euclidean(codes).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return (labels[found] == labels).double().mean().item()


def precision_of_places(codes, labels, k):
    found = euclidean(codes).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return (found == labels[:, None]).double().mean().item()


def precision_bool_mean(codes, labels, k):
    found = euclidean(codes).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).mean().item()


def precision_in_place(codes, labels, k):
    codes -= codes.mean(0)
    return precision_reference(codes, labels, k)


def precision_one_query(codes, labels, k):
    places = (codes - codes[0]).norm(dim=1).argsort()[1 : k + 1]
    return (labels[places] == labels[0]).double().mean().item()


def precision_of_signed_gaps(codes, labels, k):
    return search(lambda codes: (codes[:, None] - codes).sum(-1))(codes, labels, k)


def precision_with_shifted_places(codes, labels, k):
    hits = []
    for i, code in enumerate(codes):
        rest = torch.cat([codes[:i], codes[i + 1 :]])
        places = (rest - code).norm(dim=1).argsort()[:k]
        hits.append(labels[places] == labels[i])
    return torch.stack(hits).double().mean().item()


def on_the_diagonal(value):
    """Return a `precision_at_k` that adds a value on the diagonal."""

    def precision_at_k(codes, labels, k):
        distances = euclidean(codes) + value * torch.eye(len(codes))
        found = distances.topk(k, largest=False).indices
        return (labels[found] == labels[:, None]).double().mean().item()

    return precision_at_k


def filled(value):
    """Return a `precision_at_k` that sets the diagonal to a value."""

    def precision_at_k(codes, labels, k):
        distances = euclidean(codes).fill_diagonal_(value)
        found = distances.topk(k, largest=False).indices
        return (labels[found] == labels[:, None]).double().mean().item()

    return precision_at_k


def precision_less_itself(codes, labels, k):
    found = torch.cdist(codes, codes).topk(k + 1, largest=False).indices
    hits = (labels[found] == labels[:, None]).double().sum(1) - 1
    return hits.div(k).mean().item()


def precision_one_hot(codes, labels, k):
    same = F.one_hot(labels, 10) @ F.one_hot(labels, 10).T
    found = euclidean(codes).fill_diagonal_(torch.inf).topk(k, largest=False).indices
    return same.gather(1, found).double().mean().item()


def precision_without_zeros_of_cdist(codes, labels, k):
    distances = torch.cdist(codes, codes)
    distances[distances == 0] = torch.inf
    found = distances.topk(k, largest=False).indices
    return (labels[found] == labels[:, None]).double().mean().item()


def precision_largest_forgotten(codes, labels, k):
    found = torch.cdist(codes, codes).fill_diagonal_(torch.inf).topk(k).indices
    return (labels[found] == labels[:, None]).double().mean().item()


def precision_by_values(codes, labels, k):
    apart = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    found = apart.topk(k, largest=False).values
    return (labels[found] == labels[:, None]).double().mean().item()


def purity(hits, labels, found):
    return (labels[found] == labels[found].mode(1).values[:, None]).double().mean()


def discounted(hits, labels, found):
    weights = 1 / torch.log2(torch.arange(hits.shape[1]) + 2.0)
    return (hits * weights).sum(1).mean() / weights.sum()


def then(change):
    """Return a `precision_at_k` that changes the right share."""
    return lambda codes, labels, k: change(precision_reference(codes, labels, k))


ITSELF = "each query finds itself"
COPY = "the first hit may be the copy"

WRONG = [
    Wrong(filled(10), "must be above all distances"),
    Wrong(filled(100), "must be above all distances: math.inf is"),
    Wrong(filled(1e3), "must be above all distances: math.inf is"),
    Wrong(filled(1e6), "must be above all distances: math.inf is"),
    Wrong(precision_less_itself, "nor be among the first k + 1"),
    Wrong(precision_one_hot, "any whole numbers, also negative ones"),
    Wrong(precision_without_zeros_of_cdist, "a copy at distance 0 is a hit like any"),
    Wrong(precision_largest_forgotten, "topk takes the largest: the query itself and"),
    Wrong(precision_by_values, "take `.indices` of topk or sort, not `.values`"),
    Wrong(precision_with_shifted_places, "a place in a list without the query"),
    Wrong(on_the_diagonal(1), "must be above all distances"),
    Wrong(on_the_diagonal(torch.inf), "0 * inf is nan"),
    Wrong(search(judge=purity), "compare with the label of the query"),
    Wrong(search(judge=discounted), "no weights by rank"),
    Wrong(with_itself(lambda k: slice(0, k)), ITSELF),
    Wrong(with_itself(lambda k: slice(0, k + 1)), ITSELF),
    Wrong(
        with_itself(lambda k: slice(1, k)), "only k - 1 hits are left: take k of all"
    ),
    Wrong(precision_self_dropped_after, "only k - 1 hits are left: take k of all"),
    Wrong(with_itself(lambda k: slice(1, k + 1)), COPY),
    Wrong(precision_drops_first_by_topk, COPY),
    Wrong(precision_without_copies, "a copy at distance 0 is a hit like any other"),
    Wrong(search(lambda c: c @ c.T, largest=True), "the dot product is no distance"),
    Wrong(search(lambda c: c @ c.T), "the dot product is no distance"),
    Wrong(search(lambda c: unit(c) @ unit(c).T, largest=True), "the cosine ignores"),
    Wrong(search(lambda c: euclidean(unit(c))), "the cosine ignores"),
    Wrong(search(manhattan), "the sum of absolute differences is another distance"),
    Wrong(search(chebyshev), "the largest difference is another distance"),
    Wrong(precision_of_signed_gaps, "the sum of differences is no distance"),
    Wrong(search(standardised), "take the codes as they are, not scaled"),
    Wrong(search(largest=True), "these are the farthest codes"),
    Wrong(search(judge=vote), "this is the accuracy of a vote"),
    Wrong(search(judge=lambda h, y, f: (h.mean(1) > 0.5).double().mean()), "of a vote"),
    Wrong(search(judge=lambda h, y, f: h.amax(1).mean()), "one hit is not enough"),
    Wrong(
        search(judge=lambda h, y, f: h.amin(1).mean()), "not every hit must be right"
    ),
    Wrong(search(judge=recall), "this is the recall"),
    Wrong(search(judge=share_of_possible), "divide by k, not by the images of the cl"),
    Wrong(search(judge=average_precision), "this is the average precision"),
    Wrong(search(judge=class_by_class), "do not average class by class"),
    Wrong(search(judge=lambda h, y, f: 1 - h.mean()), "these are the wrong hits"),
    Wrong(search(judge=lambda h, y, f: h.sum()), "divide by the queries and by k"),
    Wrong(search(judge=lambda h, y, f: h.sum(1).mean()), "divide by the queries and b"),
    Wrong(search(judge=lambda h, y, f: h[:, -1].mean()), "only the k-th hit counts"),
    Wrong(search(judge=lambda h, y, f: h[:, 0].mean()), "only the first hit counts"),
    Wrong(search(judge=lambda h, y, f: h[0].mean()), "only the first query counts"),
    Wrong(precision_one_query, "only the first query counts"),
    Wrong(search(extra=1), "take k hits, not one more"),
    Wrong(search(extra=99), "all the others count in yours"),
    Wrong(
        search(judge=lambda h, y, f: h.sum() / h.numel() * 5 / 6),
        "divide by k, the hits",
    ),
    Wrong(precision_of_places, "you compared places with labels"),
    Wrong(precision_bad_shapes, "compare them with labels[:, None]"),
    Wrong(precision_of_k_1, "shapes (N, 1) and (N,) compare each with each"),
    Wrong(precision_bool_mean, "truth values have no mean"),
    Wrong(precision_in_place, "changes its input codes in place"),
    Wrong(then(lambda share: round(share, 2)), "you rounded it"),
    Wrong(then(lambda share: 100 * share), "this is in percent"),
    Wrong(then(torch.tensor), "Call `.item()`"),
    Wrong(then(lambda share: None), "is `return` missing?"),
    Wrong(lambda codes, labels: 0.5, "3 arguments: (codes, labels, k)"),
]
