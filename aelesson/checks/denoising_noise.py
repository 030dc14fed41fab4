"""The check of `add_gaussian_noise`, an exercise of lesson 05."""

from functools import partial
from math import erf, exp, pi, sqrt

import torch
from torch import Tensor

from aelesson.checks.denoising_random import (
    MANY,
    SIGMAS,
    Corrupt,
    bind,
    corrupted,
    expect_kept,
    expect_own_randomness,
    expect_share,
)
from aelesson.checks.harness import Answer, CheckFailed, check

SHAPES = ((2, 1, 3, 5), (1, 4), (3, 2, 4, 1))
STD = 0.3
BELOW_ONE_STD = erf(1 / sqrt(2))


@check("right on average, with and without clamping")
def add_gaussian_noise(function: Answer) -> None:
    """Check `add_gaussian_noise(x, std, generator, clamp)`: noise from a generator."""
    add = partial(bind, function, ("x", "std", "generator", "clamp"))
    for dtype in (torch.float32, torch.float64, torch.float16):
        for shape in SHAPES:
            for clamp in (False, True):
                corrupted(add(STD, clamp), torch.rand(shape, dtype=dtype))
    for clamp in (False, True):
        expect_own_randomness(add(STD, clamp))
        x = torch.rand(2, 1, 4, 3)
        expect_kept(corrupted(add(0.0, clamp), x), x, "with std 0")
    for level in (0.0, 0.75):
        _expect_noise(add(STD, False), level)
    _expect_clamped(add(STD, True))


def _expect_noise(add: Corrupt, level: float) -> None:
    """Ask for independent normal noise on grey images of one level."""
    x = torch.full(MANY, level)
    noisy = corrupted(add, x)
    noise = (noisy - x).double()
    if not noise.any():
        raise CheckFailed(
            f"no noise on images of grey {level:g}: add noise, do not multiply by it."
        )
    _expect_unclamped(noisy)
    _expect_own_noise(noisy)
    std = noise.std(correction=0).item()
    _expect_scale(std, level)
    mean = noise.mean().item()
    if abs(mean) > SIGMAS * STD / sqrt(noise.numel()):
        raise CheckFailed(f"the noise has the mean {mean:.4f}: it must be 0.")
    expect_share(
        float((noise.abs() < STD).double().mean()),
        BELOW_ONE_STD,
        noise.numel(),
        "share of the noise that is smaller than one standard deviation",
        {"this noise is not normal: draw it with torch.randn.": 1 / sqrt(3)},
    )


def _expect_unclamped(noisy: Tensor) -> None:
    low, high = noisy.min().item(), noisy.max().item()
    if low >= 0 and high <= 1 and ((noisy == 0) | (noisy == 1)).any():
        raise CheckFailed("you clamped although clamp is False.")


def _expect_own_noise(noisy: Tensor) -> None:
    """Ask that hardly any two values are equal: all were the same level before."""
    values = noisy.unique().numel()
    if values < 0.9 * noisy.numel():
        apart = "all images" if torch.equal(noisy[0], noisy[1]) else "many pixels"
        raise CheckFailed(
            f"{apart} got the same noise: {values:,} different values in "
            f"{noisy.numel():,}.\nDraw noise of the shape of x, the batch included."
        )


def _expect_scale(std: float, level: float) -> None:
    count = torch.Size(MANY).numel()
    known = {
        "you scaled the noise by std**2: std is the standard deviation.": STD**2,
        "you took std for the variance: no root of it is needed.": sqrt(STD),
        "std is not used: multiply the noise by it.": 1.0,
        "this is uniform noise, not normal: draw it with torch.randn.": STD / sqrt(12),
        "uniform noise from -std to std is not normal: use torch.randn.": STD / sqrt(3),
        "you multiplied x by the noise: add it.": STD * level,
        "you took the absolute value of the noise: leave its sign.": (
            STD * sqrt(1 - 2 / pi)
        ),
    }
    told = f"standard deviation of the noise: {std:.4f}, expected about {STD}"
    if _near(std, STD, count):
        return
    for diagnosis, other in known.items():
        if other and _near(std, other, count):
            raise CheckFailed(f"{diagnosis}\n({told}.)")
    raise CheckFailed(f"{told}.")


def _near(std: float, other: float, count: int) -> bool:
    return abs(std / other - 1) < SIGMAS / sqrt(2 * count)


def _expect_clamped(add: Corrupt) -> None:
    """Ask that black and white images keep half of their noise, cut to [0, 1]."""
    black, white = corrupted(add, torch.zeros(MANY)), corrupted(add, torch.ones(MANY))
    low, high = black.min().item(), white.max().item()
    if low < 0 or high > 1:
        raise CheckFailed(
            f"with clamp True the result goes from {low:.3g} to {high:.3g}.\n"
            "Cut the noisy image to [0, 1]: not the noise, and not x before it."
        )
    given = "share of exact zeros after clamping a noisy black image"
    expect_share(
        float((black == 0).double().mean()),
        0.5,
        black.numel(),
        given,
        {"you rescaled to [0, 1] or took absolute values: cut with clamp(0, 1).": 0.0},
    )
    bias = _half_normal_mean()
    for name, mean, expected in (
        ("black", black.double().mean().item(), bias),
        ("white", white.double().mean().item(), 1 - bias),
    ):
        if abs(mean - expected) > SIGMAS * STD / sqrt(black.numel()):
            raise CheckFailed(
                f"the mean of clamped noisy {name} images is {mean:.4f}, expected "
                f"about {expected:.4f}.\nAdd the noise first, then cut to [0, 1]."
            )


def _half_normal_mean() -> float:
    """Return the mean of normal noise that is cut to [0, 1]."""
    top = 1 / STD
    body = STD * (1 - exp(-(top**2) / 2)) / sqrt(2 * pi)
    return body + (1 - erf(top / sqrt(2))) / 2
