"""What a pipeline is asked for: which rows train, choose and report, on what scale."""

from numbers import Real

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Finding


def result(got, case):
    """Ask for a size and a number."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        one = f"one thing, a {type(got).__name__}"
        count = f"{len(got)} things" if isinstance(got, tuple | list) else one
        return Finding(count, f"you returned {count}: the size, and its error on test.")
    size, error = got
    if isinstance(error, Tensor) or isinstance(size, Tensor):
        return Finding("tensor", SAYS["tensor"])
    if not isinstance(error, Real):
        return Finding("no number", f"the error is a {type(error).__name__}: a float.")
    if size in case["sizes"] and isinstance(size, int):
        return FINE
    turned = error in case["sizes"]
    says = (
        SAYS["turned"] if turned else f"{size!r:.20} is none of sizes: return the size."
    )
    return Finding("turned" if turned else "size", says)


def calls(seen, case):
    if sorted(seen.sizes) != sorted(case["sizes"]):
        told = (
            f"train was called {len(seen.sizes)} times for {len(case['sizes'])} sizes"
        )
        return Finding(f"{len(seen.sizes)}", f"{told}: once for each size.")
    if any(x.shape[1:] != case["rows"].shape[1:] for x in seen.given):
        return Finding("shape", "train got no rows (n, K): all columns of some rows.")
    if any(not torch.equal(x, seen.given[0]) for x in seen.given):
        return Finding("others", "each size was trained on other rows: compare on one.")
    if any(model.asked == [] for model in seen.models):
        return Finding(
            "unasked",
            "a model was trained and never asked: by which error was its size judged?",
        )
    return FINE


def unknown(error, mine, asked, others, count):
    """Say what an error may be that is none of the mean squares."""
    every = [e for each in asked for e in each.values()]
    shared = set.intersection(*map(set, asked))
    means = [sum(each[s] for each in asked) / len(asked) for s in shared]
    others = {"another": every, "averaged": means, **others}
    for name, values in others.items():
        if any(abs(e - error) <= 1e-4 * e for e in values):
            return name, SAYS[name]
    if len(mine) > 3:
        return "pieces", SAYS["pieces"].format(len(mine))
    if max(map(len, mine)) == count:
        return "together", SAYS["together"]
    told = ", ".join(f"{e:.4g}" for e in mine.values())
    return (
        f"{error:.4f}",
        f"the error {error:.4g} is no mean squared error of the model that you chose:\n"
        f"where it was asked, it had {told}.",
    )


def lowest(asked, places):
    return min(range(len(asked)), key=lambda i: asked[i][places])


def worst(common, asked, sizes, size):
    at = sizes.index(size)
    highest = [s for s in common if asked[at][s] == max(each[s] for each in asked)]
    return Finding("worst", SAYS["worst"]) if highest else Finding("best", SAYS["best"])


def overlaps(trained, chosen, test):
    if test & trained:
        return Finding("test", SAYS["test"])
    return Finding("chosen", SAYS["chosen"]) if chosen & trained else FINE


def left(seen, groups, trained, chosen, test):
    """Say which of the three leaks are left."""
    found = []
    if seen.raw():
        return Finding("raw", SAYS["raw"])
    if seen.scaled_by(trained) != (True, True):
        every = frozenset(range(len(seen.rows)))
        news = [every, trained | chosen, trained | test, chosen, test, chosen | test]
        if not any(any(seen.scaled_by(s)) for s in news):
            return Finding("units", SAYS["units"])
        found.append("scale")

    def of(places):
        return set(groups[sorted(places)].tolist())

    if of(test) & of(trained | chosen - test) or of(chosen) & of(trained):
        found.append("split")
    if chosen & test:
        found.append("choice")
    return Finding(" ".join(found), leaking(*found)) if found else FINE


def used(trained, chosen, test, groups):
    """Ask that all rows are used, and that no part is very small."""
    if len(trained | chosen | test) < len(groups):
        return Finding("unused", SAYS["unused"])
    count = len(groups.unique())
    for part in (chosen, test):
        if len(groups[sorted(part)].unique()) < max(1, count // 8):
            return Finding("few", SAYS["few"])
    few = len(groups[sorted(trained)].unique()) < count // 3
    return Finding("few to train", SAYS["few"]) if few else FINE


LEAKS = {
    "scale": "mean and deviation know rows other than the training rows",
    "split": "rows of one group are in more than one part",
    "choice": "the size is chosen by the rows whose error is returned",
}
MEND = {
    "scale": "Which rows may be averaged?",
    "split": "What must be dealt out, rows or groups?",
    "choice": "A third part is needed: one to train, one to choose, one to report.",
}


def leaking(*names):
    """Name the leaks that are left."""
    told = [LEAKS[name] for name in names]
    if len(told) == 3:
        return f"all three leaks are there: {told[0]};\n{told[1]};\nand {told[2]}."
    if len(told) == 2:
        return f"two leaks are left: {told[0]};\nand {told[1]}."
    return f"one leak is left: {told[0]}.\n{MEND[names[0]]}"


SAYS = {
    "tensor": "size and error are Python numbers: .item() makes them of a tensor.",
    "turned": "the two come in the other order: first the size, then its error.",
    "scales": "the rows that the models get are not on one scale: all parts are "
    "shifted and\n"
    "scaled by the same numbers.",
    "another": "this is the error of another size than the one that you return.",
    "pieces": "a model was asked {} times: hand it all rows of a part at once.",
    "together": "the model is asked about all rows together: hand it those of one part "
    "at a time.",
    "absolute": "this is the absolute error: square the gaps.",
    "summed": "errors are summed over the columns: take the mean of all values.",
    "added up": "the squares are added up: take their mean.",
    "raw units": "the gaps are in the units of the rows as they came: leave them "
    "standardised.",
    "averaged": "the errors of all sizes are averaged: report that of the chosen one.",
    "root": "this is the root of the error: return the mean squared error itself.",
    "worst": "this is the size with the largest error: take the smallest.",
    "best": "this size has not the smallest error in any part: choose it on "
    "validation.",
    "test": "the error that is returned is one of rows that the model was trained on.",
    "chosen": "the size is chosen by rows that the model was trained on: take others.",
    "raw": "the rows are as they came: bring them to the scale of the training rows.",
    "units": "the training rows do not have mean 0 and deviation 1 in every column.",
    "unused": "some rows are in no part: each is trained on, chosen by or reported on.",
    "few": "one part has very few groups: half of the groups to train, a quarter to "
    "choose,\n"
    "a quarter to report.",
}
