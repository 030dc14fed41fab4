"""`psnr(x_hat, x)`: decibels of each image, `(B,)`; inf for one that equals x."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def psnr(x_hat, x):
    errors = (x_hat - x).square()
    mse = errors.flatten(1).mean(1)
    return -10 * mse.log10()


def cases():
    def pair(shape):
        x, level = 0.9 * torch.rand(shape), torch.linspace(0.05, 0.3, shape[0])
        level = level.view(-1, *[1] * (len(shape) - 1))
        return {"x_hat": x + level + 0.1 * torch.randn(shape), "x": x}

    shapes = [(1, 3, 4, 2), (3, 10), (4, 1, 5, 6), (2, 2, 2, 3, 2), (4, 3, 3, 3)]
    x = torch.rand(3, 1, 12, 12)
    off = 1e-4 * torch.tensor([0.0, 1.0, 0.0]).view(3, 1, 1, 1)
    far = {
        "x_hat": torch.rand(3, 10) + torch.tensor([[1.0], [3], [0]]),
        "x": x[:, 0, 0, :10],
    }
    return [*map(pair, shapes), far, {"x_hat": x + off, "x": x}]


EQUAL = (
    "an image that equals its clean one must get inf, and no other one.\nIs something"
    " added to the error, or bounded? log10(0) is -inf, as it should be."
)


def has_equal(case):
    return (case["x_hat"] == case["x"]).flatten(1).all(1).any()


ANY_SHAPE = "flatten(1) first: images may have any shape, and any size."
LOG10 = "take .log10() of the tensor; math.log10 takes one number."
check = Exercise(
    psnr,
    cases,
    returned(),
    errors={
        **dict.fromkeys(("Dimension out of", "to unpack", "is invalid"), ANY_SHAPE),
        **dict.fromkeys(("one element tensors", "be Tensor, not float"), LOG10),
    },
    only={EQUAL: has_equal},
)


def of_channels(x_hat, x):
    if x.dim() < 3:
        return psnr(x_hat, x)
    return -10 * (x_hat - x).square().flatten(2).mean(2).log10().mean(1)


MEAN, DB = "errors.flatten(1).mean(1)", "-10 * mse.log10()"
GAPS, ROWS = "(x_hat - x).flatten(1)", "x.flatten(1)"
check.mistakes(
    {
        "the peak is 1, the largest value possible: none that occurs, nor 255.": edits(
            "mse.log10()",
            "(mse / {} ** 2).log10()",
            *(f"{ROWS}.amax(1)", "x_hat.flatten(1).amax(1)", "x.max()", "255"),
            f"({ROWS}.amax(1) - {ROWS}.amin(1))",
        ),
        "this is the plain signal-to-noise ratio: divide 1, the peak, by the MSE.": (
            f"mse.log10() -> (mse / {ROWS}.square().mean(1)).log10()"
        ),
        "x_hat is cut to [0, 1]: do not cut it.": "x_hat -> x_hat.clamp(0, 1)",
        "you averaged the channels' decibels: take one MSE of all.": of_channels,
        "square each error first: this is a variance, or the square of a mean.": edits(
            MEAN, f"{GAPS}.{{}}", "var(1)", "var(1, correction=0)", "mean(1).square()"
        ),
        "square each error: no absolute ones, and no plain ones, which cancel.": edits(
            ".square()", "{}", ".abs()", ""
        ),
        "take the mean of each image's own values: no sum, not the whole batch.": edits(
            MEAN,
            "errors{}",
            *(".flatten(1).sum(1)", ".flatten(1).sum(1) / 784", ""),
            *(".mean()", ".mean().expand(len(x))"),
        ),
        "decibels are -10 log10(MSE): is a sign, a factor or the base another?": [
            *edits("-10", "{}", -1, 5, -5, 10, -20),
            *edits(DB, "{} * mse.log()", -10, -1, -20, "10 * mse.log2()"),
        ],
        "this is the mean squared error: its logarithm is missing.": f"{DB} -> mse",
    }
)
