"""`bernoulli_nll(logits, x)`: each image's binary cross-entropy (BCE), from logits."""

import torch
from torch.nn.functional import logsigmoid, softplus  # noqa: F401
from torch.special import entr  # noqa: F401

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.losses.images import (
    BATCHES,
    ERRORS,
    REDUCE,
    exact_far_out,
    far_out,
)


def bernoulli_nll(logits, x):
    white = -x * logsigmoid(logits)
    black = -(1 - x) * logsigmoid(-logits)
    values = white + black
    return values.flatten(1).sum(1)


def cases():
    found = [
        {"logits": torch.tensor([[2.0]]), "x": torch.tensor([[1.0]])},
        {"logits": torch.tensor([[-1.0]]), "x": torch.tensor([[0.25]])},
        {"logits": torch.zeros(1, 4), "x": torch.tensor([[1.0, 0.0, 0.25, 0.5]])},
        *map(far_out, (torch.float32, torch.float64)),
    ]
    for shape, dtype in BATCHES:
        x = (3 * torch.rand(shape, dtype=dtype) - 1).clamp(0, 1)
        found.append({"logits": 2 * torch.randn(shape, dtype=dtype), "x": x})
    return found


CAUSE = (
    "Is a sigmoid rounded to 0 or 1 there, an exp too large, or does an epsilon or a "
    "clamp do that? F.logsigmoid(a) and F.softplus(a) are exact for any logit a."
)
seen = exact_far_out(
    returned(("logits",), dtype=True),
    bernoulli_nll,
    lambda logits, x: (logits.abs() > 10).flatten(1).any(1),
    lambda case, at: f"a logit of {case['logits'][at].max():g}",
    CAUSE,
)
OTHERS = {
    "should be between": "logits are no probabilities: take ..._with_logits.",
    "to be within": "torch's Bernoulli takes black and white only: no grey pixels.",
}
check = Exercise(bernoulli_nll, cases, seen, errors=ERRORS | OTHERS)
BOTH = "white + black"
check.mistakes(REDUCE)
check.mistakes(
    {
        "grey pixels were rounded to black or white: leave x as it is.": edits(
            "-x *", "-{0} *;; 1 - x -> 1 - {0}", "x.round()", "(x > 0).to(x)"
        ),
        "x and 1 - x are swapped: where x is 1, s should be 1.": (
            "-x * -> -(1 - x) *;; (1 - x) -> x"
        ),
        "half of it is missing, or has the wrong sign: subtract both halves.": edits(
            BOTH, "{}", "white", "black", "white - black", "black - white"
        ),
        "log(1 - s) is neither 1 - log s nor -log s: it is F.logsigmoid(-a).": [
            *edits("logsigmoid(-logits)", "({}logsigmoid(logits))", "1 - ", "-"),
            "logsigmoid(-logits) -> logsigmoid(1 - logits)",
        ],
        "both halves have log s: the second has log(1 - s).": "-logits -> logits",
        "the sigmoid came twice: give the function the logits themselves.": (
            "(logits) -> (logits.sigmoid());; -logits -> -logits.sigmoid()"
        ),
        "the arguments are exchanged: the logits come first, then x.": (
            f"{BOTH} -> softplus(x) - logits * x"
        ),
        "subtract x * a from log(1 + exp(a)).": edits(
            BOTH, "softplus(logits){}", "", " + x * logits"
        ),
        "this is the squared error.": f"{BOTH} -> (logits.sigmoid() - x) ** 2",
        "you subtracted the entropy of x: return the cross-entropy itself.": (
            f"{BOTH} -> white + black - entr(x) - entr(1 - x)"
        ),
        "the formula has a corner at a logit of exactly 0: take F.softplus.": (
            f"{BOTH} -> logits.relu() - x * logits + (-logits.abs()).exp().log1p()"
        ),
    }
)
