"""What `rank_sixteen` must refuse."""

from importlib import import_module

import torch

from aelesson.checks import judge

task = import_module("aelesson.checks.linear.rank_sixteen")
BIAS = torch.zeros(784)


def of_the_judges():
    """Fit a map to the judge's own images and noise, and cut its rank."""
    x = judge.digits().images
    y = task.spoilt(x, torch.Generator().manual_seed(0)).flatten(1)
    y, x = torch.cat([y, torch.ones(len(y), 1)], 1).double(), x.flatten(1).double()
    whole = torch.linalg.lstsq(y, x).solution
    _, _, rows = torch.linalg.svd(y @ whole - x.mean(0), full_matrices=False)
    keep = rows[:16].T @ rows[:16]
    return (whole[:-1] @ keep).T, x.mean(0) + keep @ (whole[-1] - x.mean(0))


REFUSED = {
    "is `return` missing?": lambda: None,
    "got Linear, expected (weight, bias)": lambda: torch.nn.Linear(784, 784),
    "got shapes (784, 16) and (784,)": lambda: (torch.zeros(784, 16), BIAS),
    "got Tensor and float": lambda: (torch.eye(784), 0.0),
    "is nan or infinite": lambda: (torch.full((784, 784), torch.nan), BIAS),
    "weight has rank 784, at most 16": lambda: (torch.eye(784), BIAS),
    "Was it trained on the judge's?": of_the_judges,
    "The points are for what beats PCA": lambda: (torch.zeros(784, 784), BIAS),
}


def better():
    """Weigh what the components tell by how much of it is not noise."""
    weight, bias = task.pca()
    return 0.97 * weight, bias


BETTER = better
