"""The check of `stratified_subset`, an exercise of lesson 07."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from aelesson.checks.denoising_random import SIGMAS, seeded
from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check

CASES = (
    ((5, 5, 8, 5, 8), 1),
    ((0, 1, 2, 2, 1, 0, 1, 2, 0, 0), 3),
    ((12, 3, 3, 7, 12, 7, 3, 12, 7, 3, 3), 2),
    ((4, 4, 4), 3),
)
DRAWN, FROM, DRAWS = 2, 5, 600  # of each class, how many, how often
UNEQUAL = (4, 6, 4, 4, 6, 4, 4, 4, 6, 4, 4, 4)  # classes of 9 and of 3 images


@check(f"right on {len(CASES)} sets of labels, and on average")
def stratified_subset(function: Answer) -> None:
    """Check `stratified_subset(labels, per_class, generator)`: places, int64."""
    for labels, per_class in CASES:
        for seed in range(3):
            _subset(function, torch.tensor(labels), per_class, seeded(seed))
    _expect_own_randomness(function)
    _expect_equal_chances(function)
    _expect_every_place(function)


def _subset(
    function: Answer, labels: Tensor, per_class: int, generator: torch.Generator
) -> Tensor:
    """Return what the function chooses, if it is a stratified subset at all."""
    got = call(
        function,
        {"not enough values": "the classes are those that occur in labels."},
        labels=labels,
        per_class=per_class,
        generator=generator,
    )
    if isinstance(got, list | tuple):
        raise CheckFailed(
            f"you returned a {type(got).__name__}, expected one tensor: join the parts "
            "with torch.cat, or make a tensor of the places."
        )
    if isinstance(got, Tensor) and got.dtype == torch.bool:
        raise CheckFailed(
            "you returned a mask of truth values: return the places themselves, int64. "
            "mask.nonzero().flatten() has them."
        )
    classes = labels.unique()
    count = len(classes) * per_class
    hints = {
        (len(classes), per_class): "flatten it: all places in one row.",
        (per_class, len(classes)): "flatten it: all places in one row.",
        (count, 1): "flatten it: all places in one row.",
        (per_class,): "per_class is meant for each class: join those of all classes.",
        tuple(labels.shape): "these are all images: choose per_class of each class.",
    }
    digits = int((classes < 10).sum())
    hints.setdefault(
        (digits * per_class,),
        "the classes are the values that occur: labels.unique().",
    )
    chosen = expect_tensor(got, (count,), hints, torch.int64)
    _expect_places(chosen, labels)
    _expect_counts(chosen, labels, classes, per_class)
    return chosen


def _expect_places(chosen: Tensor, labels: Tensor) -> None:
    low, high = int(chosen.min()), int(chosen.max())
    if set(chosen.tolist()) == set(labels.tolist()):
        raise CheckFailed(
            "you returned labels: return where they stand, places in `labels`."
        )
    if low < 0 or high >= len(labels):
        raise CheckFailed(
            f"the places go from {low} to {high}, but labels has the places 0 to "
            f"{len(labels) - 1}."
        )
    repeats = [place for place, n in Counter(chosen.tolist()).items() if n > 1]
    if repeats:
        raise CheckFailed(
            f"place {repeats[0]} was chosen more than once.\nDraw without replacement, "
            "as randperm does, and count places in `labels`, not within a class."
        )


def _expect_counts(
    chosen: Tensor, labels: Tensor, classes: Tensor, per_class: int
) -> None:
    counts = {int(c): int((labels[chosen] == c).sum()) for c in classes}
    if any(count != per_class for count in counts.values()):
        told = ", ".join(f"{count} of class {c}" for c, count in counts.items())
        raise CheckFailed(
            f"you chose {told}, expected {per_class} of each class.\nDo it class by "
            "class, and return places in `labels`, not within the class."
        )


def _expect_own_randomness(function: Answer) -> None:
    """Ask that all randomness comes from the generator, and that it moves on."""
    labels, generator = torch.arange(60) % 3, seeded(1)
    around, start = torch.get_rng_state(), generator.get_state()
    first = _subset(function, labels, 6, generator)
    if not torch.equal(around, torch.get_rng_state()):
        raise CheckFailed(
            "your function draws from PyTorch's global random state, or seeds it.\n"
            "Hand generator=generator to every function that draws."
        )
    again = _subset(function, labels, 6, seeded(1))
    if torch.equal(start, generator.get_state()):
        if torch.equal(first, again):
            raise CheckFailed(
                "nothing is random: you chose the same places again, and the generator "
                "was not used.\nDraw with torch.randperm(..., generator=generator)."
            )
        raise CheckFailed(
            "the generator was not used: the choice is made by NumPy or `random`.\n"
            "Draw with torch.randperm(..., generator=generator)."
        )
    if not torch.equal(first, again):
        raise CheckFailed(
            "two generators with equal seeds gave different choices: something draws "
            "from elsewhere, such as NumPy or `random`.\nDraw from generator only."
        )
    second = _subset(function, labels, 6, generator)
    if torch.equal(first, second):
        raise CheckFailed(
            "two calls in a row with one generator gave the same choice: do you seed "
            "it?\nUse it as it comes; whoever calls decides about seeds."
        )


def _expect_equal_chances(function: Answer) -> None:
    """Ask that each pair of places is chosen equally often in each class."""
    labels, generator = torch.tensor([1, 0] * FROM), seeded(2)
    pairs: Counter[tuple[int, ...]] = Counter()
    for _ in range(DRAWS):
        chosen = _subset(function, labels, DRAWN, generator).sort().values
        for label in (0, 1):
            pairs[tuple(chosen[labels[chosen] == label].tolist())] += 1
    for label in (0, 1):
        places = (labels == label).nonzero().flatten().tolist()
        _expect_even(pairs, places)


def _expect_every_place(function: Answer) -> None:
    """Ask that no image of a larger class is left out for good."""
    labels, generator = torch.tensor(UNEQUAL), seeded(3)
    left = set(range(len(labels)))
    for _ in range(DRAWS // 4):
        left -= set(_subset(function, labels, DRAWN, generator).tolist())
    if left:
        raise CheckFailed(
            f"with classes of unequal sizes, place {min(left)} was never chosen in "
            f"{DRAWS // 4} calls.\nDraw from all places of each class, not from the "
            "first ones."
        )


def _expect_even(pairs: Counter[tuple[int, ...]], places: Sequence[int]) -> None:
    every = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    expected = DRAWS / len(every)
    spread = SIGMAS * (expected * (1 - 1 / len(every))) ** 0.5
    used = [pair for pair in every if pairs[pair]]
    told = f"expected each of {len(every)} pairs about {expected:.0f} times in {DRAWS}."
    if len(used) == 1:
        raise CheckFailed(
            f"in one class you always chose the places {used[0]}: {told}\n"
            "Shuffle the places of each class before you take the first ones."
        )
    if any(abs(pairs[pair] - expected) > spread for pair in every):
        rare, often = (f(every, key=lambda pair: pairs[pair]) for f in (min, max))
        raise CheckFailed(
            f"not all choices are equally likely: {rare} came {pairs[rare]} times, "
            f"{often} {pairs[often]} times; {told}\nShuffle the places of each class "
            "on their own, and take the first ones."
        )
