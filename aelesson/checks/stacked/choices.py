"""What a choice of a few places of each class must be, fact by fact."""

from collections import Counter
from itertools import combinations

import torch

from aelesson.checks.engine import FINE, Finding


def places(got, labels, per_class):
    """Ask for places, `per_class` of each class, each of them once."""
    count = len(labels.unique()) * per_class
    if got.dtype == torch.bool:
        says = "you returned a mask: return the places, mask.nonzero().flatten()."
        return Finding("mask", says)
    if got.dim() != 1:
        says = (
            f"got shape {tuple(got.shape)}, expected ({count},): all places in one row."
        )
        return Finding(f"shape {got.dim()}", f"{says}\ntorch.cat joins the parts.")
    if got.dtype != torch.int64:
        says = f"got a tensor of {got.dtype}, expected torch.int64."
        return Finding(f"{got.dtype}", says)
    if set(got.tolist()) == set(labels.tolist()) and labels.max() >= len(labels):
        says = "you returned labels: return where they stand, places in `labels`."
        return Finding("labels", says)
    if len(got) != count:
        says = (
            f"you chose {len(got)} places, expected {count}: {per_class} of each class."
        )
        return Finding(f"count {len(got)}", says)
    return of_each_class(got, labels, per_class)


def of_each_class(got, labels, per_class):
    """Ask for places in `labels`, each once, and equally many of each class."""
    if far := [p for p in got.tolist() if not 0 <= p < len(labels)]:
        says = f"a place is {far[0]}, but labels has the places 0 to {len(labels) - 1}."
        return Finding("outside", says)
    (place, times), *_ = Counter(got.tolist()).most_common(1)
    if times > 1:
        says = f"place {place} was chosen {times} times: each may come once.\nDraw as "
        says += "randperm does, without replacement, and count places in `labels`."
        return Finding("repeats", says)
    counts = Counter(labels[got].tolist())
    if any(counts[label] != per_class for label in labels.tolist()):
        told = ", ".join(f"{counts[c]} of class {c}" for c in labels.unique().tolist())
        says = f"you chose {told}, expected {per_class} of each class.\nDo it class by "
        says += "class, and return places in `labels`, not within the class."
        return Finding("counts", says)
    return FINE


def first_ones(chosen, labels, count):
    first = [(labels == label).nonzero()[:count] for label in labels.unique()]
    return set(chosen.tolist()) == set(torch.cat(first).flatten().tolist())


def chances(chosen, labels):
    """Ask that within a class each pair of places comes equally often."""
    calls = len(chosen)
    if (chosen == chosen[0]).all():
        says = f"in {calls} calls with one generator you chose the same places: is it "
        return Finding("same", says + "seeded, is a result kept, or is nothing drawn?")
    for label in labels.unique().tolist():
        every = (labels == label).nonzero().flatten().tolist()
        pairs = Counter(tuple(row[labels[row] == label].tolist()) for row in chosen)
        if never := set(every).difference(*pairs):
            says = (
                f"place {min(never)} was never chosen in {calls} calls: all places of"
            )
            return Finding(f"never {never}", f"{says} a class must have a chance.")
        possible = [*combinations(every, 2)]
        mean = calls / len(possible)
        odd = [p for p in possible if abs(pairs[p] - mean) > 6 * mean**0.5]
        if odd:
            says = f"not all choices are equally likely: {odd[0]} came {pairs[odd[0]]} "
            says += f"times in {calls} calls, expected about {mean:.0f}.\nShuffle the "
            says += "places of each class on their own, and take the first ones."
            return Finding("uneven", says)
    return FINE
