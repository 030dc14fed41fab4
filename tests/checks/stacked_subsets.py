"""Answers to `stratified_subset`, right and wrong."""

import random

import numpy as np
import torch

from .answers import Wrong

# right


def subset_reference(labels, per_class, generator):
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero().flatten()
        order = torch.randperm(len(places), generator=generator)
        chosen.append(places[order[:per_class]])
    return torch.cat(chosen)


def subset_of_a_shuffle(labels, per_class, generator):
    shuffled = torch.randperm(len(labels), generator=generator)
    parts = [shuffled[labels[shuffled] == c][:per_class] for c in labels.unique()]
    chosen = torch.cat(parts)
    return chosen[torch.randperm(len(chosen), generator=generator)]


def subset_by_counting(y, k, g):
    taken, left = [], {}
    for place in torch.randperm(y.numel(), generator=g).tolist():
        label = int(y[place])
        if left.setdefault(label, k) > 0:
            left[label] -= 1
            taken.append(place)
    return torch.tensor(taken)


def subset_by_weights(labels, per_class, generator):
    parts = []
    for label in sorted(set(labels.tolist())):
        weights = (labels == label).double()
        parts.append(torch.multinomial(weights, per_class, generator=generator))
    return torch.hstack(parts)


def subset_by_scores(labels, per_class, generator):
    scores = torch.rand(len(labels), generator=generator, dtype=torch.double)
    order = (scores + 2 * labels).argsort()  # random inside each class
    ranked = labels[order]
    rank = torch.cat([torch.arange(int((labels == c).sum())) for c in labels.unique()])
    assert len(rank) == len(ranked)
    return order[rank < per_class].sort().values


RIGHT = [
    subset_reference,
    subset_of_a_shuffle,
    subset_by_counting,
    subset_by_weights,
    subset_by_scores,
]


# wrong


def subset(pick, classes=lambda labels: labels.unique(), join=torch.cat):
    """Return an answer that picks from the places of each class."""

    def stratified_subset(labels, per_class, generator):
        parts = []
        for label in classes(labels):
            places = (labels == label).nonzero().flatten()
            parts.append(pick(places, per_class, generator))
        return join(parts)

    return stratified_subset


def rightly(places, count, generator):
    return places[torch.randperm(len(places), generator=generator)[:count]]


def first_ones(places, count, generator):
    return places[:count]


def first_ones_after_a_draw(places, count, generator):
    torch.randperm(len(places), generator=generator)
    return places[:count]


def with_replacement(places, count, generator):
    return places[torch.randint(len(places), (count,), generator=generator)]


def a_block(places, count, generator):
    start = torch.randint(len(places) - count + 1, (), generator=generator)
    return places[start : start + count]


def a_block_around_the_end(places, count, generator):
    start = int(torch.randint(len(places), (), generator=generator))
    return places.roll(start)[:count]


def half_at_random(places, count, generator):
    others = places[1:][torch.randperm(len(places) - 1, generator=generator)]
    return torch.cat([places[:1], others[: count - 1]])


def within_the_class(places, count, generator):
    return torch.randperm(len(places), generator=generator)[:count]


def globally(places, count, generator):
    return places[torch.randperm(len(places))[:count]]


def seeding_globally(places, count, generator):
    torch.manual_seed(generator.initial_seed())
    return globally(places, count, generator)


def reseeding(places, count, generator):
    return rightly(places, count, generator.manual_seed(0))


def by_numpy(places, count, generator):
    return torch.from_numpy(np.random.permutation(places.numpy())[:count])


def by_python(places, count, generator):
    return torch.tensor(random.sample(places.tolist(), count))


def numpy_on_top(places, count, generator):
    return by_numpy(rightly(places, len(places), generator), count, generator)


def one_too_many(places, count, generator):
    return rightly(places, count + 1, generator)


def not_stratified(labels, per_class, generator):
    count = per_class * len(labels.unique())
    return torch.randperm(len(labels), generator=generator)[:count]


def a_mask(labels, per_class, generator):
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[subset_reference(labels, per_class, generator)] = True
    return mask


def the_labels(labels, per_class, generator):
    return labels[subset_reference(labels, per_class, generator)]


def sorted_in_place(labels, per_class, generator):
    chosen = subset_reference(labels, per_class, generator)
    labels.copy_(labels.sort().values)
    return chosen


def ten_digits(labels):
    return range(10)


def as_many_as_the_smallest(labels, per_class, generator):
    least = int(labels.unique(return_counts=True)[1].min())

    def pick(places, count, generator):
        return places[torch.randperm(least, generator=generator)[:count]]

    return subset(pick)(labels, per_class, generator)


def up_to_the_largest(labels):
    return range(int(labels.max()) + 1)


WRONG = [
    Wrong(subset(first_ones), "nothing is random"),
    Wrong(subset(lambda places, count, g: places[-count:]), "nothing is random"),
    Wrong(subset(first_ones_after_a_draw), "gave the same choice"),
    Wrong(as_many_as_the_smallest, "was never chosen in 150"),
    Wrong(subset(rightly, classes=ten_digits), "the classes are the values that occur"),
    Wrong(subset(with_replacement), "was chosen more than once"),
    Wrong(subset(a_block), "not all choices are equally likely"),
    Wrong(subset(a_block_around_the_end), "not all choices are equally likely"),
    Wrong(subset(half_at_random), "not all choices are equally likely"),
    Wrong(subset(within_the_class), "places in `labels`"),
    Wrong(subset(globally), "draws from PyTorch's global random state"),
    Wrong(subset(seeding_globally), "draws from PyTorch's global random state"),
    Wrong(subset(reseeding), "do you seed it?"),
    Wrong(subset(by_numpy), "the choice is made by NumPy or `random`"),
    Wrong(subset(by_python), "the choice is made by NumPy or `random`"),
    Wrong(subset(numpy_on_top), "something draws from elsewhere"),
    Wrong(subset(one_too_many), "got shape (4,), expected (2,)"),
    Wrong(not_stratified, "of each class"),
    Wrong(a_mask, "you returned a mask"),
    Wrong(the_labels, "you returned labels"),
    Wrong(subset(rightly, join=torch.stack), "flatten it"),
    Wrong(subset(rightly, join=lambda parts: parts), "you returned a list"),
    Wrong(
        subset(rightly, join=lambda parts: torch.cat(parts).tolist()),
        "you returned a list",
    ),
    Wrong(
        subset(rightly, join=lambda parts: torch.cat(parts).int()),
        "got a tensor of torch.int32, expected torch.int64",
    ),
    Wrong(
        subset(rightly, join=lambda parts: torch.cat(parts).float()),
        "got a tensor of torch.float32",
    ),
    Wrong(subset(rightly, join=lambda parts: torch.cat(parts).numpy()), "numpy array"),
    Wrong(subset(rightly, join=lambda parts: parts[0]), "join those of all classes"),
    Wrong(subset(rightly, classes=lambda y: y[:2]), "more than"),
    Wrong(sorted_in_place, "changes its input labels in place"),
    Wrong(lambda labels, per_class, generator: None, "is `return` missing?"),
    Wrong(lambda labels, per_class: labels, "3 arguments: (labels, per_class, gen"),
]
