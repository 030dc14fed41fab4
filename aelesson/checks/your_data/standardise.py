"""`standardise(train, test)`: both tables on the scale of the training rows."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def standardise(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    divisor = torch.where(std > 0, std, 1.0)
    train, test = (train - mean) / divisor, (test - mean) / divisor
    return train, test


def cases():
    def table(count, columns, constant=()):
        size = torch.tensor([1.0, 2e-5, 300.0, 2e-7, 0.5])[:columns]
        shift = torch.tensor([2.0, 3e-5, -500.0, 0.0, 1.0])[:columns]
        x = shift + size * torch.randn(count, columns)
        for column, value in constant:
            x[:, column] = value
        return x

    def case(counts, columns, constant=(), in_test=()):
        test = 1.5 * table(counts[1], columns)
        for column, value in in_test:
            test[:, column] = value
        return {"train": table(counts[0], columns, constant), "test": test}

    return [
        case((2, 3), 2),
        case((3, 2), 1),
        case((7, 4), 5),
        case((5, 5), 5),
        case((40, 9), 3),
        case((6, 3), 4, [(0, 3.0)], [(0, 3.0)]),  # constant, in test as well
        case((5, 4), 5, [(0, 2.0), (3, 0.0)], [(3, 0.0)]),  # in train alone
        case((2, 3), 3, [(0, 1.0), (1, -2.0), (2, 0.5)]),
    ]


def constant(case):
    return bool((case["train"] == case["train"][0]).all(0).any())


def with_news(case):
    """Tell whether a column is constant in train, and has other values in test."""
    train = case["train"]
    same = (train == train[0]).all(0)
    return bool((same & (case["test"] != train[0]).any(0)).any())


ONLY = {
    "only columns that are constant in train and not in test are wrong:\nthey are "
    "shifted by the mean, and divided by 1.": with_news,
    "only columns that are constant in train are wrong: they become 0 there.": constant,
}
check = Exercise(
    standardise, cases, returned(dtype=True, names=("train", "test")), only=ONLY
)
MEAN, STD = "train.mean(0)", "train.std(0, correction=0)"
SAFE = "torch.where(std > 0, std, 1.0)"
LEFT = "(train - mean) / divisor"
RIGHT = "(test - mean) / divisor"
BOTH = "torch.cat([train, test])"
ROW = "x.std(1, correction=0, keepdim=True)"
BY_ROW = [  # a row of equal values is divided by 0, or by 1
    f"(lambda x: (x - x.mean(1, True)) / {divisor})"
    for divisor in (ROW, f"torch.where({ROW} > 0, {ROW}, 1.0)")
]
OWN = "test.std(0, correction=0).clamp(min=1e-9)"
END = "return train, test"
SMALL = "torch.where(std > 0, std, {})"
check.mistakes(
    {
        "test has its own mean and standard deviation here: take those of train.": [
            f"{RIGHT} -> (test - test.mean(0)) / torch.where(test.std(0, "
            "correction=0) > 0, test.std(0, correction=0), 1.0)",
            f"{RIGHT} -> (test - test.mean(0)) / test.std(0, correction=0)",
            f"{RIGHT} -> (test - test.mean(0)) / test.std(0)",
        ],
        "mean and deviation know the test rows: take those of train alone.": [
            f"{MEAN} -> {BOTH}.mean(0);; {STD} -> {BOTH}.std(0, correction=0)",
            f"{MEAN} -> {BOTH}.mean(0);; {STD} -> {BOTH}.std(0)",
        ],
        "the mean is that of all rows: take that of train.": (
            f"{MEAN} -> {BOTH}.mean(0)"
        ),
        "the deviation is that of all rows: take that of train.": (
            f"{STD} -> {BOTH}.std(0, correction=0)"
        ),
        "both are scaled by the numbers of test: take those of train.": (
            f"{MEAN} -> test.mean(0);; {STD} -> test.std(0, correction=0)"
        ),
        "test is divided by its own deviation: take that of train.": (
            f"{RIGHT} -> (test - mean) / {OWN}"
        ),
        "test is shifted by its own mean: take that of train.": (
            f"{RIGHT} -> (test - test.mean(0)) / divisor"
        ),
        "test is as it came: shift and scale it by the numbers of train.": (
            f"{RIGHT} -> test"
        ),
        "train is as it came: shift and scale it, too.": f"{LEFT} -> train",
        "divide by the number of rows, not by one less: std(0, correction=0).": (
            f"{STD} -> train.std(0)"
        ),
        "each column has its own numbers: mean(0) and std(0), not of all values.": [
            f"{MEAN} -> train.mean();; {STD} -> train.std(correction=0)",
            f"{MEAN} -> train.mean();; {STD} -> train.std()",
        ],
        "each column has its own mean: mean(0).": f"{MEAN} -> train.mean()",
        "each column has its own deviation: std(0).": [
            f"{STD} -> train.std(correction=0)"
        ],
        "these are the rows' own numbers: columns are averaged over dimension 0.": (
            [f"{LEFT} -> {by}(train);; {RIGHT} -> {by}(test)" for by in BY_ROW]
        ),
        "this divides by the variance: take its root.": f"{STD} -> train.var(0, "
        "correction=0)",
        "divide by the deviation, do not multiply.": "/ divisor -> * divisor",
        "subtract the mean.": ["- mean -> + mean", "- mean ->"],
        "nothing is divided: the columns still have their own units.": "/ divisor ->",
        "0 / 0 is nan: put 1 in the place of a deviation of 0.": f"{SAFE} -> std",
        "an epsilon shrinks small columns, and blows up constant ones in test:\nput 1 "
        "in the place of a deviation of 0, and leave all others as they are.": [
            *edits(SAFE, "std + {}", *(f"1e-{n}" for n in range(3, 9)), 0.1, 1),
            *edits(SAFE, "(std**2 + {}).sqrt()", *(f"1e-{n}" for n in range(3, 11))),
        ],
        "clamping changes the deviations of small columns: only 0 becomes 1.": edits(
            SAFE, "std.clamp(min={})", 1e-3, 1e-4, 0.1, 1
        ),
        "a column of small numbers is not constant: only a deviation of 0 becomes 1.": (
            edits(
                SAFE,
                "torch.where(std > {0}, std, 1.0)",
                *(f"1e-{n}" for n in range(2, 7)),
            )
        ),
        "another number stands in the place of a deviation of 0: put 1 there, so that "
        "a\n"
        "constant column is only shifted. (clamp(min=1e-8) puts 1e-8.)": [
            *edits("1.0", "{}", *(f"1e-{n}" for n in (1, *range(6, 13))), 0.5, 2.0),
            *edits(SAFE, "std.clamp(min={})", *(f"1e-{n}" for n in range(6, 13))),
        ],
        "a column that is constant in train may vary in test: it is only shifted.\n"
        "You make it 0 there, whatever it holds.": [
            "1.0 -> torch.inf",
            f"{SAFE} -> std;; {END} -> return train.nan_to_num(0, 0, 0), "
            "test.nan_to_num(0, 0, 0)",
        ],
        "nan_to_num hides 0 / 0 in train, and in test infinity becomes 3e38: put 1 "
        "for 0.": (
            f"{SAFE} -> std;; {END} -> return train.nan_to_num(), test.nan_to_num()"
        ),
        "constant columns stay as they came: shift them by their mean, as all.": (
            f"{END} -> return train + mean * (std == 0), test + mean * (std == 0)"
        ),
        "constant columns are left out: all columns stay.": (
            f"{END} -> return train[:, std > 0], test[:, std > 0]"
        ),
        "this brings columns to [0, 1]: subtract the mean, divide by the deviation.": [
            f"{MEAN} -> train.amin(0);; {STD} -> (train.amax(0) - train.amin(0))",
            f"{LEFT} -> (train - train.amin(0)) / (train.amax(0) - train.amin(0))"
            f";; {RIGHT} -> (test - test.amin(0)) / (test.amax(0) - test.amin(0))",
        ],
        "this is no standard deviation: the root of the mean squared gap to the "
        "mean.": [
            f"{STD} -> (train - train.mean(0)).abs().mean(0)",
            f"{STD} -> train.square().mean(0).sqrt()",
            f"{STD} -> (train.amax(0) - train.amin(0))",
            f"{STD} -> train.abs().amax(0)",
            f"{STD} -> train.norm(dim=0)",
        ],
        "this is the median: take the mean.": [
            f"{MEAN} -> {middle}{more}"
            for middle in ("train.median(0).values", "train.quantile(0.5, 0)")
            for more in (
                "",
                f";; {STD} -> (train - {middle}).square().mean(0).sqrt()",
            )
        ],
        "far values are cut off: leave them.": edits(
            END, "return train.clamp(-{0}, {0}), test.clamp(-{0}, {0})", 1, 2
        ),
        "the two come back in the other order: (train, test).": (
            f"{END} -> return test, train"
        ),
        "one tensor comes back: return two, train, test.": edits(
            END, "return {}", BOTH, "train", "test"
        ),
        "keep the dtype, float32.": (f"{END} -> return train.double(), test.double()"),
    }
)
