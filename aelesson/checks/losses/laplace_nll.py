"""`laplace_nll(x_hat, x, scale)`: each image's negative log-density, Laplace noise."""

from functools import partial
from math import log, pi

from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from aelesson.checks.engine import Exercise
from aelesson.checks.losses import noise
from aelesson.checks.losses.images import ERRORS, REDUCE, total


def absolute(gap, scale):
    return gap.abs() / scale


def width(scale):
    return log(2 * scale)


def laplace_nll(x_hat, x, scale, *, error=absolute, constant=width, reduce=total):
    return reduce(error(x - x_hat, scale) + constant(scale))


exact = noise.observer(laplace_nll, "scale")


def observe(answer, case):
    """Allow any finite gradient where there is no error."""
    for aspect, value in exact(answer, case):
        if aspect == "gradient at x_hat" and isinstance(value, Tensor):
            free = (case["x"] == case["x_hat"]) & value.isfinite()
            yield aspect, value.masked_fill(free, 0)
        else:
            yield aspect, value


check = Exercise(laplace_nll, partial(noise.cases, "scale"), observe, errors=ERRORS)


def smooth(beta):
    return lambda g, b: smooth_l1_loss(g, 0 * g, reduction="none", beta=beta) / b


check.mistakes(noise.mistakes(laplace_nll, absolute, width))
check.mistakes(
    {
        "scale is no standard deviation: it stands in the formula as it is.": (
            lambda x_hat, x, b: laplace_nll(x_hat, x, b / 2**0.5)
        ),
        "that is the normal density: take the absolute error, and its constant.": {
            "error": lambda g, b: g**2 / (2 * b**2),
            "constant": lambda b: log(b) + log(2 * pi) / 2,
        },
    },
    constant={
        "the constant is missing: log(2 * scale) for every pixel.": lambda b: 0,
        "the 2 in log(2 * scale) is missing.": log,
        "the scale in log(2 * scale) is missing.": lambda b: log(2),
        "log(2 * scale) has the wrong sign: add it.": lambda b: -width(b),
        "log(2 * scale) is halved: this density has no root.": lambda b: width(b) / 2,
    },
    error={
        "divide the absolute error by scale, not twice it.": (
            lambda g, b: g.abs() / (2 * b)
        ),
        "the absolute error is not divided: divide it by scale.": lambda g, b: g.abs(),
        "you multiplied the absolute error by scale: divide.": lambda g, b: g.abs() * b,
        "divide by scale, not by its square.": lambda g, b: g.abs() / b**2,
        "you squared the errors: take absolute values.": [
            lambda g, b: g**2 / b,
            lambda g, b: g**2 / (2 * b),
        ],
        "small errors count less in yours: take |x - x_hat|, no smooth loss.": [
            *map(smooth, (1.0, 0.1, 0.01)),
        ],
        "the absolute value is missing.": lambda g, b: g / b,
        "the root of a square has no gradient at 0: .abs().": (
            lambda g, b: (g**2).sqrt() / b
        ),
    },
    reduce=REDUCE,
)
