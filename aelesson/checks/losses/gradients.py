"""What the two exercises on gradients at a logit share."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.losses.images import BATCHES, ERRORS, exact_far_out

CLOSED = "autograd is not what is asked: write the derivative as a closed formula."
GRADIENT_ERRORS = ERRORS | {
    "does not require grad": CLOSED,
    "saved tensor hooks": f"torch.func is autograd, too; {CLOSED}",
}
GIVE = {
    "it is divided by a number of values: take the gradient of the sum.": [
        lambda g: g / g.numel(),
        lambda g: g / g[0].numel(),
        lambda g: g / len(g),
    ],
    "one gradient for every logit: do not sum or average.": [
        lambda g: g.flatten(1).sum(1),
        lambda g: g.sum(0),
        torch.sum,
    ],
    "keep the shape of the logits: no flatten.": [
        lambda g: g.flatten(1),
        torch.flatten,
    ],
}
"""What people do to the gradient at the end, by sentence."""


def cases():
    logits = torch.tensor([[0.5, -2, 0, -1000, 1000, -90, 90, 40, -40, 1000]])
    pixels = torch.tensor([[1.0, 0.25, 0.5, 1.0, 0.25, 0.5, 0.0, 1.0, 0.75, 1.0]])
    wide = torch.tensor([[2.5, -1.0, -8.0, 8.0, 11.0, -3.5]])
    found = [
        {"logits": torch.tensor([[1.0]]), "x": torch.tensor([[1.0]])},
        {"logits": torch.tensor([[-2.0]]), "x": torch.tensor([[0.25]])},
        {"logits": logits, "x": pixels},
        {"logits": wide, "x": torch.tensor([[0.5, 1.0, 1.0, 0.25, 0.0, 0.5]])},
    ]
    for shape, dtype in BATCHES:
        x = torch.rand(shape, dtype=dtype)
        found.append({"logits": 6 * torch.rand(shape, dtype=dtype) - 3, "x": x})
    return found


def exercise(reference):
    """Return the exercise of a closed formula that is exact far out."""
    seen = exact_far_out(returned(dtype=True), reference, far, overflow)
    return Exercise(reference, cases, without_autograd(seen), errors=GRADIENT_ERRORS)


def far(logits, x):
    return logits.abs() > 3


def overflow(at, got, right, case):
    why = "Is something cut off, an epsilon added, or nan replaced? "
    if not abs(got) < float("inf"):
        why = "Is there a division by s or 1 - s, or an exp of the logit? "
    return Finding(
        "cut" if abs(got) < float("inf") else "overflow",
        f"right for small logits, but for a logit of {case['logits'][at]:g}: got "
        f"{got:.5g}, expected {right:.5g}.\n{why}Shorten the formula on paper, and use "
        "torch.sigmoid.",
    )


def without_autograd(seen):
    """Return an observer that also notices a backward pass inside the answer."""

    def observe(answer, case):
        backward = []

        def unpack(tensor):
            backward.append(True)
            return tensor

        def watched(*arguments):
            with torch.autograd.graph.saved_tensors_hooks(lambda t: t, unpack):
                return answer(*arguments)

        for aspect, value in seen(watched, case):
            yield aspect, value
            if aspect == "error":
                yield "autograd", AUTOGRAD if backward else FINE

    return observe


AUTOGRAD = Finding(
    "autograd",
    "you let autograd compute the derivative: here a closed formula is asked.\n"
    "Apply the chain rule on paper; autograd may check what you find.",
)
