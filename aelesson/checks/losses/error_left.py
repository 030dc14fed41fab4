"""`error_left(logits, x, baseline)`: which share of the baseline's error is left."""

import torch
from torch.special import entr

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.losses.bernoulli_nll import cross_entropy
from aelesson.checks.losses.images import BATCHES, ERRORS, total


def floor(x):
    return entr(x) + entr(1 - x)


def above(a, x):
    return cross_entropy(a, x) - floor(x)


def ratio(model, base):
    return model.sum() / base.sum()


def error_left(logits, x, baseline, *, price=above, share=ratio):
    errors = (total(price(a, x)) for a in (logits, baseline))
    return float(share(*errors))


def cases():
    found = []
    for shape, dtype in BATCHES:
        x = 0.02 + 0.96 * torch.rand(shape, dtype=dtype) ** 2
        near = x.logit() + 0.5 * torch.randn(shape, dtype=dtype)
        found.append({"logits": near, "x": x, "baseline": 0 * x - 0.5})
    perfect, grey = found[2], found[0]
    hard = {k: v.round() if k == "x" else v for k, v in grey.items()}
    return [*found, {**perfect, "logits": perfect["x"].logit()}, hard]


check = Exercise(error_left, cases, returned(), errors=ERRORS)


def mixed(one, other):
    """Return an answer that prices the model and the baseline in two ways."""
    return lambda a, x, b: float(total(one(a, x)).sum() / total(other(b, x)).sum())


def without_least(a, x):
    return cross_entropy(a, x) - cross_entropy(a, x).min()


SQUARES = "that is the squared error: the floor is gone, and so is the cross-entropy."
check.mistakes(
    {
        "only above the line a floor was subtracted.": mixed(above, cross_entropy),
        "only below the line a floor was subtracted.": mixed(cross_entropy, above),
        "the baseline plays no part: divide by its error.": (
            mixed(above, lambda a, x: torch.ones_like(x))
        ),
    },
    price={
        "a perfect reconstruction has more than 0 here: what does the BCE of x itself "
        "cost?": cross_entropy,
        "the lowest value that was seen is no floor: which one has each pixel?": [
            without_least,
            lambda a, x: total(cross_entropy(a, x)) - total(cross_entropy(a, x)).min(),
        ],
        "you rounded the pixels: no floor is left, but these are other images.": (
            lambda a, x: cross_entropy(a, x.round())
        ),
        SQUARES: lambda a, x: (a.sigmoid() - x) ** 2,
        "that is an absolute error.": lambda a, x: (a.sigmoid() - x).abs(),
        "the floor has the wrong sign.": lambda a, x: cross_entropy(a, x) + floor(x),
        "half of the floor is missing: x log x and (1 - x) log(1 - x).": [
            lambda a, x: cross_entropy(a, x) - entr(x),
            lambda a, x: cross_entropy(a, x) - entr(1 - x),
        ],
        "this is the entropy of the reconstruction: the floor is that of x.": (
            lambda a, x: cross_entropy(a, x) - floor(a.sigmoid())
        ),
        "the floor is a mean and the BCE a sum: treat both alike.": (
            lambda a, x: cross_entropy(a, x) - floor(x).mean() / x[0].numel()
        ),
    },
    share={
        "this is a mean of ratios: divide two sums.": (
            lambda model, base: (model / base).mean()
        ),
        "this is the share that is gone.": lambda model, base: 1 - ratio(model, base),
        "this is a difference: divide.": lambda model, base: (base - model).sum(),
    },
)
