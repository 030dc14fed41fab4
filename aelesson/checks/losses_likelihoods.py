"""The checks of `gaussian_nll` and `laplace_nll`, exercises of lesson 02."""

from math import log, pi

import torch
from torch import Tensor
from torch.distributions import Laplace, Normal

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, call, check
from aelesson.checks.losses_images import (
    BATCHES,
    HINTS,
    expect_gradient_flows,
    general_mistakes,
    per_image,
)

WIDTHS = (0.3, 2.0, 0.7, 1.5)  # std or scale, one for each batch; none is 1


@check(f"right on {len(BATCHES)} batches, and gradients flow")
def gaussian_nll(function: Answer) -> None:
    """Check `gaussian_nll(x_hat, x, std)`: nats per image, constant included."""
    for (shape, dtype), std in zip(BATCHES, WIDTHS, strict=True):
        x_hat, x = torch.randn(2, *shape, dtype=dtype)
        got = call(function, HINTS, x_hat=x_hat, x=x, std=std)
        nll = expect_tensor(got, shape[:1], per_image(shape), dtype)
        expected = -Normal(x_hat, std).log_prob(x).flatten(1).sum(1)
        given = f"x of shape {shape}, std = {std}"
        expect_close(nll, expected, given, _gaussian_mistakes(x - x_hat, std, expected))
        gradient = (x_hat - x) / std**2
        expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, std=std)


def _gaussian_mistakes(gap: Tensor, std: float, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    gap = gap.flatten(1)
    pixels = gap.shape[1]
    squares, absolutes = gap.square().sum(1), gap.abs().sum(1)
    main = squares / (2 * std**2)
    log_std, half = log(std), 0.5 * log(2 * pi)
    constant = pixels * (log_std + half)
    return {
        "the constant is missing: log(std) + log(2 pi) / 2 for every pixel.": main,
        "log(2 pi) / 2 is missing, once for every pixel.": main + pixels * log_std,
        "log(std) is missing, once for every pixel.": main + pixels * half,
        "a constant came once per image: every pixel has its own.": (
            main + log_std + half,
            main + log_std + pixels * half,
            main + pixels * log_std + half,
        ),
        "log(2 pi) must be halved.": main + constant + pixels * half,
        "log(2 pi) is wanted, and you have log(pi) or log(2).": (
            main + pixels * (log_std + 0.5 * log(pi)),
            main + pixels * (log_std + 0.5 * log(2)),
        ),
        "log(std) has the wrong sign.": main + pixels * (half - log_std),
        "you added log(std ** 2), twice log(std).": main + constant + pixels * log_std,
        "you halved log(std): only log(2 pi) has the factor 1/2.": (
            main + constant - pixels * log_std / 2
        ),
        "the factor 1/2 of the squared error is missing.": 2 * main + constant,
        "divide the squared error by 2 std ** 2: the square is missing.": (
            squares / (2 * std) + constant
        ),
        "divide the squared error by std ** 2.": squares / 2 + constant,
        "brackets are missing: a / 2 * b is (a / 2) * b, not a / (2 * b).": (
            squares / 2 * std**2 + constant,
            squares / 2 * std + constant,
        ),
        "you took absolute errors: square them.": (
            absolutes / (2 * std**2) + constant,
            absolutes / std + pixels * log(2 * std),
        ),
        "std was taken for the variance: F.gaussian_nll_loss wants std ** 2.": (
            squares / (2 * std) + pixels * log_std / 2,
            squares / (2 * std) + pixels * (log_std / 2 + half),
        ),
        "the squared errors were averaged: sum them over the pixels.": (
            main / pixels + constant
        ),
        **general_mistakes(right, pixels),
    }


@check(f"right on {len(BATCHES)} batches, and gradients flow")
def laplace_nll(function: Answer) -> None:
    """Check `laplace_nll(x_hat, x, scale)`: nats per image, constant included."""
    for (shape, dtype), scale in zip(BATCHES, WIDTHS, strict=True):
        x_hat, x = torch.randn(2, *shape, dtype=dtype)
        got = call(function, HINTS, x_hat=x_hat, x=x, scale=scale)
        nll = expect_tensor(got, shape[:1], per_image(shape), dtype)
        expected = -Laplace(x_hat, scale).log_prob(x).flatten(1).sum(1)
        given = f"x of shape {shape}, scale = {scale}"
        mistakes = _laplace_mistakes(x - x_hat, scale, expected)
        expect_close(nll, expected, given, mistakes)
        x[0] = x_hat[0]  # where the error is 0, the gradient may be any finite one
        gradient = (x_hat - x).sign() / scale
        gradient[0] = torch.nan
        given += ", some errors 0"
        expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, scale=scale)


def _laplace_mistakes(gap: Tensor, scale: float, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    gap = gap.flatten(1)
    pixels = gap.shape[1]
    squares, absolutes = gap.square().sum(1), gap.abs().sum(1)
    main, constant = absolutes / scale, pixels * log(2 * scale)
    return {
        "the constant is missing: log(2 * scale) for every pixel.": main,
        "the 2 in log(2 * scale) is missing.": main + pixels * log(scale),
        "the scale in log(2 * scale) is missing.": main + pixels * log(2),
        "the constant came once per image: every pixel has its own.": (
            main + log(2 * scale)
        ),
        "log(2 * scale) has the wrong sign.": main - constant,
        "you halved the constant.": main + constant / 2,
        "divide the absolute error by scale, without a 2.": (
            absolutes / (2 * scale) + constant
        ),
        "divide the absolute error by scale.": absolutes + constant,
        "you multiplied the absolute error by scale: divide.": (
            absolutes * scale + constant
        ),
        "divide by scale, not by its square.": absolutes / scale**2 + constant,
        "you squared the errors: take absolute values.": (
            squares / scale + constant,
            squares / (2 * scale) + constant,
            squares / (2 * scale**2) + constant,
            squares / (2 * scale**2) + pixels * (log(scale) + 0.5 * log(2 * pi)),
        ),
        "take the absolute value of every error before you add them up.": (
            gap.sum(1) / scale + constant,
            -gap.sum(1) / scale + constant,
            gap.sum(1).abs() / scale + constant,
        ),
        "scale is no standard deviation: std = sqrt(2) * scale here.": (
            2**0.5 * main + pixels * log(2**0.5 * scale)
        ),
        "the absolute errors were averaged: sum them over the pixels.": (
            main / pixels + constant
        ),
        **general_mistakes(right, pixels),
    }
