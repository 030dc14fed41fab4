"""Answers to `standardise`, in other people's words."""

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from aelesson import data


def by_library(train, test):
    rest = data.Table(train.clone())
    splits = data.Splits("own", data.Table(train), rest, data.Table(test))
    scaled = data.standardised(splits)
    return scaled.train.rows, scaled.test.rows


def by_scikit(train, test):
    scaler = StandardScaler().fit(train.double().numpy())
    both = (scaler.transform(x.double().numpy()) for x in (train, test))
    return tuple(torch.from_numpy(x).float() for x in both)


def by_columns(train, test, least=1e-8):
    parts = [], []
    for column, new in zip(train.T, test.T, strict=True):
        mean = column.mean()
        std = ((column - mean) ** 2).mean().sqrt()
        for part, values in zip(parts, (column, new), strict=True):
            part.append(values - mean if std < least else (values - mean) / std)
    return torch.stack(parts[0], 1), torch.stack(parts[1], 1)


def by_numpy(train, test, own=None, ddof=0, small=1.0):
    known = train.numpy() if own is None else np.concatenate([train, test])
    mean, std = known.mean(axis=0), known.std(axis=0, ddof=ddof)
    std = np.where(std == 0, small, std)
    return tuple(
        torch.from_numpy((x.numpy() - mean) / std).float() for x in (train, test)
    )


def alone(x):
    return by_numpy(x, x)[0]


def by_rows(x):
    return by_numpy(x.T, x.T)[0].T


def around(train, test, center, spread=lambda gaps: np.sqrt((gaps**2).mean(0))):
    middle = center(train.numpy(), axis=0)
    width = spread(train.numpy() - middle)
    width[width == 0] = 1
    both = ((x.numpy() - middle) / width for x in (train, test))
    return tuple(torch.from_numpy(x).float() for x in both)


def in_place(train, test):
    mean, std = train.mean(0), train.std(0, correction=0)
    std[std == 0] = 1
    test -= mean
    test /= std
    return (train - mean) / std, test


RIGHT = [by_library, by_scikit, by_columns, by_numpy]
WRONG = {
    "test has its own mean and standard deviation": lambda a, b: (alone(a), alone(b)),
    "know the test rows": lambda a, b: by_numpy(a, b, own="both"),
    "not by one less": lambda a, b: by_numpy(a, b, ddof=1),
    "blows up constant ones": lambda a, b: tuple(
        (x - a.mean(0)) / (a.std(0, unbiased=False) + 1e-8) for x in (a, b)
    ),
    "another number stands in the place": lambda a, b: by_numpy(a, b, small=1e-8),
    "0 / 0 is nan": lambda a, b: tuple(
        (x - a.mean(0)) / a.std(0, unbiased=False) for x in (a, b)
    ),
    "changes its input test in place": in_place,
    "float32": lambda a, b: tuple(x.double() for x in by_numpy(a, b)),
    "the rows' own numbers": lambda a, b: (by_rows(a), by_rows(b)),
    "a column of small numbers is not constant": lambda a, b: by_columns(a, b, 1e-6),
    "this is the median": lambda a, b: around(a, b, np.median),
    "this is no standard deviation": lambda a, b: around(
        a, b, np.mean, lambda gaps: np.abs(gaps).mean(0)
    ),
    "in the other order": lambda a, b: by_numpy(a, b)[::-1],
    "one tensor comes back": lambda a, b: torch.cat(by_numpy(a, b)),
}
