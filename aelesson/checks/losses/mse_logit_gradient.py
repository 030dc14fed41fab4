"""`mse_logit_gradient(logits, x)`: of the summed squared error behind a sigmoid."""

from aelesson.checks.engine.edits import edits
from aelesson.checks.losses.gradients import exercise


def mse_logit_gradient(logits, x):
    s = logits.sigmoid()
    slope = s * (1 - s)
    gradient = 2 * (s - x) * slope
    return gradient


check = exercise(mse_logit_gradient)
check.mistakes(
    {
        "the sigmoid came twice.": "logits.sigmoid() -> logits.sigmoid().sigmoid()",
        "this is the loss itself: derive it.": "2 * (s - x) * slope -> (s - x) ** 2",
        "that is the gradient of the cross-entropy: differentiate (s - x) ** 2.": (
            "2 * (s - x) * slope -> s - x"
        ),
        "the factor 2, from the square, is missing.": "2 * (s -> (s",
        "the sign is the wrong way round: it is s - x.": "(s - x) -> (x - s)",
        "put the logit through the sigmoid first.": edits(
            "(s - x)", "(logits - x){}", "", ";; * slope ->"
        ),
        "the outer derivative, 2 (s - x), is missing.": "2 * (s - x) * ->",
        "you rounded the pixels: leave them grey.": "- x -> - x.round()",
        "s'(a) = s (1 - s) is missing: the chain rule goes through the sigmoid.": (
            "* slope ->"
        ),
        "the slope of the sigmoid is s (1 - s), and you have another one.": [
            *edits("s * (1 - s)", "{}", "s", "1 - s", "1 - s**2"),
            *edits("s * (1 - s)", "{0} * (1 - {0})", "x", "logits", "s.sigmoid()"),
        ],
    }
)
