"""`anomaly_on_table()`: a `fit(normal)` that returns scores for rows; best AUROC."""

from functools import cache
from itertools import pairwise

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

from aelesson import objectives, runtime
from aelesson.checks import judge
from aelesson.checks.applications.auroc import auroc
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.recorded import Refused
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca, pca_reconstruct
from aelesson.training import TrainConfig, fit, one_cycle

SPLITS, KNOWN = 5, 200  # how often benign rows are dealt out; how many are for training
GAP = 0.025  # of AUROC: trainings differ by less from run to run


@cache
def table():
    """Return the rows, and which are malignant."""
    found = load_breast_cancer()
    return torch.tensor(found.data).float(), torch.tensor(found.target == 0)


def mirrored():
    """Return the rows, what is large made small, and the columns in other places."""
    rows, _ = table()
    draw = torch.Generator().manual_seed(judge.seed(14))
    return (rows.amin(0) + rows.amax(0) - rows)[
        :, torch.randperm(rows.shape[1], generator=draw)
    ]


def dealt(split):
    """Return places: benign rows to train on, and all others, in random order."""
    draw = torch.Generator().manual_seed(judge.seed(split))
    order = torch.randperm(len(table()[1]), generator=draw)
    benign = order[~table()[1][order]]
    return benign[:KNOWN], order[~torch.isin(order, benign[:KNOWN])]


def given():
    """Return each split's rows, of the table and of the mirrored one: no labels."""
    both, splits = (table()[0], mirrored()), [dealt(split) for split in range(SPLITS)]
    return {
        "known": [rows[known] for rows in both for known, _ in splits],
        "new": [rows[new] for rows in both for _, new in splits],
    }


def record(make, rows):
    """Fit to each split's benign rows, and score its other rows."""
    if make is None:
        raise Refused("got None, expected a function fit(normal): is `return` missing?")
    if not callable(make) or isinstance(make, nn.Module):
        got = type(make).__name__
        raise Refused(
            f"got {got}, expected fit: from normal rows to a function of rows."
        )
    usable(make, rows.known[0], rows.new[0][:9])
    scores = []
    for known, new in zip(rows.known, rows.new, strict=True):
        found = attempt(scored, [make, known, new])
        if failed(found):
            raise Refused(f"it could not be measured: {found:.200}")
        if not is_row_of_scores(found, len(new)):
            raise Refused(
                f"one finite score for each row, a tensor ({len(new)},), is expected."
            )
        scores.append(found.double())
    return {"scores": scores}


def scored(make, known, new):
    with torch.enable_grad():
        score = make(known.clone())
    with torch.no_grad():
        return score(new.clone())


def usable(make, normal, x):
    """Refuse what is no function of normal rows that returns one of rows."""
    score = attempt(make, [normal.clone()])
    if failed(score):
        raise Refused(f"fit(normal) failed on {KNOWN} rows: {score:.110}")
    if not callable(score):
        got = type(score).__name__
        raise Refused(f"fit(normal) must return a function of rows: got {got}.")
    with torch.no_grad():
        found = attempt(score, [x.clone()])
        alone = attempt(score, [x[3:4].clone()])
    for got in (found, alone):
        if isinstance(got, Raised) and "missing" in got.message:
            raise Refused(
                f"it must do with rows, without labels and extras.\n({got:.110})"
            )
        if failed(got):
            raise Refused(
                f"fit(normal)(rows) failed on {len(x)} rows or on one: {got:.110}"
            )
    if not is_row_of_scores(found, len(x)) or not is_row_of_scores(alone, 1):
        raise Refused(
            f"one finite score for each row, a tensor ({len(x)},), is expected."
        )
    if not torch.allclose(found[3:4].double(), alone.double(), 1e-3, 1e-5):
        raise Refused(
            "a row's score changes with the others that are scored beside it."
        )


def is_row_of_scores(got, count):
    there = isinstance(got, torch.Tensor) and got.shape == (count,)
    return there and bool(got.isfinite().all())


def whole(thing):
    """Refuse other numbers of scores than those that are due."""
    due = [len(dealt(split)[1]) for split in range(SPLITS)] * 2
    right = len(thing.scores) == len(due) and all(
        map(is_row_of_scores, thing.scores, due)
    )
    return "" if right else "a score for each row of each split is due."


def labelled(thing):
    """Return scores and which rows are malignant: of the table, of the mirrored one."""
    malignant = [table()[1][dealt(split)[1]] for split in range(SPLITS)]
    each = list(zip(thing.scores, malignant * 2, strict=True))
    return each[:SPLITS], each[SPLITS:]


def misplaced(found):
    """Return for each benign row the share of malignant ones that score below it."""

    def below(s, y):
        return ((s[~y][:, None] > s[y]) + 0.5 * (s[~y][:, None] == s[y])).mean(1)

    return torch.cat([below(s, y) for s, y in found])


def from_normal(thing):
    """Refuse what knows the table, or tumours: mirrored, it would be as good."""
    costs = [misplaced(found) for found in labelled(thing)]
    mine, theirs = (1 - float(cost.mean()) for cost in costs)
    if judge.apart(*costs) < judge.SIGMAS or mine - theirs < GAP:
        return ""
    return (
        f"it has {mine:.4g} on the table, and {theirs:.4g} on the same table with its "
        "columns\nmirrored and in another order. Score by what `normal` says, not by "
        "what"
        " is known\nof this table or of tumours."
    )


def mean_auroc(thing):
    found, _ = labelled(thing)
    return sum(auroc(s, y) for s, y in found) / len(found)


def standard(fit_scaled):
    """Hand columns on with mean 0 and deviation 1 in the normal rows."""

    def fit(normal):
        mean, std = normal.mean(0), normal.std(0, correction=0)
        score = fit_scaled((normal - mean) / std)
        return lambda x: score((x - mean) / std)

    return fit


def distance(normal):
    return lambda x: (x - normal.mean(0)).square().sum(1)


def pca(normal):
    mean, components = fit_pca(normal, 8)
    return lambda x: (x - pca_reconstruct(x, mean, components)).square().sum(1)


def autoencoder(normal):
    """Train a small network, and score by its errors."""
    runtime.seed_everything(0)
    sizes = (normal.shape[1], 32, 8, 32, normal.shape[1])
    layers = [nn.Linear(*pair) for pair in pairwise(sizes)]
    model = nn.Sequential(layers[0], nn.ReLU(), *layers[1:3], nn.ReLU(), layers[3])
    settings = TrainConfig(60, 32, 5e-3, one_cycle)
    fit(model, normal, objectives.reconstruction(), settings, progress=False)
    return lambda x: (x - model(x)).square().sum(1)


check = Scored(
    "anomaly_on_table",
    mean_auroc,
    record=record,
    given=given,
    unit=f"AUROC, the mean of {SPLITS} splits",
    baseline="the distance to the mean, columns as they come",
    more_is_better=True,
    holds=[whole, from_normal],
    references={
        "the distance to the mean, columns as they come": lambda: distance,
        "PCA with 8 numbers, standardised columns": lambda: standard(pca),
        "an autoencoder with 8 numbers, standardised columns": lambda: standard(
            autoencoder
        ),
    },
)
