"""`bce_logit_gradient(logits, x)`: of the summed cross-entropy behind a sigmoid."""

from torch.nn.functional import softplus  # noqa: F401

from aelesson.checks.engine.edits import edits
from aelesson.checks.losses.gradients import exercise


def bce_logit_gradient(logits, x):
    s = logits.sigmoid()
    gradient = s - x
    return gradient


check = exercise(bce_logit_gradient)
check.mistakes(
    {
        "you stopped at the derivative by s.": edits(
            "s - x", "(s - x) / (s * (1 - s){})", "", " + 1e-12"
        ),
        "s (1 - s) is once too many: it cancels.": "s - x -> (s - x) * s * (1 - s)",
        "put the logit through the sigmoid first: s, not a.": "s - x -> logits - x",
        "the logits went through the sigmoid twice.": "s - x -> s.sigmoid() - x",
        "the factor 2 belongs to the squared error.": "s - x -> 2 * (s - x)",
        "this is the gradient of the squared error.": (
            "s - x -> 2 * (s - x) * s * (1 - s)"
        ),
        "half of it is missing: -x (1 - s), and (1 - x) s.": edits(
            "s - x", "{}", "-x * (1 - s)", "(1 - x) * s"
        ),
        "one half has the wrong sign.": edits(
            "s - x", "{}", "x * (1 - s) + (1 - x) * s", "s + x"
        ),
        "x is missing: the gradient is 0 where s equals x.": "s - x -> s",
        "you rounded the pixels: leave them grey.": "s - x -> s - x.round()",
        "the sign is the wrong way round: s - x, not x - s.": "s - x -> x - s",
        "this is the loss itself: derive it.": "s - x -> softplus(logits) - x * logits",
    }
)
