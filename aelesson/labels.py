"""Labels: choose a few, count how often they are met, read them off a code."""

from collections.abc import Sequence

import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelSpreading
from torch import Tensor

STEPS = 10_000  # of spreading, at most
TOLERANCE = 1e-4  # spreading ends when a step moves less than this share of the labels


def stratified_subset(
    labels: Tensor, per_class: int, generator: torch.Generator
) -> Tensor:
    """Choose equally many examples of each class at random.

    Args:
        labels: The class of each example, int64 `(N,)`.
        per_class: How many of each class.
        generator: A generator on the CPU.

    Returns:
        Indices into `labels`, int64 `(classes * per_class,)`, in random order.

    Raises:
        ValueError: If `labels` is not of shape `(N,)`, `per_class` is below 1, or a
            class has fewer examples.
    """
    if labels.dim() != 1 or len(labels) == 0:
        raise ValueError(f"labels has shape {tuple(labels.shape)}, expected (N,)")
    if per_class < 1:
        raise ValueError(f"per_class is {per_class}; it must be at least 1")
    shuffled = torch.randperm(len(labels), generator=generator)
    chosen = []
    for label in labels.unique():
        places = shuffled[(labels[shuffled] == label).cpu()]
        if len(places) < per_class:
            raise ValueError(
                f"per_class is {per_class}, but class {int(label)} has only "
                f"{len(places)} examples"
            )
        chosen.append(places[:per_class])
    indices = torch.cat(chosen)
    return indices[torch.randperm(len(indices), generator=generator)]


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Return the share of examples whose largest logit is at their label.

    Args:
        logits: `(B, classes)`.
        labels: int64 `(B,)`.

    Raises:
        ValueError: If the shapes do not fit, or there is no example.
    """
    if logits.dim() != 2 or labels.shape != logits.shape[:1] or len(labels) == 0:
        raise ValueError(
            f"logits has shape {tuple(logits.shape)} and labels {tuple(labels.shape)}; "
            "they must be (B, classes) and (B,), with B above 0"
        )
    return (logits.argmax(dim=1) == labels).double().mean().item()


def probe(
    codes: Tensor, labels: Tensor, test_codes: Tensor, test_labels: Tensor
) -> float:
    """Return the test accuracy of a linear classifier on codes.

    Logistic regression on codes scaled to mean 0 and standard deviation 1 over the
    first set. It tells how much of the labels stands in the codes in a form that a
    straight line can read.

    Args:
        codes: `(N, D)`; the classifier is fitted on these and `labels`, `(N,)`.
        labels: int64 `(N,)`.
        test_codes: `(M, D)`.
        test_labels: int64 `(M,)`.
    """
    mean, std = codes.mean(0), codes.std(0).clamp_min(1e-6)
    model = LogisticRegression(max_iter=2000)
    model.fit(((codes - mean) / std).cpu().numpy(), labels.cpu().numpy())
    scaled = ((test_codes - mean) / std).cpu().numpy()
    return float(model.score(scaled, test_labels.cpu().numpy()))


def spread(
    codes: Tensor,
    labels: Tensor,
    chosen: Sequence[Tensor],
    test_codes: Tensor,
    *,
    neighbours: int = 10,
    alpha: float = 0.8,
) -> list[Tensor]:
    """Predict test labels by letting few labels spread over many codes.

    Each code is joined to its nearest neighbours, and labels flow along the joints,
    in both directions, so codes without a label help too. A joint of two codes that
    are both among the nearest of the other counts double. A test code takes the
    majority of its nearest neighbours. The graph is made once for all sets of labels.

    Source: Zhou et al. (2004), "Learning with local and global consistency".

    Args:
        codes: `(N, ...)`, codes or images; labelled and unlabelled ones.
        labels: int64 `(N,)`; only those at `chosen` are looked at.
        chosen: One set of indices or more, int64 each; every set is a run by itself.
        test_codes: `(M, ...)`; they take no part in the spreading.
        neighbours: How many, a code itself included, at least 2.
        alpha: What share of its label a code takes from its neighbours, in (0, 1). The
            nearer to 1, the further labels go, and the more steps it takes.

    Returns:
        For each set the predicted labels, int64 `(M,)`, on the CPU. Where no label
        arrives, it is the first of the classes.

    Raises:
        ValueError: If `neighbours` is below 2, or `alpha` is not in (0, 1).
    """
    if neighbours < 2:
        raise ValueError(f"neighbours is {neighbours}; it must be at least 2")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; it must be above 0 and below 1")
    train, test = (each.flatten(1).cpu().numpy() for each in (codes, test_codes))
    finder = NearestNeighbors(n_neighbors=neighbours).fit(train)
    graph, to_test = finder.kneighbors_graph(train), finder.kneighbors_graph(test)
    graph = graph + graph.T
    graph.setdiag(0)
    predicted = []
    for indices in chosen:
        known = torch.full((len(train),), -1)
        known[indices.cpu()] = labels.cpu()[indices.cpu()]
        model = _flow(graph, known, alpha).fit(train, known.numpy())
        votes = torch.from_numpy(to_test @ model.label_distributions_)
        predicted.append(torch.from_numpy(model.classes_)[votes.argmax(dim=1)])
    return predicted


def _flow(graph: csr_matrix, known: Tensor, alpha: float) -> LabelSpreading:
    """Return label spreading along a graph, with an end that suits the labels."""
    tolerance = TOLERANCE * int((known >= 0).sum())
    return LabelSpreading(
        kernel=lambda a, b: graph, alpha=alpha, max_iter=STEPS, tol=tolerance
    )
