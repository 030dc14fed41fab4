"""`iwae_bound(log_weights)`: the log of each image's mean weight, without overflow."""

import math

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def iwae_bound(log_weights):
    draws = len(log_weights)
    return log_weights.logsumexp(0) - math.log(draws)


def cases():
    draw = torch.randn
    values = [
        draw(5, 3),
        draw(1, 4) - 3,
        2 * draw(7, 1),
        draw(6, 2).double() - 1,
        draw(4, 4),
        torch.full((4, 2), -2.5),
        draw(3, 4) * 5 - 40,
        5 * draw(3, 4) - 500,
        5 * draw(3, 2) + 9990,
        draw(3, 2) + torch.tensor([9000.0, -9000.0]),
        torch.tensor([[0.0, -1e4, 1e4], [-1e4, 1e4, 9000.0]]),
    ]
    return [{"log_weights": each} for each in values]


NEAR, FAR = returned(("log_weights",)), returned()


def observe(answer, case):
    """Ask for no gradient far from 0: float32 has no digits left for it."""
    look = NEAR if case["log_weights"].abs().max() < 1000 else FAR
    return look(answer, case)


def tell(case):
    w = case["log_weights"]
    return f"log_weights {tuple(w.shape)}, from {w.min():.4g} to {w.max():.4g}"


FAR_OFF = (
    "only log-weights far from 0 are wrong: exp() overflows there, or they are cut off."
    " They reach 10,000: use logsumexp, or subtract each image's maximum."
)
DIM = "logsumexp needs a dimension: 0, the draws."
check = Exercise(
    iwae_bound,
    cases,
    observe,
    tell=tell,
    only={FAR_OFF: lambda case: case["log_weights"].abs().max() > 80},
    errors={'required positional arguments: "dim"': DIM},
)


def shifted(w, top, back=1):
    return (w - top).exp().sum(0).log() + back * top


W = "log_weights"
TOTAL = f"{W}.logsumexp(0)"
BOUND = f"{TOTAL} - math.log(draws)"
check.mistakes(
    {
        "subtract each image's own maximum, amax(0), or exp() overflows or gives 0.": [
            f"{TOTAL} -> shifted({W}, {W}.{top})"
            for top in ("max()", "mean()", "mean(0)", "amin(0)")
        ],
        "add the maximum back after the logarithm, once.": (
            edits(TOTAL, f"shifted({W}, {W}.amax(0), {{}})", 0, -1)
        ),
        "this is a mean or a sum of the logs, the ELBO: average before the log.": [
            *edits(BOUND, f"{W}.{{}}(0)", "mean", "sum"),
            f"{BOUND} -> ({W}.softmax(0) * {W}).sum(0)",
        ],
        "the largest log-weight alone is no mean: average all weights.": [
            *edits(BOUND, f"{W}.{{}}", "amax(0)", "max(0).values"),
            "logsumexp -> amax",
        ],
        "the bound is shifted: no small number inside the logarithm.": [
            lambda w, n=n: (w.exp().mean(0) + 10**-n).log() for n in (2, 3, 4, 6, 8)
        ],
        "average over dimension 0, the draws, and it alone: one value per image.": [
            "logsumexp(0) -> logsumexp(1)",
            f"logsumexp(0) -> logsumexp(1);; draws) -> {W}.shape[1])",
            ".logsumexp(0) ->",
            *edits(BOUND, f"{W}{{}}", "", ".log_softmax(0)", ".softmax(0)"),
            *edits(BOUND, f"{W}.{{}}(1)", "logsumexp", "mean"),
            *edits(TOTAL, f"{TOTAL}.{{}}()", "mean", "sum"),
            lambda w: w.logsumexp((0, 1)) - math.log(w.numel()) + 0 * w[0],
        ],
        "this is no mean of weights: subtract log K once; K counts the draws alone.": [
            *edits(" - math.log(draws)", "{}", "", "- draws", "+ math.log(draws)"),
            *edits("- math.log(draws)", "/ {}", "draws", "(math.log(draws) or 1)"),
            *edits("draws)", f"{W}.{{}})", "shape[1]", "numel()"),
        ],
        "log2 or log10 is not the natural logarithm.": ["log -> log2", "log -> log10"],
        "average without `keepdim`.": "logsumexp(0) -> logsumexp(0, keepdim=True)",
    }
)
