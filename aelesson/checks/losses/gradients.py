"""What the two exercises on gradients at a logit share."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.losses.images import BATCHES, ERRORS, exact_far_out, far_out

GIVE = {
    "it is divided by a number of values: take the gradient of the sum.": edits(
        "return gradient", "return gradient / {}", "x.numel()", "x[0].numel()", "len(x)"
    ),
    "one gradient for every logit: do not sum or average.": edits(
        "return gradient", "return gradient.{}", "flatten(1).sum(1)", "sum(0)", "sum()"
    ),
}
"""What people do to the gradient at the end, by sentence."""


def cases():
    wide = torch.tensor([[2.5, -1.0, -8.0, 8.0, 11.0, -3.5]])
    found = [
        {"logits": torch.tensor([[-2.0]]), "x": torch.tensor([[0.25]])},
        far_out(torch.float32),
        {"logits": wide, "x": torch.tensor([[0.5, 1.0, 1.0, 0.25, 0.0, 0.5]])},
    ]
    for shape, dtype in BATCHES:
        x = torch.rand(shape, dtype=dtype)
        found.append({"logits": 6 * torch.rand(shape, dtype=dtype) - 3, "x": x})
    return found


CAUSE = (
    "Is there a division by s or 1 - s, an exp of the logit, an epsilon or a clamp, or "
    "is nan replaced? Shorten the formula on paper, and use torch.sigmoid."
)


def exercise(reference):
    """Return the exercise of a closed formula that is exact far out."""
    exact = exact_far_out(
        returned(dtype=True),
        reference,
        lambda logits, x: logits.abs() > 3,
        lambda case, at: f"a logit of {case['logits'][at]:g}",
        CAUSE,
    )

    def observe(answer, case):
        """Notice a backward pass inside the answer, too."""
        backward = []

        def watched(*arguments):
            hooks = torch.autograd.graph.saved_tensors_hooks
            with hooks(lambda t: t, lambda t: backward.append(True) or t):
                return answer(*arguments)

        for aspect, value in exact(watched, case):
            yield aspect, value
            if aspect == "error":
                yield "autograd", AUTOGRAD if backward else FINE

    errors = {"does not require": AUTOGRAD.says, "saved tensor hooks": AUTOGRAD.says}
    check = Exercise(reference, cases, observe, errors=ERRORS | errors)
    check.mistakes(GIVE)
    return check


AUTOGRAD = Finding(
    "autograd",
    "you let autograd compute the derivative: here a closed formula is asked.\n"
    "Apply the chain rule on paper; autograd may check what you find.",
)
