"""Labels: choose a few, count how often they are met, read them off a code."""

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor


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
