"""`gaussian_nll(x_hat, x, std)`: each image's negative log-density, normal noise."""

from math import log, pi

from aelesson.checks.engine.edits import edits
from aelesson.checks.losses import noise


def gaussian_nll(x_hat, x, std):
    errors = (x - x_hat) ** 2 / (2 * std**2)
    values = errors + log(std) + log(2 * pi) / 2
    return values.flatten(1).sum(1)


LOGS = "log(std) + log(2 * pi) / 2"
check = noise.exercise(gaussian_nll, "std", LOGS)
check.mistakes(
    {
        "a part of the constant came once per image: every value has its own.": (
            "+ log(2 * pi) / 2 ->;; .sum(1) -> .sum(1) + log(2 * pi) / 2"
        ),
        "std was taken for the variance: std ** 2 is the variance.": edits(
            "log(std)", "log(std) / 2{};; std**2 -> std", "", " - log(2 * pi) / 2"
        ),
        "that is the Laplace density: take the squared error, and its constants.": (
            f"{LOGS} -> log(2 * std);; (x - x_hat) ** 2 -> 2 * std * (x - x_hat).abs()"
        ),
        "the constant is missing: log(std) + log(2 pi) / 2 per pixel.": f"{LOGS} -> 0",
        "log(2 pi) / 2 is missing, once for every pixel.": "+ log(2 * pi) / 2 ->",
        "log(std) is missing, once for every pixel.": "+ log(std) ->",
        "log(2 pi) must be halved: it comes from a root.": "(2 * pi) / 2 -> (2 * pi)",
        "log(2 pi) is wanted, and you have log(pi).": "2 * pi -> pi",
        "a constant has the wrong sign: add both.": [
            "+ log(std) -> - log(std)",
            "+ log(2 * pi) -> - log(2 * pi)",
            f"{LOGS} -> -({LOGS})",
        ],
        "only log(2 pi) is halved: log(std) stays as it is.": edits(
            "log(std)", "log(std) {}", "* 2", "/ 2"
        ),
        "the factor 1/2 of the squared error is missing.": "2 * std**2 -> std**2",
        "divide by 2 std ** 2: a square is missing.": "std**2 -> std",
        "std does not divide the error: divide by 2 std ** 2.": "2 * std**2 -> 2",
        "brackets are missing: a / 2 * b is (a / 2) * b.": "(2 * std**2) -> 2 * std**2",
        "you forgot to square the errors.": "(x - x_hat) ** 2 -> (x - x_hat)",
        "absolute errors: square them.": "(x - x_hat) ** 2 -> (x - x_hat).abs()",
    }
)
