"""`stratified_subset(labels, per_class, generator)`: places in `labels`, int64."""

from collections import Counter

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.randomness import even, own_randomness, seeded


def stratified_subset(labels, per_class, generator):
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero().flatten()
        order = torch.randperm(len(places), generator=generator)
        chosen.append(places[order[:per_class]])
    return torch.cat(chosen)


def cases():
    several = [
        ([5, 5, 8, 5, 8], 1, 3),
        ([0, 1, 2, 2, 1, 0, 1, 2, 0, 0], 3, 3),
        ([12, 3, 3, 7, 12, 7, 3, 12, 7, 3, 3], 2, 3),
        ([4, 4, 4], 3, 3),
        ([-1, 9, 9, -1, 2, 2], 2, 3),
        ([4, 6, 4, 4, 6, 4, 6, 4, 6], 2, 400),
    ]
    return [
        {"labels": torch.tensor(labels), "per_class": count, "draws": draws}
        for labels, count, draws in several
    ]


LOOK = returned(dtype=True)
KNOWN = ("error", "inputs", "kind", "dtype")  # the other aspects are left to chance


def observe(answer, case):
    labels, per_class, draws = case.values()

    def draw(generator, labels=labels):
        return answer(labels, per_class, generator)

    seen = dict(LOOK(lambda labels: draw(seeded(0), labels), {"labels": labels}))
    yield from ((name, seen[name]) for name in KNOWN if name in seen)
    if seen.get("dtype") != torch.int64:
        return
    chosen, generator, found = [], seeded(0), FINE
    while found == FINE and len(chosen) < draws:
        chosen.append(draw(generator))
        found = asked(chosen[-1], labels, per_class)
    yield "places", found
    if found == FINE and draws > 100:
        yield "randomness", own_randomness(draw)
        yield "chances", chances(torch.stack(chosen), labels)


def asked(got, labels, per_class):
    """Ask for places, `per_class` of each class, each of them once."""
    if got.shape != (per_class * len(labels.unique()),):
        what = f"got shape {tuple(got.shape)}"
        says = f"{what}: all places come in one row, {per_class} of each class."
        return Finding(what, says)
    if int(got.min()) < 0 or int(got.max()) >= len(labels):
        says = f"a place is {got.min()} or {got.max()}, but labels has {len(labels)}."
        return Finding("outside", says)
    (place, times), *_ = Counter(got.tolist()).most_common(1)
    if times > 1:
        says = f"place {place} was chosen {times} times: each may come once.\nDraw as "
        says += "randperm does, without replacement, and count places in `labels`."
        return Finding("repeats", says)
    counts = Counter(labels[got].tolist())
    if {*counts.values()} == {per_class}:
        return FINE
    told = ", ".join(f"{counts[c]} of class {c}" for c in labels.unique().tolist())
    says = f"you chose {told}, expected {per_class} of each class.\nDo it class by "
    says += "class, and return places in `labels`, not within the class."
    return Finding("counts", says)


def chances(chosen, labels):
    """Ask that within a class each pair of places comes equally often."""
    hits = torch.zeros(len(chosen), len(labels)).scatter(1, chosen, 1.0)
    together = hits.T @ hits
    for label in labels.unique():
        a, b = torch.combinations((labels == label).nonzero().flatten()).T
        found = even(together[a, b], torch.full([len(a)], len(chosen)), UNEVEN)
        if found != FINE:
            return found
    return FINE


UNEVEN = (
    "not all choices are equally likely: shuffle all places of each class on their own,"
    " and take the first ones."
)


def tell(case):
    return f"labels {case['labels'].tolist()}, per_class = {case['per_class']}"


errors = {
    "not enough values": "the classes are those that occur in labels: labels.unique().",
    "stack expects each": "classes differ in size: take per_class of each, then join.",
    "expects 'from' to be less than": (
        "torch.randint got an empty range: a class may have just per_class images."
    ),
}
check = Exercise(
    stratified_subset, cases, observe, fixed=False, errors=errors, tell=tell
)
ALL = "per_class * len(labels.unique())"
check.mistakes(
    {
        "you choose among all images at once: choose within each class.": (
            f"labels.unique() -> [labels];; [:per_class] -> [: {ALL}]"
        ),
        "labels themselves come back: return where they stand in `labels`.": (
            "torch.cat(chosen) -> labels[torch.cat(chosen)]"
        ),
        "the classes are the values that occur: labels.unique(), not a range.": [
            "labels.unique() -> range(len(labels.unique()))",
            "labels.unique() -> range(int(labels.max()) + 1)",
            "labels.unique() -> range(10)",
        ],
        "these are places within a class: places[order] makes places in `labels`.": (
            "places[order[:per_class]] -> order[:per_class]"
        ),
    }
)
