"""`best_epoch(nll, kl, warm_up)`: which epoch's VAE has the lowest bound."""

import torch

from aelesson.checks.engine import Exercise, returned


def best_epoch(nll, kl, warm_up):
    bounds = [n + k for epoch, (n, k) in enumerate(zip(nll, kl, strict=True))]
    return bounds.index(min(bounds))


def cases():
    def case(count, warm_up):
        nll = (90 + 40 * torch.rand(count)).tolist()
        kl = (60 * torch.rand(count)).tolist()
        return {"nll": nll, "kl": kl, "warm_up": warm_up}

    return [case(4 + number % 6, 2 + number % 4) for number in range(16)]


def tell(case):
    return f"{len(case['nll'])} epochs and warm_up = {case['warm_up']}"


ERRORS = {"division by zero": "beta is 0 in the first epoch: nothing to divide by."}
check = Exercise(best_epoch, cases, returned(), errors=ERRORS, tell=tell)
BETA = "min(1, epoch / warm_up)"
check.mistakes(
    {
        "losses are compared that were weighed differently: which is a bound?": [
            f"n + k -> n + {BETA} * k",
            "n + k -> n + min(1, (epoch + 1) / warm_up) * k",
        ],
        "only the symptom is cured: epochs of the warm-up may be the best, too.": [
            f"n + k -> n + k if epoch >= min(warm_up, len(nll) - 1){late} else 1e9"
            for late in ("", " - 1")
        ],
        "a bound has the whole KL: the reconstruction alone is none.": "n + k -> n",
        "a bound has the reconstruction, too: this is the least KL.": "n + k -> k",
        "this is the worst epoch: the least is the best.": "min -> max",
        "this is the last epoch, whatever its bound is.": (
            "bounds.index(min(bounds)) -> len(bounds) - 1"
        ),
        "the KL is added to the reconstruction: you subtract it.": "n + k -> n - k",
        "beta weighs the reconstruction now: a bound has no weights.": (
            f"n + k -> {BETA} * n + k"
        ),
        "half of the KL is no bound: take the whole.": "n + k -> n + 0.5 * k",
        "this is the bound itself: return the number of its epoch.": (
            "bounds.index(min(bounds)) -> min(bounds)"
        ),
        "epochs are counted from 0: so is the list.": "return -> return 1 +",
    }
)
