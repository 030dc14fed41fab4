"""`l1_penalty(z)`: the sum of the absolute values of each code, shape `(B,)`."""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: F401, an edit uses it

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def l1_penalty(z):
    prices = z.abs()
    return prices.sum(1)


def cases():
    def case(shape, dtype=torch.float32):
        z = torch.randn(shape, dtype=dtype) * 3.0 ** torch.randint(-5, 2, shape)
        z[:, 0] = torch.linspace(-1.5, 2, shape[0], dtype=dtype)  # no image is all 0
        z[0, 1:2] = z[-1, 1:][-1:] = 0.0
        return {"z": z.to(dtype)}

    found = [*map(case, [(1, 5), (4, 1), (3, 6), (4, 4)]), case((7, 20), torch.float64)]
    found[-1]["z"][1, 1] = 1e-6  # its slope is 1 still, but not under a root
    few = torch.tensor([[1.5, -2.0, 0.0], [-0.5, 0.25, 1.0]])
    return [*found, {"z": few.half()}]


def observe(answer, case):
    """Allow any slope from -1 to 1 where a value is exactly 0."""
    z = case["z"]
    weights = torch.linspace(1, 2, len(z), dtype=z.dtype)[:, None]
    for aspect, value in returned(("z",), dtype=True)(answer, case):
        if aspect == "gradient at z" and isinstance(value, Tensor):
            value = value.masked_fill((z == 0) & (value.abs() <= weights), 0)
        yield aspect, value


check = Exercise(l1_penalty, cases, observe)
SUM, EACH = ("prices.sum(1)", "{}"), ("z.abs()", "{}")
SMALL = (1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
check.mistakes(
    {
        "first the absolute value of each unit, then the sum: else +3 and -3 cancel.": (
            edits(*SUM, "z.sum(1).abs()")
        ),
        "the absolute value is missing: -3 costs as much as 3.": edits(*EACH, "z"),
        "absolute values need no square, and no root of their sum, the L2 norm.": [
            *edits(*EACH, "z.square()", "z.square() / 2"),
            *edits(*SUM, "z.norm(dim=1)"),
        ],
        "you counted the units that are not 0: add up their absolute values.": edits(
            *EACH, "(z != 0).to(z)", "(z != 0).to(z) + 0 * z"
        ),
        "some are left out: negative values cost as much as positive ones.": edits(
            *EACH, "z.relu()", "(-z).relu()"
        ),
        "no logarithm, root, limit (clamp, tanh) or smooth corner: abs() alone.": edits(
            *EACH,
            *("z.abs().log1p()", "z.square().log1p()", "z.abs().sqrt()"),
            *("z.abs().clamp(max=1)", "z.tanh()", "z.abs().tanh()"),
            "F.huber_loss(z, 0 * z, reduction='none')",
        ),
        "a small number is added, to each value or under a root: abs() needs none.": [
            *(f"z.abs() -> (z.square() + {eps}).sqrt()" for eps in SMALL),
            *(f"z.abs() -> (z.abs() + {eps})" for eps in SMALL[4:]),
        ],
        "the root of a square has no slope at 0, so the gradient is nan: use abs().": (
            edits(*EACH, "z.square().sqrt()")
        ),
        "your values are right, but not their slopes: is a part detached?": edits(
            *SUM,
            "z.sum(1) + (prices.sum(1) - z.sum(1)).detach()",
            "z.relu().sum(1) + (-z).relu().sum(1).detach()",
            "z.relu().sum(1).detach() + (-z).relu().sum(1)",
        ),
        "take the sum over the units, dimension 1, of each image: no mean.": (
            edits(
                *("prices.sum(1)", "prices{}", ".mean(1)", ".amax(1)"),
                *("", ".sum(0)", ".mean(0)", ".sum()", ".mean()", ".sum(1).mean()"),
                *(".sum().expand(len(z))", ".mean().expand(len(z))"),
            )
        ),
    }
)
