"""`laplace_nll(x_hat, x, scale)`: each image's negative log-density, Laplace noise."""

from math import log, pi  # noqa: F401

from torch.nn.functional import smooth_l1_loss  # noqa: F401

from aelesson.checks.engine.edits import edits
from aelesson.checks.losses import noise


def laplace_nll(x_hat, x, scale):
    errors = (x - x_hat).abs() / scale
    values = errors + log(2 * scale)
    return values.flatten(1).sum(1)


check = noise.exercise(laplace_nll, "scale", "log(2 * scale)")
GAPS = "(x - x_hat).abs()"
SMOOTH = "smooth_l1_loss(x, x_hat, reduction='none', beta={})"
check.mistakes(
    {
        "scale is no standard deviation: it stands in the formula as it is.": (
            ".abs() / scale -> .abs() / scale * 2**0.5;; 2 * scale -> 2**0.5 * scale"
        ),
        "that is the normal density: take the absolute error, and its constant.": (
            f"{GAPS} -> (x - x_hat) ** 2 / (2 * scale);; "
            "log(2 * scale) -> log(scale) + log(2 * pi) / 2"
        ),
        "log(2 * scale) is missing for every pixel.": "+ log(2 * scale) ->",
        "the 2 in log(2 * scale) is missing.": "2 * scale -> scale",
        "the scale in log(2 * scale) is missing.": "2 * scale -> 2",
        "log(2 * scale) has the wrong sign: add it.": "+ log -> - log",
        "the constant is log(2 * scale): no half of it, no factor outside.": [
            *("+ log -> + 0.5 * log", "log(2 * scale) -> scale * log(2)"),
        ],
        "divide the absolute error by scale: no factor, and no square.": edits(
            "/ scale", "{}", "/ (2 * scale)", "", "* scale", "/ scale**2"
        ),
        "you squared the errors: take absolute values.": [
            *edits(GAPS, "(x - x_hat) ** 2{}", "", " / 2"),
            f"{GAPS} / scale -> ((x - x_hat) / scale) ** 2",
        ],
        "small errors count less in yours: take |x - x_hat|, no smooth loss.": edits(
            GAPS, SMOOTH, 1.0, 0.1, 0.01
        ),
        "the absolute value is missing.": ".abs() ->",
        "the root of a square has no gradient at 0: .abs().": (
            f"{GAPS} -> ((x - x_hat) ** 2).sqrt()"
        ),
    }
)
