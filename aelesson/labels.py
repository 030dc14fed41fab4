"""Labels: choose a few, count how often they are met, read them off a code."""

import math
from collections.abc import Sequence

import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.semi_supervised import LabelSpreading
from torch import Tensor

from aelesson import require

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
    require.whole_numbers("labels", labels, "(N,)")
    require.whole("per_class", per_class)
    require.generator("generator", generator, needed=True)
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
    require.tensor("logits", logits, "(B, classes)")
    require.no_nan("logits", logits)
    _check_labelled("logits", logits, "labels", labels)
    require.within("labels", labels, 0, logits.shape[1] - 1, ", the classes of logits")
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

    Raises:
        ValueError: If shapes do not fit, or a code is not finite.
        TypeError: If codes are no float tensors, or labels no whole numbers.
    """
    _check_codes(codes, test_codes, "(N, D)")
    _check_labelled("codes", codes, "labels", labels)
    _check_labelled("test_codes", test_codes, "test_labels", test_labels)
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
        ValueError: If shapes do not fit, `neighbours` is below 2 or above `N`, `alpha`
            is not in (0, 1), or a set of indices or a code is not as described.
    """
    _check_codes(codes, test_codes, "(N, ...)")
    _check_labelled("codes", codes, "labels", labels)
    _check_chosen(chosen, labels)
    require.whole("neighbours", neighbours, at_least=2, at_most=len(codes))
    require.number("alpha", alpha, above=0, below=1)
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


def _check_codes(codes: Tensor, test_codes: Tensor, shape: str) -> None:
    for name, each in {"codes": codes, "test_codes": test_codes}.items():
        require.finite_tensor(name, each, shape)
    if codes.shape[1:] != test_codes.shape[1:]:
        raise ValueError(
            f"codes has shape {tuple(codes.shape)} and test_codes "
            f"{tuple(test_codes.shape)}: only their lengths may differ"
        )


def _check_chosen(chosen: Sequence[Tensor], labels: Tensor) -> None:
    require.sequence("chosen", chosen, "sets of indices")
    for place, indices in enumerate(chosen):
        name = f"chosen[{place}]"
        require.whole_numbers(name, indices, "(K,)", 0, len(labels) - 1)
        known = labels.cpu()[indices.cpu()]
        require.within(f"labels at {name}", known, 0, math.inf, ": -1 is no class")


def _check_labelled(name: str, rows: Tensor, other: str, labels: Tensor) -> None:
    require.whole_numbers(other, labels, "(N,)")
    require.same_length(name, rows, other, labels)


def _flow(graph: csr_matrix, known: Tensor, alpha: float) -> LabelSpreading:
    """Return label spreading along a graph, with an end that suits the labels."""
    tolerance = TOLERANCE * int((known >= 0).sum())
    return LabelSpreading(
        kernel=lambda a, b: graph, alpha=alpha, max_iter=STEPS, tol=tolerance
    )
