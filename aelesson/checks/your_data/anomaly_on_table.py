"""`anomaly_on_table()`: a `fit(normal)` that returns scores for rows; best AUROC."""

from functools import cache, lru_cache
from itertools import pairwise

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn

from aelesson import objectives, runtime
from aelesson.checks import judge
from aelesson.checks.applications.auroc import auroc
from aelesson.checks.engine.calls import Raised, attempt, failed
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


@cache
def mirrored():
    """Return the rows, what is large made small, and the columns in other places."""
    rows, _ = table()
    order = torch.randperm(rows.shape[1], generator=torch.Generator().manual_seed(14))
    return (rows.amin(0) + rows.amax(0) - rows)[:, order]


def dealt(split):
    """Return places: benign rows to train on, and all others, in random order."""
    draw = torch.Generator().manual_seed(split)
    order = torch.randperm(len(table()[1]), generator=draw)
    benign = order[~table()[1][order]]
    return benign[:KNOWN], order[~torch.isin(order, benign[:KNOWN])]


@lru_cache(maxsize=2)
def scores(make, rows):
    """Return the scores of each split's other rows, and which of them are malignant."""
    found = []
    for split in range(SPLITS):
        known, new = dealt(split)
        with torch.enable_grad():
            score = make(rows[known].clone())
        with torch.no_grad():
            found.append((score(rows[new].clone()).double(), table()[1][new]))
    return found


def usable(make):
    """Refuse what is no function of normal rows that returns one of rows."""
    if make is None:
        return "got None, expected a function fit(normal): is `return` missing?"
    if not callable(make) or isinstance(make, nn.Module):
        got = type(make).__name__
        return f"got {got}, expected fit: from normal rows to a function of rows."
    rows = table()[0]
    known, new = dealt(0)
    x = rows[new[:9]]
    score = attempt(make, [rows[known].clone()])
    if failed(score):
        return f"fit(normal) failed on {KNOWN} rows: {score:.110}"
    if not callable(score):
        got = type(score).__name__
        return f"fit(normal) must return a function of rows: got {got}."
    with torch.no_grad():
        found = attempt(score, [x.clone()])
        alone = attempt(score, [x[3:4].clone()])
    for got in (found, alone):
        if isinstance(got, Raised) and "missing" in got.message:
            return f"it must do with rows, without labels and extras.\n({got:.110})"
        if failed(got):
            return f"fit(normal)(rows) failed on {len(x)} rows or on one: {got:.110}"
    if not is_row_of_scores(found, len(x)) or not is_row_of_scores(alone, 1):
        return f"one finite score for each row, a tensor ({len(x)},), is expected."
    if not torch.allclose(found[3:4].double(), alone.double(), 1e-3, 1e-5):
        return "a row's score changes with the others that are scored beside it."
    return ""


def is_row_of_scores(got, count):
    there = isinstance(got, torch.Tensor) and got.shape == (count,)
    return there and bool(got.isfinite().all())


def misplaced(make, rows):
    """Return for each benign row the share of malignant ones that score below it."""

    def below(s, y):
        return ((s[~y][:, None] > s[y]) + 0.5 * (s[~y][:, None] == s[y])).mean(1)

    return torch.cat([below(s, y) for s, y in scores(make, rows)])


def from_normal(make):
    """Refuse what knows the table, or tumours: mirrored, it would be as good."""
    costs = attempt(lambda: [misplaced(make, x) for x in (table()[0], mirrored())], [])
    if failed(costs):
        return ""
    mine, theirs = (1 - float(cost.mean()) for cost in costs)
    if judge.apart(*costs) < judge.SIGMAS or mine - theirs < GAP:
        return ""
    return (
        f"it has {mine:.4g} on the table, and {theirs:.4g} on the same table with its "
        "columns\nmirrored and in another order. Score by what `normal` says, not by "
        "what"
        " is known\nof this table or of tumours."
    )


def mean_auroc(make):
    found = scores(make, table()[0])
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
    unit=f"AUROC, the mean of {SPLITS} splits",
    baseline="the distance to the mean, columns as they come",
    more_is_better=True,
    rules=[usable, from_normal],
    references={
        "the distance to the mean, columns as they come": lambda: distance,
        "PCA with 8 numbers, standardised columns": lambda: standard(pca),
        "an autoencoder with 8 numbers, standardised columns": lambda: standard(
            autoencoder
        ),
    },
)
