"""Answers to `build_classifier`, in other people's words."""

from copy import deepcopy

from torch import nn


def classifier(*after, take=lambda encoders: encoders, between=()):
    """Return an answer with other encoders, or with more behind codes or logits."""
    return lambda encoders, classes: nn.Sequential(
        nn.Flatten(), *take(encoders), *between, nn.LazyLinear(classes), *after
    )


RIGHT = [
    classifier(),
    classifier(take=lambda encoders: [nn.Sequential(*encoders)]),
    classifier(take=lambda encoders: [layer for e in encoders for layer in e]),
]
WRONG = {
    "is it a copy": classifier(take=deepcopy),
    "does something stand": classifier(between=[nn.GELU()]),
    "you changed requires_grad": classifier(
        take=lambda e: [s.requires_grad_(False) for s in e]
    ),
}
