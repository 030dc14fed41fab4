"""`sample_code(mean, logvar, noise)`: codes, the mean plus sigma times the noise."""

from functools import partial

import torch
from torch.nn import functional as F  # noqa: F401  (for the mistakes)

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone


def sample_code(mean, logvar, noise):
    sigma = (0.5 * logvar).exp()
    return mean + sigma * noise


def cases():
    def drawn(*shape):
        mean, logvar, noise = torch.randn(3, *shape)
        return {"mean": mean, "logvar": 3 * logvar, "noise": noise}

    def alike(mean, logvar, noise):
        ends = torch.tensor([[-1.0, 1.0]])
        logvar = logvar * torch.tensor([[1.0, 0.9]])
        return {"mean": mean * ends, "logvar": logvar, "noise": noise * ends}

    few = [drawn(5, 3), drawn(1, 4), drawn(30, 2), drawn(3, 3)]
    ends = [(50, 1, 3), (0, 30, 1), (0, 45, 1), (0, -30, 1), (0, -45, 6), (1, 0.5, 6)]
    return [*few, *(alike(*each) for each in ends)]


ERRORS = {"aten::floor_divide": "// cuts to whole numbers: halve with 0.5 * logvar."}
check = Exercise(sample_code, cases, returned(("mean", "logvar")), errors=ERRORS)
single = partial(alone, sample_code)
HALF = "logvar is log sigma²: halve it, then take exp()."
S, CODE = "(0.5 * logvar).exp() ->", "mean + sigma * noise ->"
CUT = "logvar -> logvar.clamp({}, {})".format
RANGES = [
    *((-end, end) for end in (1, 2, 3, 4, 5, 6, 8, 10, 20)),
    *((-end, None) for end in (5, 10, 20)),
    *((None, end) for end in (5, 10, 20)),
    *((-30, 20), (-20, 2)),
]
check.mistakes(
    {
        "something is added to the variance or sigma: nothing is added.": single(
            *(f"{S} (logvar.exp() + 1e-{n}).sqrt()" for n in (8, 6, 5, 4)),
            *(f"{S} (0.5 * logvar).exp() + 1e-{n}" for n in (6, 5, 4, 3)),
        ),
        "logvar is cut to a range: sigma may be as small or large as it is.": single(
            *(CUT(*ends) for ends in RANGES)
        ),
        "the noise is cut to a range: use it as it comes.": single(
            *(f"noise -> noise.clamp(-{end}, {end})" for end in (1, 2, 3, 5))
        ),
        "the codes are cut to a range: they may be any numbers.": single(
            *(f"{CODE} (mean + sigma * noise).clamp(-{n}, {n})" for n in (1, 3, 5, 10))
        ),
        f"where logvar is 0, your codes have no noise.\n{HALF}": f"{S} logvar",
        f"the absolute value of logvar is no sigma.\n{HALF}": f"{S} logvar.abs()",
        f"exp(logvar) is the variance, sigma².\n{HALF}": f"{S} logvar.exp()",
        f"half of logvar is log sigma: exp() is missing.\n{HALF}": f"{S} 0.5 * logvar",
        f"the half stands outside of exp().\n{HALF}": f"{S} 0.5 * logvar.exp()",
        f"the root of a logarithm is no sigma.\n{HALF}": [
            f"{S} logvar.sqrt()",
            f"{S} logvar.abs().sqrt()",
            f"{S} logvar.clamp(min=0).sqrt()",
        ],
        f"softplus, ReLU and the like are for networks that give sigma.\n{HALF}": [
            f"{S} F.{each}(logvar)" for each in ("softplus", "relu", "sigmoid")
        ],
        f"twice logvar is the wrong way: sigma is a root.\n{HALF}": "0.5 -> 2",
        "the sign of logvar has changed: a large variance gives little noise.": [
            "0.5 * logvar -> -0.5 * logvar",
            f"{S} (-logvar).exp()",
        ],
        "the absolute value of logvar hides that small variances have logvar < 0.": (
            "logvar -> logvar.abs()"
        ),
        "these are powers of another number: logvar is a natural logarithm.": [
            f"{S} {base} ** (0.5 * logvar)" for base in (2, 10)
        ],
        f"that is nearly right for a small logvar only.\n{HALF}": [
            f"{S} 1 + 0.5 * logvar",
            f"{S} 1 + 0.5 * logvar + logvar**2 / 8",
            f"{S} (1 + logvar).clamp(min=0).sqrt()",
        ],
        "each unit of a code has a sigma of its own: this is one for all.": single(
            f"{S} (0.5 * logvar).exp().mean(1, keepdim=True)",
            "logvar -> logvar.mean(1, keepdim=True)",
            "logvar -> logvar[:, :1]",
            f"{S} (0.5 * logvar).exp().mean()",
        ),
        "sigma is 1 everywhere: logvar plays no part.": f"{S} 1",
        "no gradient reaches logvar: sigma was detached.": "logvar -> logvar.detach()",
        "the mean is missing.": "mean + ->",
        "brackets are wrong: sigma * noise alone.": f"{CODE} (mean + noise) * sigma",
        "the noise multiplies the mean: add the mean, and multiply sigma.": [
            f"{CODE} mean * noise + sigma",
            f"{CODE} mean * noise * sigma",
            f"{CODE} mean + mean * noise * sigma",
        ],
        "sigma is added instead of multiplied.": "sigma * noise -> sigma + noise",
        "the sign of the noise has changed: add it.": "+ sigma -> - sigma",
        "the noise plays no part: this is the mean.": f"{CODE} mean",
        "the noise is missing: sigma alone is added.": "sigma * noise -> sigma",
        "the absolute value of the noise is used: leave its sign.": (
            "noise -> noise.abs()"
        ),
        "you draw noise of your own: use the noise that is handed in.": single(
            "noise -> torch.randn_like(mean)", "noise -> torch.randn(mean.shape)"
        ),
        "no gradient reaches mean: it was detached.": "mean + -> mean.detach() +",
    }
)
