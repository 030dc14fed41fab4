"""What `hidden_features` must refuse."""

from importlib import import_module

import torch
from torch import nn

task = import_module("aelesson.checks.interpretability.hidden_features")


class Rows:
    """An autoencoder of these directions, with the code of least squares."""

    def __init__(self, rows):
        self.rows = rows

    def encode(self, x):
        return x @ torch.linalg.pinv(self.rows)

    def decode(self, z):
        return z @ self.rows


class Sparse(Rows):
    """The same, with a sparse code from many small steps."""

    def encode(self, x):
        z = torch.zeros(len(x), len(self.rows))
        rate = 1 / torch.linalg.matrix_norm(self.rows, 2).square()
        for _ in range(100):
            z = (z + rate * ((x - z @ self.rows) @ self.rows.T - 0.15)).relu()
        return z


class Remembering(Rows):
    def encode(self, x):
        self.x = x
        return super().encode(x)

    def decode(self, z):
        return self.x if len(z) == len(self.x) else super().decode(z)[:, :32] + 1.0


class Bent(Rows):
    def decode(self, z):
        return super().decode(z).tanh()


class TooWide(Rows):
    def decode(self, z):
        return torch.cat([z, z], 1)


def drawn_rows(count, kind=Rows):
    return lambda: lambda x: kind(x[:count])


def with_labels(x, strengths):
    return task.pca(x)


def from_the_truth(x):
    """Look the judge's activations up, and be honest about all others."""
    for seed in task.SEEDS:
        truth, known, _ = task.drawn(seed)
        if torch.equal(known, x):
            return Rows(truth.vectors)
    return task.ica(x)


REFUSED = {
    "is `return` missing?": lambda: None,
    "got Tensor, expected fit": lambda: torch.zeros(3),
    "got Linear, expected fit": lambda: nn.Linear(32, 128),
    "missing 1 required positional argument": lambda: with_labels,
    "fit(x) failed on activations": lambda: lambda x: x @ x,
    "fit(x) returned Tensor": lambda: lambda x: x[:128],
    "at most 128 are allowed": drawn_rows(129),
    "decode must return activations": drawn_rows(128, TooWide),
    "decode must add up": drawn_rows(128, Bent),
    "for each latent, times its value": drawn_rows(128, Remembering),
    "0.9 is asked for": drawn_rows(16),
    "drawn in\nthe same way": lambda: from_the_truth,
    "The points are for what beats ICA": drawn_rows(128),
    "your function raised": lambda: torch.zeros(2).mean(5),
}


def better():
    return lambda x: Sparse(task.sparse(6)(x).decoder.directions.detach())


BETTER = better
