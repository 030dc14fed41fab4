"""What `anomaly_of_one` must refuse."""

import torch

from aelesson.checks import judge
from aelesson.checks.applications.anomaly_of_one import mean_image, pca


def by(score):
    return lambda: lambda normal: score


def with_labels(x, labels):
    return x.flatten(1).sum(1)


def among_others(x):
    ink = x.flatten(1).sum(1)
    return ink - ink.mean()


def by_numpy(x):
    return torch.from_numpy(x.numpy().sum((1, 2, 3)))


def remembers(normal):
    """Know the judge's digits and their labels by heart."""
    seen, labels = judge.digits().images.flatten(1), judge.digits().labels
    known = labels[torch.cdist(normal.flatten(1), seen).argmin(1)].mode().values

    def score(x):
        gaps, places = torch.cdist(x.flatten(1), seen).min(1)
        return torch.where(gaps < 0.1, (labels[places] != known).float(), 0.5)

    return score


def nearest(normal):
    return lambda x: torch.cdist(x.flatten(1).sqrt(), normal.flatten(1).sqrt()).amin(1)


def better():
    return nearest


REFUSED = {
    "is `return` missing?": lambda: None,
    "got Tensor, expected fit": lambda: torch.zeros(3),
    "without labels and extras": by(with_labels),
    "one finite score for each image": by(lambda x: x.flatten(1)),
    "changes with the others": by(among_others),
    "no NumPy, SciPy or scikit-learn": by(by_numpy),
    "on the judge's images and": lambda: remembers,
    "The points are for what beats PCA": lambda: mean_image,
    "your function raised": lambda: pca(None),
}
BETTER = better
