"""`kl_to_standard_normal(mean, logvar)`: what a code costs, in nats per image."""

import torch

from aelesson.checks.engine import Exercise, returned


def kl_to_standard_normal(mean, logvar):
    variance = logvar.exp()
    kl = 0.5 * (mean**2 + variance - logvar - 1)
    return kl.sum(1)


def cases():
    sizes = [(1, 1), (4, 3), (3, 3), (3, 20)]
    drawn = [
        {"mean": 2 * torch.randn(s), "logvar": torch.randn(s) - 0.5} for s in sizes
    ]
    drawn.append({k: v.double() for k, v in drawn[1].items()})
    special = [(0.0, 0.0), (1.0, -20.0), (-1.0, 12.0)]
    full = [[torch.full((3, 5), each) for each in pair] for pair in special]
    return [*drawn, *({"mean": m, "logvar": v} for m, v in full)]


EXP = "logvar.exp() ->"
LOG = "- logvar ->"
FORMULA = {
    "the mean must be squared.": "mean**2 -> mean",
    "square the mean, do not take its absolute value.": "mean**2 -> mean.abs()",
    "the mean is missing: a code far from 0 costs.": "mean**2 -> 0",
    "add mean squared: do not subtract it.": "mean**2 -> -(mean**2)",
    "exp(0.5 * logvar) is sigma: take exp(logvar).": f"{EXP} (0.5 * logvar).exp()",
    "exp(2 * logvar) is sigma^4: sigma^2 is exp(logvar).": f"{EXP} (2 * logvar).exp()",
    "the exp is missing: sigma^2 is exp(logvar).": [
        f"{EXP} logvar",
        f"{EXP} logvar**2",
    ],
    "exp(-logvar) is 1 / sigma squared: take exp(logvar).": f"{EXP} (-logvar).exp()",
    "a power of 2 or of 10 is not exp: sigma squared is exp(logvar).": [
        f"{EXP} {base}**logvar" for base in (2, 10)
    ],
    "logvar is log(sigma^2), not sigma: sigma squared is exp(logvar).": (
        f"{EXP} logvar**2;; {LOG} - (logvar**2).log()"
    ),
    "logvar is log(sigma^2), not log(sigma): take exp(logvar), and logvar once.": (
        f"{EXP} (2 * logvar).exp();; {LOG} - 2 * logvar"
    ),
    "logvar is log(sigma^2), not sigma squared: take exp(logvar).": [
        f"{EXP} logvar;; {LOG} - logvar{log}"
        for log in (".log()", ".abs().log()", ".abs().add(1e-12).log()")
    ],
    "log(sigma^2) is logvar itself: no exp, epsilon and log around it.": [
        f"{LOG} - (variance + {epsilon}).log()" for epsilon in (1e-3, 1e-6, 1e-8)
    ],
    "logvar is the logarithm already: do not take it again.": [
        f"{LOG} - logvar.abs().log()",
        f"{LOG} - logvar.log()",
    ],
    "subtract logvar, with no factor: it is log(sigma^2), not log(sigma).": [
        f"{LOG} - {factor} * logvar" for factor in (2, 0.5)
    ],
    "subtract logvar, do not add it.": f"{LOG} + logvar",
    "the logarithm of the variance is missing: subtract logvar.": LOG,
    "the -1 is missing: the KL of the prior itself must be 0.": "- 1 ->",
    "subtract 1, do not add it: the KL of the prior itself must be 0.": "- 1 -> + 1",
    "add the variance: do not subtract it.": "+ variance -> - variance",
    "the variance is missing: mean alone is not the KL.": "+ variance - logvar - 1 ->",
    "the factor 1/2 is missing.": "0.5 * ->",
    "the 1/2 must multiply the whole bracket, not only a part of it.": [
        "0.5 * ( -> (0.5 *",
        "0.5 * (mean**2 -> mean**2 + 0.5 * (",
        "variance - logvar - 1) -> variance) - logvar - 1",
        "- logvar - 1) -> - logvar) - 1",
        "0.5 * ( -> (;; - logvar -> - 0.5 * logvar",
        "0.5 * ( -> (;; - logvar - 1 -> - 0.5 * (logvar + 1)",
    ],
    "this is KL(p || q): the other way round, and another number.": (
        "mean**2 + variance - logvar - 1 -> (1 + mean**2) / variance + logvar - 1"
    ),
}
check = Exercise(kl_to_standard_normal, cases, returned(("mean", "logvar")))
check.mistakes(
    FORMULA
    | {
        "the sign is wrong: a KL is never negative.": "return -> return -",
        "the KL may be 0: let no unit and no image have a least price.": [
            *(f"sum(1) -> clamp_min({n}).sum(1)" for n in (1e-6, 1e-3, 0.1)),
            *(f"sum(1) -> sum(1).clamp_min({n})" for n in (0.1, 1, 3)),
        ],
        "you averaged over the units: sum, or it is a hidden beta.": "sum -> mean",
        "one value per image, not one per unit: sum over dimension 1.": ".sum(1) ->",
        "you summed over the batch: sum over dimension 1.": "sum(1) -> sum(0)",
        "one number for the whole batch: sum over dimension 1 alone.": [
            f"sum(1) -> {all_of_it}"
            for all_of_it in ("sum()", "mean()", "sum(1).mean()")
        ],
        "the -1 was subtracted once per image: once per unit.": (
            "- 1 ->;; sum(1) -> sum(1) - 0.5"
        ),
    }
)
