"""`mse_logit_gradient(logits, x)`: of the summed squared error behind a sigmoid."""

from aelesson.checks.losses.gradients import GIVE, exercise


def mse_logit_gradient(
    logits,
    x,
    *,
    outer=lambda a, s, x: 2 * (s - x),
    inner=lambda a, s: s * (1 - s),
    give=lambda g: g,
):
    s = logits.sigmoid()
    return give(outer(logits, s, x) * inner(logits, s))


def one(a, s):
    return 1


check = exercise(mse_logit_gradient)
check.mistakes(
    {
        "the sigmoid came twice.": lambda a, x: mse_logit_gradient(a.sigmoid(), x),
        "s is the sigmoid of the logit: here the logit itself stands in its place.": (
            {"outer": lambda a, s, x: 2 * (a - x), "inner": one}
        ),
        "this is the loss itself: return its derivative.": {
            "outer": lambda a, s, x: (s - x) ** 2,
            "inner": one,
        },
        "that is the gradient of the cross-entropy: differentiate (s - x) ** 2.": {
            "outer": lambda a, s, x: s - x,
            "inner": one,
        },
    },
    outer={
        "the factor 2, from the square, is missing.": lambda a, s, x: s - x,
        "the sign is the wrong way round: it is s - x.": lambda a, s, x: 2 * (x - s),
        "put the logit through the sigmoid first.": lambda a, s, x: 2 * (a - x),
        "the outer derivative, 2 (s - x), is missing.": lambda a, s, x: 1,
        "you rounded the pixels: leave them grey.": lambda a, s, x: 2 * (s - x.round()),
    },
    inner={
        "s'(a) = s (1 - s) is missing: the chain rule goes through the sigmoid.": one,
        "the slope is s (1 - s): yours has the logit in it.": lambda a, s: a * (1 - a),
        "the slope of the sigmoid is s (1 - s), and you have another one.": [
            lambda a, s: s,
            lambda a, s: 1 - s,
            lambda a, s: 1 - s**2,
            lambda a, s: s.sigmoid() * (-s).sigmoid(),
        ],
    },
    give=GIVE,
)
