"""`gaussian_nll(x_hat, x, std)`: each image's negative log-density, normal noise."""

from functools import partial
from math import log, pi

from aelesson.checks.engine import Exercise
from aelesson.checks.losses import noise
from aelesson.checks.losses.images import ERRORS, REDUCE, total

HALF = log(2 * pi) / 2


def squared(gap, std):
    return gap**2 / (2 * std**2)


def both(std):
    return log(std) + HALF


def gaussian_nll(x_hat, x, std, *, error=squared, constant=both, reduce=total):
    return reduce(error(x - x_hat, std) + constant(std))


seen = noise.observer(gaussian_nll, "std")
check = Exercise(gaussian_nll, partial(noise.cases, "std"), seen, errors=ERRORS)
check.mistakes(noise.mistakes(gaussian_nll, squared, both))
check.mistakes(
    {
        "a part of the constant came once per image: every value has its own.": (
            lambda h, x, s: total(squared(x - h, s) + log(s)) + HALF
        ),
        "std was taken for the variance: std ** 2 is the variance.": [
            {"error": lambda g, s: g**2 / (2 * s), "constant": constant}
            for constant in (lambda s: log(s) / 2, lambda s: log(s) / 2 + HALF)
        ],
        "that is the Laplace density: take the squared error, and its constants.": {
            "error": lambda g, s: g.abs() / s,
            "constant": lambda s: log(2 * s),
        },
    },
    constant={
        "the constant is missing: log(std) + log(2 pi) / 2 per pixel.": lambda s: 0,
        "log(2 pi) / 2 is missing, once for every pixel.": log,
        "log(std) is missing, once for every pixel.": lambda s: HALF,
        "log(2 pi) must be halved: it comes from a root.": lambda s: both(s) + HALF,
        "log(2 pi) is wanted, and you have log(pi).": lambda s: log(s) + log(pi) / 2,
        "a constant has the wrong sign: add both.": [
            lambda s: HALF - log(s),
            lambda s: log(s) - HALF,
            lambda s: -both(s),
        ],
        "log(std) came twice, as in log(std ** 2).": lambda s: both(s) + log(s),
        "log(std) is halved: only log(2 pi) is.": lambda s: log(s) / 2 + HALF,
    },
    error={
        "the factor 1/2 of the squared error is missing.": lambda g, s: (g / s) ** 2,
        "divide by 2 std ** 2: a square is missing.": lambda g, s: g**2 / (2 * s),
        "std does not divide the error: divide by 2 std ** 2.": lambda g, s: g**2 / 2,
        "brackets are missing: a / 2 * b is (a / 2) * b.": lambda g, s: g**2 / 2 * s**2,
        "you forgot to square the errors.": lambda g, s: g / (2 * s**2),
        "absolute errors: square them.": lambda g, s: g.abs() / (2 * s**2),
        "the squared error has the wrong sign.": lambda g, s: -squared(g, s),
    },
    reduce=REDUCE,
)
