"""Answers to `stratified_subset`, in other people's words."""

import torch


def of_a_shuffle(labels, per_class, generator):
    order = torch.randperm(len(labels), generator=generator)
    return torch.cat([order[labels[order] == c][:per_class] for c in labels.unique()])


def by_weights(y, k, g):
    weights = torch.stack([(y == c).double() for c in set(y.tolist())])
    return torch.multinomial(weights, k, generator=g).flatten()


def a_block(labels, k, g):
    parts = [(labels == label).nonzero().flatten() for label in labels.unique()]
    starts = [torch.randint(len(part) - k + 1, (), generator=g) for part in parts]
    return torch.cat([p[at : at + k] for p, at in zip(parts, starts, strict=True)])


RIGHT = [of_a_shuffle, by_weights, lambda *a: of_a_shuffle(*a).sort().values]
WRONG = {
    "do you seed it": lambda y, k, g: of_a_shuffle(y, k, g.manual_seed(0)),
    "not all choices are equally likely": a_block,
    "global random state": lambda y, k, g: of_a_shuffle(y, k, torch.default_generator),
    "expected torch.int64": lambda *a: (
        torch.zeros(len(a[0])).index_fill(0, of_a_shuffle(*a), 1) > 0
    ),
}
