"""What two masks of rows are asked for: bool, each row once, and no group torn."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.randomness import even


def two(got):
    if isinstance(got, tuple | list) and len(got) == 2:
        return FINE
    one = f"one thing, a {type(got).__name__}"
    count = f"{len(got)} things" if isinstance(got, tuple | list) else one
    return Finding(count, f"you returned {count}: two masks, train and test.")


def masked(mask, name, groups):
    """Ask for a bool for each row."""
    if not isinstance(mask, Tensor):
        return Finding("none", f"{name} is no tensor.")
    if mask.shape != groups.shape:
        what = tuple(mask.shape)
        rows, count = len(groups), len(groups.unique())
        of = "" if mask.dtype == torch.bool else PLACES
        of = EACH if mask.shape == (count,) and not of and count < rows else of
        return Finding(
            f"{what}{of}", f"{name} has shape {what}, expected ({rows},).{of}"
        )
    if mask.dtype != torch.bool:
        says = f"{name} is a tensor of {mask.dtype}, expected torch.bool: True or False"
        return Finding(f"{mask.dtype}", f"{says} for each row.")
    return FINE


PLACES = "\nThese look like places: return a mask, True where a row is in it."
EACH = "\nThat is one for each group: return one for each row."


def sides(train, test):
    """Ask that each row is on exactly one side."""
    both, none = (train & test).any(), (~train & ~test).any()
    if both:
        return Finding("both", SAYS["both"])
    return Finding("none", SAYS["none"]) if none else FINE


def whole(test, groups):
    """Ask that no group is on both sides."""
    for name in groups.unique():
        mine = test[:, groups == name]
        if (mine.any(1) & ~mine.all(1)).any():
            return Finding("parted", SAYS["parted"])
    return FINE


def counted(found, case):
    """Ask for the right number of groups in test, in every draw."""
    count = len(case["groups"].unique())
    right = min(max(round(case["share"] * count), 1), count - 1)
    least, most = int(found.min()), int(found.max())
    if least == most:
        says = f"{least} of {count} groups are in test, expected {right}"
        wrong = Finding(f"{least}", f"{says}: round(share * groups),\n{LIMITS}")
        return FINE if least == right else wrong
    kind = "varies" if most > right or least == 0 else "fewer"
    return Finding(kind, SAYS[kind])


def chances(tested, groups):
    """Ask that all groups, and all pairs of them, come equally often."""
    hits = tested.double()
    times = torch.full([tested.shape[1]], len(tested))
    found = even(hits.sum(0), times, SAYS["uneven"])
    if found != FINE:
        return found
    a, b = torch.combinations(torch.arange(tested.shape[1])).T
    together = (hits.T @ hits)[a, b]
    found = even(together, torch.full([len(a)], len(tested)), SAYS["pairs"])
    return FINE if found == FINE else Finding("pairs", SAYS["pairs"])


LIMITS = "but at least 1, and at most all but one."
SAYS = {
    "both": "some rows are on both sides: train is what is not in test, ~test.",
    "none": "some rows are on neither side: train is what is not in test, ~test.",
    "parted": "rows of one group are on both sides: choose among the groups, not the "
    "rows.",
    "varies": "the number of test groups changes from draw to draw: share counts "
    "groups,\n"
    "whatever their size. Take exactly round(share * groups) of them.",
    "fewer": "in some draws there are fewer test groups: can a group be drawn twice?\n"
    "randperm draws without replacement.",
    "uneven": "some groups come into test more often than others: draw among the "
    "groups,\n"
    "each of them once, whatever their size and order.",
    "pairs": "some groups come into test together more often than others: shuffle "
    "them all.",
}
