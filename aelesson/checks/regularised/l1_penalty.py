"""`l1_penalty(z)`: the sum of the absolute values of each code, shape `(B,)`."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned

see = returned(("z",), dtype=True)


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
    return [*found, {"z": few.half()}, {"z": few.bfloat16()}]


def observe(answer, case):
    """Allow any slope from -1 to 1 where a value is exactly 0."""
    z = case["z"]
    weights = torch.linspace(1, 2, len(z), dtype=z.dtype)[:, None]
    for aspect, value in see(answer, case):
        if aspect == "gradient at z" and isinstance(value, Tensor):
            value = value.masked_fill((z == 0) & (value.abs() <= weights), 0)
        yield aspect, value


NUMPY = "compute with torch throughout: NumPy has no gradients, and fewer dtypes."
check = Exercise(l1_penalty, cases, observe, errors={"ScalarType BFloat16": NUMPY})


def in_part(left, right):
    """Return a reduction with a slope on one side of 0 only, or on neither."""
    return f"prices.sum(1) -> {left}.sum(1) + {right}.sum(1)"


def huber(z, delta):
    return F.huber_loss(z, 0 * z, reduction="none", delta=delta)


SMALL = (1e-12, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
SUM, EACH = "prices.sum(1) ->", "z.abs() ->"
check.mistakes(
    {
        "first the absolute value of each unit, then the sum: else +3 and -3 cancel.": (
            f"{SUM} z.sum(1).abs()"
        ),
        "this is the L2 norm, the root of the sum of squares: no squares here.": (
            f"{SUM} z.norm(dim=1)"
        ),
        "your values are right, but not their slopes: is a part detached?": [
            f"{SUM} z.sum(1) + (prices.sum(1) - z.sum(1)).detach()",
            in_part("z.relu()", "(-z).relu().detach()"),
            in_part("(-z).relu()", "z.relu().detach()"),
        ],
        "the absolute value is missing: -3 costs as much as 3.": f"{EACH} z",
        "you squared the values: the absolute value needs no square.": [
            f"{EACH} z.square()",
            f"{EACH} z.square() / 2",
        ],
        "you counted the units that are not 0: add up their absolute values.": [
            f"{EACH} (z != 0).to(z)",
            f"{EACH} (z != 0).to(z) + 0 * z",
        ],
        "negative values are left out: they cost as much as positive ones.": (
            f"{EACH} z.relu()"
        ),
        "positive values are left out: they cost as much as negative ones.": (
            f"{EACH} (-z).relu()"
        ),
        "a logarithm or a root is taken: add up the absolute values themselves.": [
            f"{EACH} z.{how}"
            for how in ("abs().log1p()", "square().log1p()", "abs().sqrt()")
        ],
        "large values are cut to 1: they cost as much as they are large.": [
            f"{EACH} z.{how}"
            for how in ("abs().clamp(max=1)", "tanh()", "abs().tanh()")
        ],
        "this is a smoothed absolute value (Huber): take the absolute value itself.": [
            f"{EACH} huber(z, {delta})" for delta in (1.0, 0.1)
        ],
        "a small number is added under a root: abs() needs none.": [
            f"{EACH} (z.square() + {eps}).sqrt()" for eps in SMALL
        ],
        "a small number is added to each value: abs() needs none.": [
            f"{EACH} (z.abs() + {eps})" for eps in SMALL[4:]
        ],
        "the root of a square has no slope at 0, so the gradient is nan: use abs().": (
            f"{EACH} z.square().sqrt()"
        ),
        "you averaged over the units of the code: take their sum.": (
            f"{SUM} prices.mean(1)"
        ),
        "this is the largest absolute value: take the sum.": f"{SUM} prices.amax(1)",
        "you summed over the batch: sum over dimension 1, the units.": [
            f"{SUM} prices.sum(0)",
            f"{SUM} prices.mean(0)",
        ],
        "one number for the whole batch: sum over dimension 1, the units.": [
            f"{SUM} prices.{how}" for how in ("sum()", "mean()", "sum(1).mean()")
        ],
        "each image got the same: sum over its own units.": [
            f"{SUM} prices.{how}().expand(len(z))" for how in ("sum", "mean")
        ],
        "you divided by the size of the batch: one sum per image.": [
            f"{SUM} prices.sum(1) / {size}" for size in ("len(z)", "z.numel()")
        ],
        "one value per unit: sum over dimension 1.": f"{SUM} prices",
    }
)
