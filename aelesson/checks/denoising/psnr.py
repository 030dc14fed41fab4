"""`psnr(x_hat, x)`: decibels of each image, `(B,)`; inf for one that equals x."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding, returned


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
    return [*map(pair, shapes), {"x_hat": x + off, "x": x}]


def observe(answer, case):
    equal = (case["x_hat"] == case["x"]).flatten(1).all(1)
    for aspect, value in returned()(answer, case):
        if aspect == "value" and isinstance(value, Tensor) and equal.any():
            yield "equal images", of_equal_images(value, equal)
        yield aspect, value


def of_equal_images(value, equal):
    """Ask for inf where an image equals its clean one."""
    if value.shape != equal.shape or not value[equal].isfinite().any():
        return FINE
    told = (
        f"an image that equals its clean one got {value[equal][0]:.4g}, expected inf."
    )
    cure = (
        "Is something added to the error, or bounded? log10(0) is -inf, as it"
        " should be."
    )
    return Finding(f"{value.detach().double().round(decimals=2)}", f"{told}\n{cure}")


ANY_SHAPE = "flatten(1) first: images may have any shape."
check = Exercise(
    psnr,
    cases,
    observe,
    errors={
        "Dimension out of range": ANY_SHAPE,
        "values to unpack": ANY_SHAPE,
        "one element tensors": (
            "math.log10 takes one number: use .log10() of the tensor."
        ),
        "must be Tensor, not float": "take .log10() of the tensor, not of a number.",
    },
)


def of_channels(x_hat, x):
    if x.dim() < 3:
        return psnr(x_hat, x)
    return -10 * (x_hat - x).square().flatten(2).mean(2).log10().mean(1)


MEAN, DB = "errors.flatten(1).mean(1) ->", "-10 * mse.log10() ->"
GAPS = f"{MEAN} (x_hat - x).flatten(1)"
ROWS = "x.flatten(1).amax(1)", "x.flatten(1).amin(1)"
SMALL = (1e-12, 1e-10, 1e-9, 1e-8, 1e-6)
PEAKS = (ROWS[0], "x_hat.flatten(1).amax(1)", "x.max()", f"({ROWS[0]} - {ROWS[1]})")
check.mistakes(
    {
        "the peak is the largest value possible, 1, not the largest that occurs.": [
            f"{DB} -10 * (mse / {peak} ** 2).log10()" for peak in PEAKS
        ],
        "this is the plain signal-to-noise ratio: divide 1, the peak, by the MSE.": (
            f"{DB} -10 * (mse / x.square().flatten(1).mean(1)).log10()"
        ),
        "x_hat is cut to [0, 1]: do not cut it.": "x_hat -> x_hat.clamp(0, 1)",
        "you averaged the channels' decibels: take one MSE over all values.": (
            of_channels
        ),
        "this is the variance, around the mean error: take the squares' mean.": [
            f"{GAPS}.var(1, correction={n})" for n in (0, 1)
        ],
        "you averaged before squaring: square first.": f"{GAPS}.mean(1).square()",
        "you took absolute errors: square them.": "square() -> abs()",
        "the errors are not squared, so they cancel: square each.": ".square() ->",
        "you summed over the pixels: take their mean.": "mean(1) -> sum(1)",
        "one number for the whole batch: take the mean of each image's pixels.": (
            f"{MEAN} errors.mean()"
        ),
        "each image got the value of the whole batch: take its own pixels' mean.": (
            f"{MEAN} errors.mean().expand(len(x))"
        ),
        "one value for each pixel: take each image's mean.": f"{MEAN} errors",
        "you divided by a fixed number: divide by that of each image's values.": (
            f"{MEAN} errors.flatten(1).sum(1) / 784"
        ),
        "a small number is added to the error: one of exactly 0 must give inf.": [
            f"mse.log10() -> (mse + {eps}).log10()" for eps in SMALL
        ],
        "a small error is taken for none: only exactly 0 gives inf.": (
            "mse.log10() -> mse.masked_fill(mse < 1e-7, 0).log10()"
        ),
        "the sign is missing: a small error gives many decibels.": "-10 -> 10",
        "the 10 in front is missing: decibels are tenths.": "10 * ->",
        "20 log10 belongs to the root of the MSE: take 10 for the MSE.": "10 -> 20",
        "log() has the base e: take log10().": [
            f"{DB} {factor} * mse.log()" for factor in (-10, -1, -20)
        ],
        "log2() has the base 2: take log10().": "log10 -> log2",
        "you took the root as well: 10 log10 belongs to the MSE itself.": "10 -> 5",
        "the peak is 1 here, not 255: pixels are in [0, 1].": (
            f"{DB} 10 * (255**2 / mse).log10()"
        ),
        "this is the mean squared error: its logarithm is missing.": f"{DB} mse",
    }
)
