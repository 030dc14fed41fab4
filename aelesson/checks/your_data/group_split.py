"""`group_split(groups, share, generator)`: masks; no group is on both sides."""

import torch
from torch import Tensor

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import described, fresh, inputs_kept
from aelesson.checks.engine.procedures import something
from aelesson.checks.engine.randomness import own_randomness, seeded
from aelesson.checks.your_data.masks import (
    SAYS,
    chances,
    counted,
    masked,
    sides,
    two,
    whole,
)


def group_split(groups, share, generator):
    names = groups.unique()
    count = len(names)
    most = count - 1
    n = min(max(round(share * count), 1), most)
    order = torch.randperm(count, generator=generator)
    chosen = names[order[:n]]
    test = torch.isin(groups, chosen)
    return ~test, test


ROWS = [  # the groups, the share, how many draws
    ([5, 9, 5], 0.1, 9),
    ([5, 9, 5], 0.9, 9),
    ([0, 1, 2, 0, 1, 2, 3, 3, 4, 4], 0.4, 30),
    ([7, -2, 7, 900, 7, 31, -2, 7, 31, 7], 0.3, 30),
    ([3, 8, 3, 8, 6, 6, 12, 12], 0.05, 30),
    ([3, 8, 3, 8, 6, 6, 12, 12], 0.97, 30),
    ([2, 4, 6, 8, 10, 12, 14] * 2, 0.65, 30),
    ([50] * 9 + [70] * 4 + [*range(-80, 40, 8)] + [20, 10, 30, 40] * 2, 0.3, 400),
]


def cases():
    return [
        {"groups": torch.tensor(groups), "share": share, "draws": draws}
        for groups, share, draws in ROWS
    ]


def observe(answer, case):
    groups, share, draws = case.values()
    given = fresh(groups)
    got = attempt(answer, [given, share, seeded(0)])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"groups": groups}, {"groups": given})
    yield "returned", something(got)
    yield "two", two(got)
    if not isinstance(got, tuple | list) or len(got) != 2:
        return
    for name, mask in zip(("train", "test"), got, strict=True):
        yield from ((f"{k} of {name}", v) for k, v in described(mask) if k == "kind")
        yield f"mask {name}", masked(mask, name, groups)
    if not all(isinstance(m, Tensor) and m.shape == groups.shape for m in got):
        return

    def draw(generator):
        return tuple(answer(groups.clone(), share, generator))

    generator = seeded(0)
    drawn = [torch.stack(draw(generator)).bool() for _ in range(draws)]
    train, test = torch.stack(drawn, 1)
    names = groups.unique()
    tested = torch.stack([test[:, groups == name].any(1) for name in names], 1)
    yield "sides", sides(train, test)
    yield "whole", whole(test, groups)
    yield "count", counted(tested.sum(1), case)
    if draws > 100:
        yield "randomness", own_randomness(draw)
        yield "chances", chances(tested, groups)


def tell(case):
    groups = case["groups"]
    told = groups.tolist() if len(groups) < 20 else f"of {len(groups)} rows"
    return f"groups {told}, share = {case['share']}"


ERRORS = {
    "out of bounds": "groups may be any whole numbers: groups.unique() lists them.",
    "must be non-negative": "groups may be any numbers: groups.unique() lists them.",
    "train set will be empty": (
        "a share of scikit-learn's is rounded up: hand it the number of test groups."
    ),
    "'~' is not": "masks are bool: compare, or use torch.isin.",
}
check = Exercise(group_split, cases, observe, errors=ERRORS, fixed=False, tell=tell)
COUNT, ORDER = "round(share * count)", "torch.randperm(count, generator=generator)"
N, CHOSEN = "min(max(round(share * count), 1), most)", "names[order[:n]]"
TEST, END = "torch.isin(groups, chosen)", "return ~test, test"
ROW = "torch.randperm(len(groups), generator=generator)"
PARTED = "test = torch.zeros(len(groups), dtype=torch.bool); test[{}] = True"


def until_rows(most):
    """Return an answer that fills test until it has a share of the rows."""

    def group_split(groups, share, generator):
        names = groups.unique()
        test = torch.zeros(len(groups), dtype=torch.bool)
        for name in names[torch.randperm(len(names), generator=generator)][:-1]:
            if not most(test, groups == name, share * len(groups)):
                break
            test |= groups == name
        return ~test, test

    return group_split


check.mistakes(
    {
        SAYS["parted"]: [
            f"test = {TEST} -> "
            + PARTED.format(f"{ROW}[: max(1, round(share * len(groups)))]"),
            f"test = {TEST} -> "
            + PARTED.format(f"{ROW}[: max(1, int(share * len(groups)))]"),
            f"{TEST} -> torch.rand(len(groups), generator=generator) < share",
            f"{TEST} -> torch.arange(len(groups)) < share * len(groups)",
        ],
        SAYS["both"]: f"{END} -> return torch.ones_like(test), test",
        SAYS["none"]: f"{END} -> return ~test & (groups != chosen.max() + 1) & "
        "(torch.arange(len(groups)) > 0), test",
        "share is that of test: are the masks in the other order, (test, train),\n"
        "or do so many groups go to train?": [
            f"{END} -> return test, ~test",
            f"{COUNT} -> count - {COUNT}",
        ],
        "share counts groups, not rows: round(share * number of groups).": [
            f"{COUNT} -> round(share * len(groups))",
            f"{COUNT} -> int(share * len(groups))",
        ],
        "int() rounds down: round(share * number of groups).": f"{COUNT} -> int(share "
        "* count)",
        "ceil rounds up: round(share * number of groups).": (
            f"{COUNT} -> -int(-share * count // 1)"
        ),
        "one group too many, or one too few, is in test.": edits(
            COUNT, "round(share * count) + {}", 1, -1
        ),
        "with a small share no group would be in test: take at least one.": [
            f"max({COUNT}, 1) -> {COUNT}",
            f"{N} -> {COUNT}",
        ],
        "with a large share no group is left for train: leave it at least one.": [
            f"{N} -> max({COUNT}, 1)",
            "most = count - 1 -> most = count",
        ],
        "share has no effect on the number of groups.": edits(
            COUNT, "{}", 1, "count // 2", "count // 5", "count // 4", 2
        ),
        SAYS["varies"]: [
            until_rows(lambda test, _, goal: test.sum() < goal),
            until_rows(lambda test, new, goal: (test | new).sum() <= goal + 1),
            f"{CHOSEN} -> names[torch.rand(count, generator=generator) < share]",
        ],
        SAYS["fewer"]: (
            f"{ORDER} -> torch.randint(count, (count,), generator=generator)"
        ),
        SAYS["uneven"]: [
            f"{CHOSEN} -> "
            f"names.new_tensor([*dict.fromkeys(groups[{ROW}].tolist())][:n])",
            f"{ORDER} -> {ORDER}; order = torch.cat([order[order > 0], order[order == "
            f"0]])",
        ],
        SAYS["pairs"]: [
            f"{ORDER} -> torch.arange(count).roll(int(torch.randint(count, (), "
            "generator=generator)))",
        ],
        "a group is all rows with its number, also where they are apart: unique().": (
            "names = groups.unique() -> names = groups.unique_consecutive()"
        ),
        "groups need not be 0, 1, 2 and so on: draw places in groups.unique(),\n"
        "and look up which groups stand there.": [
            f"{CHOSEN} -> order[:n]",
            "names = groups.unique() -> names = torch.arange(int(groups.max()) + 1)",
            "names = groups.unique() -> names = torch.arange(len(groups.unique()))",
            "names = groups.unique() -> names = torch.arange(int(groups.min()), "
            "int(groups.max()) + 1)",
        ],
        "these are the rows' places, or groups: return masks, True where a row is in "
        "it.": [
            f"{END} -> return (~test).nonzero().flatten(), test.nonzero().flatten()",
            f"{END} -> return groups[~test], groups[test]",
        ],
        "these are the groups of each side: return a mask with a place for each row.": (
            f"{END} -> return names[order[n:]], names[order[:n]]"
        ),
        "a mask is bool: as 0 and 1, they would pick the rows 0 and 1.": [
            f"{END} -> return (~test).long(), test.long()",
            f"{END} -> return (~test).int(), test.int()",
        ],
        "a mask is bool: these are floats.": (
            f"{END} -> return (~test).float(), test.float()"
        ),
        "bytes are no masks: bool is.": f"{END} -> return (~test).byte(), test.byte()",
        "this mask has a place for each group: look up the group of each row.": (
            f"{END} -> return (torch.arange(count) >= n)[order.argsort()], "
            "(torch.arange(count) < n)[order.argsort()]"
        ),
        "one mask comes back: return both, train and test.": f"{END} -> return test",
    }
)
