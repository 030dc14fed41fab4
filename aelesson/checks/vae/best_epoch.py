"""`best_epoch(nll, kl, warm_up)`: which epoch's VAE has the lowest bound."""

from itertools import pairwise

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def best_epoch(nll, kl, warm_up):
    bounds = [n + k for epoch, (n, k) in enumerate(zip(nll, kl, strict=True))]
    return bounds.index(min(bounds))


def cases():
    def case(count, warm_up):
        nll = (90 + 40 * torch.rand(count)).tolist()
        kl = (60 * torch.rand(count)).tolist()
        return {"nll": nll, "kl": kl, "warm_up": warm_up}

    close = {"nll": [9.1, 9.2, 9.16, 9.2], "kl": [0.3, 0.18, 0.2, 0.4], "warm_up": 2}
    return [close, *(case(4 + number % 6, 2 + number % 4) for number in range(16))]


def tell(case):
    return f"{len(case['nll'])} epochs and warm_up = {case['warm_up']}"


ERRORS = {
    "division by zero": "beta is 0 in the first epoch: nothing to divide by.",
    "empty sequence": "no epoch is left: any may be the best, in the warm-up, too.",
}
check = Exercise(best_epoch, cases, returned(), errors=ERRORS, tell=tell)
BETA = "min(1, epoch / warm_up)"


def first_rise(bounds):
    falls = [b < a for a, b in pairwise(bounds)]
    return [*falls, False].index(False)


FOUND = "bounds.index(min(bounds))"
check.mistakes(
    {
        "losses are compared that beta weighed differently: which is a bound?": [
            f"n + k -> n + {BETA} * k",
            "n + k -> n + min(1, (epoch + 1) / warm_up) * k",
        ],
        "only the symptom is cured: epochs of the warm-up may be the best, too.": [
            f"n + k -> n + k if epoch >= min(warm_up, len(nll) - 1){late} else 1e9"
            for late in ("", " - 1")
        ]
        + [f"{FOUND} -> (late := bounds[warm_up:] or bounds).index(min(late))"],
        "epochs are left out: any may be the best, the first and the last, too.": [
            "return -> return 1 + bounds[1:].index(min(bounds[1:])) #",
            f"{FOUND} -> bounds.index(min(bounds[:-1]))",
        ],
        "go through all epochs: after a rise the bound may fall again.": (
            f"{FOUND} -> first_rise(bounds)"
        ),
        "nll + kl joins two lists: add their numbers, epoch by epoch.": (
            f"{FOUND} -> (nll + kl).index(min(nll + kl))"
        ),
        "bounds may differ by little: do not round them.": (
            edits("n + k", "{}", "round(n + k)", "round(n + k, 1)", "int(n + k)")
        ),
        "a bound has the whole KL: the reconstruction alone is none.": "n + k -> n",
        "a bound has the reconstruction, too: this is the least KL.": "n + k -> k",
        "this is the worst epoch, of the highest bound: take the lowest.": "min -> max",
        "this is the last epoch, whatever its bound is.": (
            f"{FOUND} -> len(bounds) - 1"
        ),
        "the KL is added to the reconstruction: you subtract it.": "n + k -> n - k",
        "a bound has no weights: beta neither multiplies nor divides here.": [
            f"n + k -> {BETA} * n + k",
            f"n + k -> n + k / ({BETA} or 1)",
            "n + k -> n + k * warm_up / (epoch + 1)",
        ],
        "half of the KL is no bound: take the whole.": "n + k -> n + 0.5 * k",
        "this is the bound itself: return the number of its epoch.": (
            f"{FOUND} -> min(bounds)"
        ),
        "epochs are counted from 0: so is the list.": "return -> return 1 +",
    }
)
