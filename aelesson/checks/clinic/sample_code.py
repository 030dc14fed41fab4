"""`sample_code(mean, logvar, noise)`: codes, the mean plus sigma times the noise."""

from functools import partial

import torch
from torch.nn import functional as F  # noqa: F401  (for the mistakes)

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits


def sample_code(mean, logvar, noise):
    sigma = (0.5 * logvar).exp()
    return mean + sigma * noise


def cases():
    def case(mean, logvar, noise):
        return {"mean": mean, "logvar": logvar, "noise": noise}

    drawn = [torch.randn(3, *shape) for shape in ((5, 3), (1, 4), (30, 2), (3, 3))]
    ends = [(50, 1, 3), (0, 30, 1), (0, 45, 1), (0, -30, 1), (0, -45, 6), (1, 0.5, 6)]
    signs = torch.tensor([[[-1.0, 1]], [[1, 0.9]], [[-1, 1]]])
    return [
        *(case(mean, 3 * logvar, noise) for mean, logvar, noise in drawn),
        *(case(*(torch.tensor(each).view(3, 1, 1) * signs)) for each in ends),
    ]


ERRORS = {"aten::floor_divide": "// cuts to whole numbers: halve with 0.5 * logvar."}
check = Exercise(sample_code, cases, returned(("mean", "logvar")), errors=ERRORS)
single = partial(alone, sample_code)
HALF = "logvar is log sigma²: halve it, then take exp()."
S, CODE = "(0.5 * logvar).exp()", "mean + sigma * noise"
ROOTS = ("sqrt()", "abs().sqrt()", "clamp(min=0).sqrt()")
SERIES = ("1 + 0.5 * logvar", "1 + 0.5 * logvar + logvar**2 / 8")
check.mistakes(
    {
        "something is added to the variance or sigma: nothing is added.": single(
            *edits(S, "(logvar.exp() + {}).sqrt()", 1e-8, 1e-6, 1e-5, 1e-4),
            *edits(S, S + " + {}", 1e-6, 1e-5, 1e-4, 1e-3),
        ),
        f"exp() is missing: no half or root of logvar is sigma.\n{HALF}": [
            *edits(S, "{}", "logvar", "logvar.abs()", "0.5 * logvar"),
            *edits(S, "logvar.{}", *ROOTS),
        ],
        f"exp(logvar) is the variance, sigma²: take its root, not its half.\n{HALF}": (
            edits(S, "{}", "logvar.exp()", "0.5 * logvar.exp()", "(2 * logvar).exp()")
        ),
        f"only exp() undoes a logarithm: no softplus, no other power.\n{HALF}": [
            *edits(S, "F.{}(logvar)", "softplus", "relu", "sigmoid"),
            *edits(S, "{}", *SERIES, "(1 + logvar).clamp(min=0).sqrt()"),
            *edits(S, "{} ** (0.5 * logvar)", 2, 10),
        ],
        "the sign of logvar is changed or lost: a large variance gives much noise.": (
            edits("0.5 *", "{} *", "-0.5", "-1", "0.5 * logvar.sign()")
        ),
        "codes are mean + sigma * noise: add the mean, and multiply sigma and noise.": [
            f"{CODE} -> (mean + noise) * sigma",
            *edits(CODE, "mean * noise {}", "+ sigma", "* sigma", "* sigma + mean"),
            *edits(
                CODE, "mean{}", "", " + sigma", " + sigma + noise", " - sigma * noise"
            ),
        ],
        "the absolute value of the noise is used: leave its sign.": (
            "noise -> noise.abs()"
        ),
    }
)
