"""`kl_to_standard_normal(mean, logvar)`: what a code costs, in nats per image."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits


def kl_to_standard_normal(mean, logvar):
    variance = logvar.exp()
    kl = 0.5 * (mean**2 + variance - logvar - 1)
    return kl.sum(1)


def cases():
    drawn = [torch.randn(2, *size) for size in ((1, 1), (4, 3), (3, 3), (3, 20))]
    drawn.append(drawn[1].double())
    codes = [(2 * mean, logvar - 0.5) for mean, logvar in drawn]
    for pair in (0.0, 0.0), (3.0, -20.0), (-1.0, 12.0):
        codes.append([torch.full((3, 5), each) for each in pair])
    return [{"mean": mean, "logvar": logvar} for mean, logvar in codes]


EXP, LOG = "logvar.exp()", "- logvar"
LOGS = ".log()", ".abs().log()", ".abs().add(1e-12).log()"
SUM = "mean^2 + sigma^2 - logvar - 1"
FORMULA = {
    "the mean must be squared.": edits("mean**2", "mean{}", "", ".abs()"),
    "exp(0.5 * logvar) is sigma: sigma^2 is exp(logvar).": [
        f"{EXP} -> (0.5 * logvar).exp()"
    ],
    "sigma^2 is exp(logvar), and logvar its natural logarithm.": [
        *edits(EXP, "{}", "logvar", "logvar**2", "2**logvar", "10**logvar"),
        *edits(EXP, "({} * logvar).exp()", -1, 2),
        f"{EXP} -> (2 * logvar).exp();; {LOG} -> - 2 * logvar",
        *edits(EXP, f"logvar;; {LOG} -> - logvar{{}}", *LOGS),
        f"{EXP} -> logvar**2;; {LOG} -> - (logvar**2).log()",
    ],
    "log(sigma^2) is logvar itself: no factor, exp, epsilon or log around it.": [
        *edits(LOG, "- (variance + {}).log()", 1e-3, 1e-6, 1e-8),
        *edits(LOG, "- {}", "logvar.log()", "logvar.abs().log()"),
        *edits(LOG, "- {} * logvar", 2, 0.5),
    ],
    f"a part is missing: the KL is half of {SUM}.": [
        "mean**2 -> 0",
        "- logvar ->",
        "- 1 ->",
        "+ variance - logvar - 1 ->",
    ],
    f"a sign is wrong: the KL is half of {SUM}.": [
        "mean**2 -> -(mean**2)",
        "+ variance -> - variance",
        "- logvar -> + logvar",
        "- 1 -> + 1",
    ],
    "the factor 1/2 is missing.": ["0.5 * ->"],
    "the 1/2 must multiply the whole bracket, not only a part of it.": [
        "0.5 * ( -> (0.5 *",
        "0.5 * (mean**2 -> mean**2 + 0.5 * (",
        "variance - logvar - 1) -> variance) - logvar - 1",
        "- logvar - 1) -> - logvar) - 1",
        "0.5 * ( -> (;; - logvar -> - 0.5 * logvar",
        "0.5 * ( -> (;; - logvar - 1 -> - 0.5 * (logvar + 1)",
    ],
    "this is KL(p || q): the other way round, and another number.": [
        "mean**2 + variance - logvar - 1 -> (1 + mean**2) / variance + logvar - 1"
    ],
}
LONG = {k: v for k, v in FORMULA.items() if len(v) > 4}  # pairs with these take time
check = Exercise(kl_to_standard_normal, cases, returned(("mean", "logvar")))
check.mistakes({k: alone(kl_to_standard_normal, *v) for k, v in LONG.items()})
check.mistakes({k: v for k, v in FORMULA.items() if k not in LONG})
check.mistakes(
    {
        "the sign is wrong: a KL is never negative.": "return -> return -",
        "the KL may be 0: let no unit and no image have a least price.": (
            edits("sum(1)", "clamp_min({}).sum(1)", 1e-6, 1e-3, 0.1)
        ),
        "you averaged over the units: sum, or it is a hidden beta.": "sum -> mean",
        "sum over dimension 1, the units, and it alone: one value per image.": [
            *edits("sum(1)", "{}", "sum(0)", "sum()", "mean()", "sum(1).mean()"),
            ".sum(1) ->",
        ],
        "the -1 was subtracted once per image: once per unit.": (
            "- 1 ->;; sum(1) -> sum(1) - 0.5"
        ),
    }
)
