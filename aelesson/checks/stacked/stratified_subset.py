"""`stratified_subset(labels, per_class, generator)`: places in `labels`, int64."""

import torch

from aelesson.checks.engine import FINE, Exercise, Note
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.observe import inputs_kept
from aelesson.checks.engine.randomness import own_randomness, seeded
from aelesson.checks.stacked.choices import chances, first_ones, places


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
        ([0, 1, 2] * 20, 6, 3),
    ]
    return [
        {"labels": torch.tensor(labels), "per_class": count, "draws": draws}
        for labels, count, draws in several
    ]


def observe(answer, case):
    labels, per_class, draws = case.values()
    given = labels.clone()

    def draw(generator):
        return answer(given, per_class, generator)

    got = attempt(draw, (seeded(0),))
    yield "error", outcome(got)
    if failed(got):
        return
    yield "kind", kind(got)
    if not isinstance(got, torch.Tensor):
        return
    yield inputs_kept({"labels": labels}, {"labels": given})
    chosen, generator, found = [], seeded(0), FINE
    while found == FINE and len(chosen) < draws:
        chosen.append(draw(generator))
        found = places(chosen[-1], labels, per_class)
    yield "places", found
    if found != FINE:
        return
    yield "the first places", Note(first_ones(chosen[0], labels, per_class))
    if len(labels) > 50:
        yield "randomness", own_randomness(draw)
    if draws > 100:
        yield "chances", chances(torch.stack(chosen).sort(1).values, labels)


def tell(case):
    return f"labels {case['labels'][:11].tolist()}, per_class = {case['per_class']}"


errors = {
    "not enough values": "the classes are those that occur in labels: labels.unique().",
    "expects 'from' to be less than": (
        "torch.randint got an empty range: a class may have just per_class images."
    ),
}
check = Exercise(
    stratified_subset, cases, observe, fixed=False, errors=errors, tell=tell
)


check.mistakes(
    {
        "you choose among all images at once: choose within each class.": (
            lambda labels, per_class, generator: torch.randperm(
                len(labels), generator=generator
            )[: per_class * len(labels.unique())]
        ),
        "labels themselves come back: return where they stand in `labels`.": (
            "torch.cat(chosen) -> labels[torch.cat(chosen)]"
        ),
        "the classes are the values that occur: labels.unique(), not a range.": [
            "labels.unique() -> range(len(labels.unique()))",
            "labels.unique() -> range(int(labels.max()) + 1)",
            "labels.unique() -> range(10)",
        ],
        "nothing is drawn: you always take the first places of each class.": (
            "torch.randperm(len(places), generator=generator) -> range(len(places))"
        ),
        "you draw an order and do not use it: places[order[:per_class]].": (
            "order[:per_class] -> :per_class"
        ),
        "torch.randint draws with repeats: torch.randperm does not.": (
            "randperm(len(places), -> randint(len(places), (len(places),),"
        ),
        "these are places within a class: places[order] makes places in `labels`.": (
            "places[order[:per_class]] -> order[:per_class]"
        ),
        "you take one place too many of each class.": "per_class -> per_class + 1",
        "you take all places of each class, not per_class.": "[:per_class] ->",
        "you shuffle the first per_class places only: shuffle all, then cut.": (
            "torch.randperm(len(places), -> torch.randperm(per_class,"
        ),
        "these are places of one class only: join those of all classes.": [
            "torch.cat(chosen) -> chosen[0]",
            "torch.cat(chosen) -> chosen[-1]",
        ],
    }
)
