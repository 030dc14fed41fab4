"""`bce_logit_gradient(logits, x)`: of the summed cross-entropy behind a sigmoid."""

from torch.nn.functional import softplus

from aelesson.checks.losses.gradients import GIVE, exercise


def error(a, s, x):
    return s - x


def bce_logit_gradient(logits, x, *, formula=error, give=lambda g: g):
    return give(formula(logits, logits.sigmoid(), x))


check = exercise(bce_logit_gradient)
check.mistakes(
    formula={
        "you stopped at the derivative by s.": lambda a, s, x: (s - x) / (s * (1 - s)),
        "s (1 - s) is once too many: it cancels.": (
            lambda a, s, x: (s - x) * s * (1 - s)
        ),
        "put the logit through the sigmoid first: s, not a.": lambda a, s, x: a - x,
        "the logits went through the sigmoid twice.": lambda a, s, x: s.sigmoid() - x,
        "the factor 2 belongs to the squared error.": lambda a, s, x: 2 * (s - x),
        "this is the gradient of the squared error.": (
            lambda a, s, x: 2 * (s - x) * s * (1 - s)
        ),
        "half of it is missing: -x (1 - s), and (1 - x) s.": [
            lambda a, s, x: -x * (1 - s),
            lambda a, s, x: (1 - x) * s,
        ],
        "one half has the wrong sign.": [
            lambda a, s, x: x * (1 - s) + (1 - x) * s,
            lambda a, s, x: s + x,
        ],
        "x is missing: the gradient is 0 where s equals x.": lambda a, s, x: s,
        "you rounded the pixels: leave them grey.": lambda a, s, x: s - x.round(),
        "the sign is the wrong way round: s - x, not x - s.": lambda a, s, x: x - s,
        "this is the loss itself: derive it.": lambda a, s, x: softplus(a) - x * a,
    },
    give=GIVE,
)
