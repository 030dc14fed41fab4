"""What `anomaly_on_table` must refuse."""

import torch

from aelesson.checks.your_data.anomaly_on_table import (
    autoencoder,
    distance,
    standard,
    table,
)


def by(score):
    return lambda: lambda normal: score


def with_labels(x, labels):
    return x.sum(1)


def among_others(x):
    return (x - x.mean(0)).square().sum(1)


def by_size(x):
    """Know that malignant cells are large."""
    return x.sum(1)


def from_the_table(normal):
    """Look each row up in the table."""
    rows, malignant = table()

    def score(x):
        return malignant[torch.cdist(x, rows).argmin(1)].float()

    return score


def from_the_table_or_honest(normal):
    """Look a row up, and score it honestly if it is not there."""
    rows, malignant = table()
    honest = standard(distance)(normal)

    def score(x):
        gaps, places = torch.cdist(x.double(), rows.double()).min(1)
        known = torch.where(malignant[places], 1e9, -1e9)
        return torch.where(gaps < 0.01, known, honest(x))

    return score


def nearest(normal):
    return lambda x: torch.cdist(x, normal).topk(5, largest=False).values.mean(1)


REFUSED = {
    "is `return` missing?": lambda: None,
    "got Tensor, expected fit": lambda: torch.zeros(3),
    "must return a function of rows": lambda: lambda normal: normal.mean(0),
    "without labels and extras": by(with_labels),
    "one finite score for each row": by(lambda x: x),
    "changes with the others": by(among_others),
    "fit(normal) failed on 200 rows": lambda: lambda normal: normal @ normal,
    "columns\nmirrored": by(by_size),
    "on the table, and": lambda: from_the_table,
    "not by what is known": lambda: from_the_table_or_honest,
    "The points are for what beats": lambda: standard(autoencoder),
    "your function raised": lambda: torch.zeros(2).mean(5),
}


def better():
    return standard(nearest)


BETTER = better
