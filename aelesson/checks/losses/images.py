"""What the exercises of lesson 02 share: batches, sums, values far out."""

import torch

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.edits import edits

BATCHES = [
    *[((5, 3, 4, 6), torch.float32), ((1, 1, 6, 2), torch.float32)],
    *[((4, 10), torch.float64), ((3, 2, 2, 3, 2), torch.float32)],
    ((2, 1, 5, 5), torch.float32),
]
"""Shape and dtype of each batch: one of 1, a flat one, one with five sides."""

NUMBER = "is a number such as 28 or 784 in your code? .flatten(1) needs none."
MATH = "use math.log for numbers, torch.log for tensors."
ERRORS = {
    "Dimension out of range": "images may have any shape: .flatten(1) makes rows.",
    "]' is invalid for input of size": NUMBER,
    "must be Tensor, not float": MATH,
    "converted to Python scalars": MATH,
}


def far_out(dtype):
    """Return a batch of images, whose logits are large but for three."""
    logits = torch.tensor([0.5, -2, 0, -1000, 1000, 1000, -1000, -60, 20, 90, -90, 40])
    x = torch.tensor([1, 0.25, 0, 1, 0, 1, 0.25, 1, 0, 0.5, 0.5, 1])
    both = torch.stack([logits, x]).to(dtype)[..., None].repeat(1, 1, 2)
    return dict(zip(("logits", "x"), both, strict=True))


SUM = "values.flatten(1).sum(1)"
REDUCE = {
    "you took the mean over the pixels: take the sum.": "sum(1) -> mean(1)",
    "one value per pixel: sum all dimensions but the first.": f"{SUM} -> values",
    "one number for each image: sum over all dimensions but the first.": [
        *edits(SUM, "values.{}", "sum()", "mean()", "flatten(1).sum(1).mean()"),
        *edits(SUM, "values.{}sum(0)", "", "flatten(1)."),
    ],
    "the sign of the result is wrong: minus the logarithm.": f"{SUM} -> -{SUM}",
    "use the natural logarithm: log2 gives bits.": f"{SUM} -> {SUM} / 0.693147",
}
"""What people do in place of the sum, by sentence."""


def exact_far_out(seen, reference, far, place, cause):
    """Return an observer that looks at values `far` out when all others are right."""

    def observe(answer, case):
        right, mask = reference(*case.values()), far(*case.values())
        for aspect, value in seen(answer, case):
            if aspect != "value" or value.shape != mask.shape or not mask.any():
                yield aspect, value
                continue
            yield "value", value[~mask]
            for at in map(tuple, mask.nonzero().tolist()):
                gaps = f"got {value[at]:.5g}, expected {right[at]:.5g}"
                says = f"right elsewhere, but for {place(case, at)}: {gaps}.\n{cause}"
                fine = close(value[at], right[at])
                yield f"far out {at}", FINE if fine else Finding("far out", says)

    return observe
