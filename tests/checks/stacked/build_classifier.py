"""Answers to `build_classifier`, in other people's words."""

from copy import deepcopy

from torch import nn


def classifier(*after, take=lambda encoders: encoders, between=()):
    """Return an answer with other encoders, or with more behind codes or logits."""
    return lambda encoders, classes: nn.Sequential(
        nn.Flatten(), *take(encoders), *between, nn.LazyLinear(classes), *after
    )


def in_a_list(encoders, classes):
    model = classifier(take=lambda _: [nn.Identity()])(encoders, classes)
    plain = [*encoders]
    model[1].forward = lambda x: nn.Sequential(*plain)(x)
    return model


RIGHT = [
    classifier(),
    classifier(take=lambda encoders: [nn.Sequential(*encoders)]),
    classifier(take=lambda encoders: [layer for e in encoders for layer in e]),
]
WRONG = {
    "holds a copy of encoder 1": classifier(take=deepcopy),
    "not in a plain list": in_a_list,
    "stands a softmax": classifier(nn.Softmax(1)),
    "after a GELU": classifier(between=[nn.GELU()]),
    "leave out dropout": classifier(between=[nn.Dropout()]),
    "you froze": classifier(take=lambda e: [s.requires_grad_(False) for s in e]),
    "unpack the list": classifier(take=lambda encoders: [encoders]),
}
