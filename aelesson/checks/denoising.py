"""The checks of lesson 05: noise, decibels, a denoiser's loss, Tweedie's formula."""

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

import torch
from torch import Tensor

from aelesson.checks.denoising_loss import denoising_loss
from aelesson.checks.denoising_noise import add_gaussian_noise
from aelesson.checks.denoising_salt import salt_and_pepper
from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check

__all__ = [
    "add_gaussian_noise",
    "denoising_loss",
    "psnr",
    "salt_and_pepper",
    "tweedie_denoise",
]

BATCHES = ((4, 1, 5, 6), (1, 3, 4, 2), (3, 10), (2, 2, 2, 3, 2))


@check(f"right on {len(BATCHES)} batches, and on equal images")
def psnr(function: Answer) -> None:
    """Check `psnr(x_hat, x)`: decibels per image, `(B,)`."""
    for shape in BATCHES:
        x = 0.9 * torch.rand(shape)
        x_hat = x + torch.linspace(0.05, 0.3, len(x)).view(-1, *[1] * (len(shape) - 1))
        x_hat = x_hat + 0.1 * torch.randn(shape)
        decibels = _decibels(function, x_hat, x)
        errors = (x_hat - x).double().square().flatten(1)
        given = f"images of shape {shape}"
        expect_close(decibels, -10 * errors.mean(1).log10(), given, _mispsnr(x_hat, x))
    _expect_infinity(function)


def _decibels(function: Answer, x_hat: Tensor, x: Tensor) -> Tensor:
    got = call(function, PSNR_HINTS, x_hat=x_hat, x=x)
    batch, sides = len(x), tuple(x.shape[1:])
    average = "average over all dimensions but the first."
    hints = {tuple(x.shape): f"one value per pixel; {average}"}
    hints |= {
        sides[1:]: average,
        (batch, *sides[:1]): f"the channels are left; {average}",
    }
    hints |= {(): f"one number for the whole batch; {average}"}
    hints |= {(batch, *[1] * n): "average without `keepdim`." for n in (1, len(sides))}
    return expect_tensor(got, (batch,), hints)


PSNR_HINTS = {
    "Dimension out of range": "flatten(1) first: images may have any shape.",
    "values to unpack": "flatten(1) first: images may have any shape.",
    "must be Tensor, not float": "take `.log10()` of the tensor, not of a number.",
}


def _mispsnr(x_hat: Tensor, x: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the decibels that it leads to."""
    gaps = (x_hat - x).double().flatten(1)
    mse, peaks = gaps.square().mean(1), x.double().flatten(1).amax(1)
    right = -10 * mse.log10()
    top = x.double().max()
    return {
        "the sign is missing: a small error must give many decibels.": -right,
        "the 10 in front is missing: decibels are tenths of a bel.": right / 10,
        "20 log10 belongs to the root of the MSE: take 10 for the MSE.": 2 * right,
        "`log` has the base e: take log10.": (-10 * mse.log(), -mse.log()),
        "`log2` has the base 2: take log10.": -10 * mse.log2(),
        "you took the root as well: 10 log10 belongs to the MSE.": right / 2,
        "you summed over the pixels: take their mean.": (
            -10 * gaps.square().sum(1).log10()
        ),
        "you took absolute errors: square them.": -10 * gaps.abs().mean(1).log10(),
        "you averaged before squaring: square first.": (
            -10 * gaps.mean(1).square().log10()
        ),
        "each image got the value of the whole batch: average over its own pixels.": (
            -10 * mse.mean().log10().expand(len(x)),
            right.mean().expand(len(x)),
        ),
        "the peak is 1 here, not 255: pixels are in [0, 1].": (
            20 * torch.log10(torch.tensor(255.0)) + right
        ),
        "the peak is the largest value possible, 1, not the largest that occurs.": (
            right + 20 * peaks.log10(),
            right + 20 * top.log10(),
        ),
        "this is the plain signal-to-noise ratio: divide 1, the peak, by the MSE.": (
            10 * (x.double().flatten(1).square().mean(1) / mse).log10()
        ),
        "do not cut or round the pixels: the error is that of x_hat as it is.": (
            -10 * (x_hat.clamp(0, 1) - x).double().square().flatten(1).mean(1).log10()
        ),
        "this is the mean squared error: its logarithm is missing.": mse,
    }


def _expect_infinity(function: Answer) -> None:
    x = torch.rand(3, 1, 4, 5)
    x_hat = x.clone()
    x_hat[1] += 1e-4
    decibels = _decibels(function, x_hat, x)
    expected = -10 * (x_hat[1] - x[1]).double().square().mean().log10()
    if not (decibels[0] == decibels[2] == torch.inf):
        raise CheckFailed(
            f"for an image that equals its clean one you returned {decibels[0]:.4g}, "
            "expected inf.\nAdd nothing to the error and clamp nothing: "
            "log10(0) is -inf, as it should be."
        )
    expect_close(
        decibels[1],
        expected,
        "an image that is wrong by 0.0001 in every pixel",
        {"do not add a small number to the error, nor bound the result.": torch.inf},
    )


@dataclass(frozen=True)
class _Prior:
    """Clean points from one normal distribution per dimension, and noise on them."""

    mean: float
    std: float
    noise: float
    shape: tuple[int, int]
    dtype: torch.dtype = torch.float32

    def points(self) -> Tensor:
        """Draw noisy points `(B, D)`."""
        spread = hypot(self.std, self.noise)
        return self.mean + spread * torch.randn(self.shape, dtype=self.dtype)

    def score(self) -> Callable[[Tensor], Tensor]:
        """Return the gradient of the log-density of the noisy points."""

        def score(points: Tensor) -> Tensor:
            if points.dim() != 2 or points.shape[1] != self.shape[1]:
                raise ValueError(
                    f"score takes points (B, {self.shape[1]}), got shape "
                    f"{tuple(points.shape)}"
                )
            uphill: Tensor = (self.mean - points) / (self.std**2 + self.noise**2)
            return uphill

        return score

    def best(self, points: Tensor) -> Tensor:
        """Weigh the prior's mean against the point, by their precisions."""
        trust = self.std**2 / (self.std**2 + self.noise**2)
        return trust * points + (1 - trust) * self.mean


PRIORS = (
    _Prior(0.0, 1.0, 0.6, (5, 3)),
    _Prior(2.0, 0.7, 1.5, (1, 4)),
    _Prior(-1.0, 0.3, 2.0, (7, 1)),
    _Prior(0.5, 2.0, 0.2, (4, 2), torch.float64),
)


@check(f"right on {len(PRIORS)} densities")
def tweedie_denoise(function: Answer) -> None:
    """Check `tweedie_denoise(x_noisy, score, std)`: the posterior mean, `(B, D)`."""
    for prior in PRIORS:
        points, score, std = prior.points(), prior.score(), prior.noise
        got = call(function, TWEEDIE_HINTS, x_noisy=points, score=score, std=std)
        shapes: dict[tuple[int, ...], str] = {
            (prior.shape[0],): "keep the dimensions: one value for each of x_noisy."
        }
        cleaned = expect_tensor(got, prior.shape, shapes, prior.dtype)
        given = f"clean points with std {prior.std}, and noise with std {std}"
        expect_close(cleaned, prior.best(points), given, _misclean(points, score, std))


TWEEDIE_HINTS = {
    "takes points (B,": "hand x_noisy to the score whole, as it is: (B, D).",
    "unsupported operand type(s) for *: 'float' and 'function'": (
        "score is a function: call it, `score(x_noisy)`."
    ),
}


def _misclean(
    points: Tensor, score: Callable[[Tensor], Tensor], std: float
) -> Mistakes:
    """Give each known mistake its diagnosis and the points that it leads to."""
    step = score(points)
    best = points + std**2 * step
    return {
        "you stepped downhill: add the score, do not subtract it.": (
            points - std**2 * step
        ),
        "the step has std in it, not its square: the variance belongs there.": (
            points + std * step
        ),
        "the step lacks the variance: multiply the score by std**2.": points + step,
        "you divided by the variance: multiply by it.": points + step / std**2,
        "this is the step alone: add it to x_noisy.": std**2 * step,
        "this is half the step: Langevin dynamics halve it, Tweedie does not.": (
            points + std**2 / 2 * step
        ),
        "the step is twice too long: std**2 has no factor in front.": (
            points + 2 * std**2 * step
        ),
        "you cut the result to [0, 1]: points may lie anywhere.": best.clamp(0, 1),
        "this is x_noisy itself: the step is missing.": points,
        "this is the score: the best guess is x_noisy plus a multiple of it.": step,
        "one step only: the score is that of x_noisy, not of the cleaned points.": (
            best + std**2 * score(best),
            points + std**2 * score(best),
        ),
    }
