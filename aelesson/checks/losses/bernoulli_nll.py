"""`bernoulli_nll(logits, x)`: each image's binary cross-entropy (BCE), from logits."""

import torch
from torch.nn.functional import logsigmoid, softplus
from torch.special import entr

from aelesson.checks.engine import Exercise, Finding, returned
from aelesson.checks.losses.images import BATCHES, ERRORS, REDUCE, exact_far_out, total


def cross_entropy(a, x):
    return softplus(a) - x * a


def bernoulli_nll(logits, x, *, target=lambda x: x, price=cross_entropy, reduce=total):
    return reduce(price(logits, target(x)))


def cases():
    column = torch.tensor([0.5, -2.0, 0.0, -1000, 1000, 1000, -1000, -60, 20, 90])
    pixels = torch.tensor([1.0, 0.25, 0.0, 1.0, 0.0, 1.0, 0.25, 1.0, 0.0, 0.5])
    found = [
        {"logits": torch.tensor([[2.0]]), "x": torch.tensor([[1.0]])},
        {"logits": torch.tensor([[-1.0]]), "x": torch.tensor([[0.25]])},
        {"logits": torch.zeros(1, 4), "x": torch.tensor([[1.0, 0.0, 0.25, 0.5]])},
        {"logits": column[:, None], "x": pixels[:, None]},
        {"logits": column[:, None].double(), "x": pixels[:, None].double()},
    ]
    for shape, dtype in BATCHES:
        x = (3 * torch.rand(shape, dtype=dtype) - 1).clamp(0, 1)
        found.append({"logits": 2 * torch.randn(shape, dtype=dtype), "x": x})
    return found


def far(logits, x):
    return (logits.abs() > 10).flatten(1).any(1)


def cut(at, got, right, case):
    place = f"a logit of {case['logits'][at].max():g} and x = {case['x'][at].max():g}"
    why = "A sigmoid that is rounded, an epsilon or a clamp does that"
    if not abs(got) < float("inf"):
        why = "The sigmoid is rounded to 0 or 1 there, or an exp overflows"
    return Finding(
        "cut" if abs(got) < float("inf") else "overflow",
        f"right for small logits, but for {place}: got {got:.5g}, expected {right:.5g}."
        f"\n{why}: F.logsigmoid(a) and F.softplus(a) are exact for any logit a.",
    )


seen = exact_far_out(returned(("logits",), dtype=True), bernoulli_nll, far, cut)
errors = ERRORS | {
    "should be between 0 and 1": (
        "these are logits, any real numbers, and F.binary_cross_entropy wants "
        "probabilities: take the function whose name ends in _with_logits."
    ),
    "to be within the support": (
        "torch's Bernoulli takes black and white pixels only, and these are grey: use "
        "the formula."
    ),
}
check = Exercise(bernoulli_nll, cases, seen, errors=errors)


def halves(white, black):
    """Return the price of x white and of 1 - x black, each of a logit."""
    return lambda a, x: -x * white(a) - (1 - x) * black(a)


white = logsigmoid
check.mistakes(
    target={
        "grey pixels were rounded to black or white: leave x as it is.": [
            torch.round,
            lambda x: (x > 0).to(x),
        ],
        "x and 1 - x are swapped: where x is 1, s should be 1.": lambda x: 1 - x,
    },
    price={
        "the second half is missing: (1 - x) log(1 - s).": halves(white, lambda a: 0),
        "the first half is missing: x log s.": halves(lambda a: 0, lambda a: white(-a)),
        "log(1 - s) is neither 1 - log s nor -log s: it is F.logsigmoid(-a).": [
            halves(white, lambda a: 1 - white(a)),
            halves(white, lambda a: -white(a)),
            halves(white, lambda a: white(1 - a)),
        ],
        "both halves have log s: the second has log(1 - s).": halves(white, white),
        "one half has the wrong sign: both are subtracted.": [
            halves(white, lambda a: -white(-a)),
            halves(lambda a: -white(a), lambda a: white(-a)),
        ],
        "the sigmoid came twice: give the function the logits themselves.": (
            lambda a, x: cross_entropy(a.sigmoid(), x)
        ),
        "the arguments are exchanged: the logits come first, then x.": (
            lambda a, x: cross_entropy(x, a)
        ),
        "log(1 + exp(a)) is only half of it: subtract x * a.": lambda a, x: softplus(a),
        "x * a has the wrong sign: subtract it.": lambda a, x: softplus(a) + x * a,
        "this is the squared error.": lambda a, x: (a.sigmoid() - x) ** 2,
        "you subtracted the entropy of x: return the cross-entropy itself.": (
            lambda a, x: cross_entropy(a, x) - entr(x) - entr(1 - x)
        ),
        "the formula has a corner at a logit of exactly 0: take F.softplus.": (
            lambda a, x: a.relu() - x * a + (-a.abs()).exp().log1p()
        ),
    },
    reduce=REDUCE,
)
