"""`error_left(logits, x, baseline)`: which share of the baseline's error is left."""

import torch
from torch.nn.functional import softplus
from torch.special import entr

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.losses.images import BATCHES, ERRORS


def error_left(logits, x, baseline):
    floor = entr(x) + entr(1 - x)
    mine = softplus(logits) - x * logits - floor
    base = softplus(baseline) - x * baseline - floor
    return (mine.sum() / base.sum()).item()


def cases():
    found = []
    for shape, dtype in BATCHES:
        x = 0.02 + 0.96 * torch.rand(shape, dtype=dtype) ** 2
        near = x.logit() + 0.5 * torch.randn(shape, dtype=dtype)
        found.append({"logits": near, "x": x, "baseline": 0 * x - 0.5})
    perfect, grey = found[2], found[0]
    hard = {k: v.round() if k == "x" else v for k, v in grey.items()}
    white = perfect["x"].round()
    sure = {**perfect, "logits": 18 * white - 9, "x": white}
    return [*found, {**perfect, "logits": perfect["x"].logit()}, hard, sure]


def perfect(case):
    return (case["logits"] - case["x"].logit()).abs().max() < 1e-6


NOTHING = "a perfect reconstruction has more than 0 here: what does the BCE of x cost?"
check = Exercise(error_left, cases, returned(), errors=ERRORS, only={NOTHING: perfect})


FLOOR, BOTH = "entr(x) + entr(1 - x) ->", "softplus({0}) - x * {0} - floor -> {1}"
SHARE = "(mine.sum() / base.sum()).item() ->"


def priced(price):
    """Return an edit that prices both models in another way."""
    both = [BOTH.format(a, price.format(a)) for a in ("logits", "baseline")]
    return ";; ".join(both)


check.mistakes(
    {
        "only above the line a floor was subtracted.": (
            "- x * baseline - floor -> - x * baseline"
        ),
        "only below the line a floor was subtracted.": (
            "- x * logits - floor -> - x * logits"
        ),
        "the baseline plays no part: divide by its error.": (
            f"{SHARE} mine.sum().item() / len(x)"
        ),
        NOTHING: f"{FLOOR} 0",
        "the lowest value that was seen is no floor: which one has each pixel?": (
            priced("softplus({0}) - x * {0} - (softplus({0}) - x * {0}).min()")
        ),
        "you rounded the pixels: no floor is left, but these are other images.": (
            priced("softplus({0}) - x.round() * {0}")
        ),
        "that is the squared error: the floor is gone, and so is the cross-entropy.": (
            priced("({0}.sigmoid() - x) ** 2")
        ),
        "that is an absolute error.": priced("({0}.sigmoid() - x).abs()"),
        "the floor has the wrong sign.": f"{FLOOR} -entr(x) - entr(1 - x)",
        "half of the floor is missing: x log x and (1 - x) log(1 - x).": [
            "+ entr(1 - x) ->",
            "entr(x) + ->",
        ],
        "this is the entropy of the reconstruction: the floor is that of x.": [
            priced(
                "softplus({0}) - x * {0} - entr({0}.sigmoid()) - entr((-{0}).sigmoid())"
            ),
            f"{FLOOR} entr(logits.sigmoid()) + entr((-logits).sigmoid())",
        ],
        "floor and BCE are a mean and a sum: treat both alike.": [
            f"{FLOOR} (entr(x) + entr(1 - x)).mean() / x[0].numel()",
            priced("(softplus({0}) - x * {0}) / x[0].numel() - floor"),
        ],
        "this is a mean of ratios: divide two sums.": (
            f"{SHARE} (mine.flatten(1).sum(1) / base.flatten(1).sum(1)).mean().item()"
        ),
        "this is the share that is gone.": f"{SHARE} 1 - {SHARE.split(' ->')[0]}",
        "this is a difference: divide.": f"{SHARE} (base.sum() - mine.sum()).item()",
        "it is upside down: the model's error is above the line.": (
            f"{SHARE} (base.sum() / mine.sum()).item()"
        ),
    }
)
