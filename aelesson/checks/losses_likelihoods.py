"""The checks of `gaussian_nll` and `laplace_nll`, exercises of lesson 02."""

from math import log, pi

import torch
from torch import Tensor
from torch.distributions import Laplace, Normal

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.losses_images import (
    BATCHES,
    HINTS,
    expect_gradient_flows,
    general_mistakes,
    per_image,
)
from aelesson.checks.wording import close

WIDTHS = (0.3, 2.0, 0.7, 1.5)  # std or scale, one for each batch; none is 1
EPSILONS = (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)

_UNDERFLOW = (
    "exp underflows: far from x_hat the density is 0 for the computer, and its log "
    "-inf.\nTake the logarithm by hand: log(exp(-u)) is -u. An epsilon or a clamp "
    "only hides it."
)
_HARD_CODED = (
    "is a number such as 784 written in your code? Take the number of pixels from x."
)


@check(f"right on {len(BATCHES)} batches, and gradients flow")
def gaussian_nll(function: Answer) -> None:
    """Check `gaussian_nll(x_hat, x, std)`: nats per image, constant included."""
    for (shape, dtype), std in zip(BATCHES, WIDTHS, strict=True):
        x_hat, x = torch.randn(2, *shape, dtype=dtype)
        got = call(function, HINTS, x_hat=x_hat, x=x, std=std)
        nll = expect_tensor(got, shape[:1], per_image(shape), dtype)
        expected = -Normal(x_hat, std).log_prob(x).flatten(1).sum(1)
        if nll.isinf().any():
            raise CheckFailed(_UNDERFLOW)
        given = f"x of shape {shape}, std = {std}"
        expect_close(nll, expected, given, _gaussian_mistakes(x - x_hat, std, expected))
        gradient = (x_hat - x) / std**2
        expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, std=std)
    x_hat, x = _far_apart(45 * 2.0)
    expected = -Normal(x_hat, 2.0).log_prob(x).sum(1)
    _expect_no_underflow(function, expected, x_hat=x_hat, x=x, std=2.0)
    given, gradient = "errors of 45 standard deviations", (x_hat - x) / 4
    expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, std=2.0)


def _far_apart(distance: float) -> tuple[Tensor, Tensor]:
    """Return reconstructions and images of doubles, far apart in the second image."""
    x_hat = torch.tensor([[0.5, 0.25], [0.5, 0.25]], dtype=torch.float64)
    return x_hat, x_hat + torch.tensor([[1.0, -1.0], [distance, -distance]])


def _expect_no_underflow(
    function: Answer, expected: Tensor, /, **arguments: object
) -> None:
    """Raise unless the losses of errors of this size are right."""
    nll = expect_tensor(call(function, HINTS, **arguments), expected.shape)
    if not nll.isfinite().all() or (nll[1] < expected[1] and not close(nll, expected)):
        raise CheckFailed(_UNDERFLOW)
    expect_close(nll, expected, "errors about 1000 nats from x_hat")


def _with_epsilons(nats: Tensor, constant: float) -> tuple[Tensor, ...]:
    """Return sums of -log(exp(-u) / z + epsilon) or -log(exp(-u) + epsilon) + log z."""
    inside = [-((-nats - constant).exp() + tiny).log() for tiny in EPSILONS]
    outside = [-((-nats).exp() + tiny).log() + constant for tiny in EPSILONS]
    return tuple(values.sum(1) for values in inside + outside)


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
        "log(2 pi) / 2 has the wrong sign.": main + pixels * (log_std - half),
        "both constants have the wrong sign: add them.": main - constant,
        _HARD_CODED: main + 784 * (log_std + half),
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
        "you forgot to square the errors.": gap.sum(1) / (2 * std**2) + constant,
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
        _UNDERFLOW: _with_epsilons(
            gap.double().square() / (2 * std**2), log_std + half
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
        if nll.isinf().any():
            raise CheckFailed(_UNDERFLOW)
        given = f"x of shape {shape}, scale = {scale}"
        mistakes = _laplace_mistakes(x - x_hat, scale, expected)
        expect_close(nll, expected, given, mistakes)
        x[0] = x_hat[0]  # where the error is 0, the gradient may be any finite one
        gradient = (x_hat - x).sign() / scale
        gradient[0] = torch.nan
        given += ", some errors 0"
        expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, scale=scale)
    x_hat, x = _far_apart(1000 * 2.0)
    expected = -Laplace(x_hat, 2.0).log_prob(x).sum(1)
    _expect_no_underflow(function, expected, x_hat=x_hat, x=x, scale=2.0)
    given, gradient = "errors of 1000 times the scale", (x_hat - x).sign() / 2
    expect_gradient_flows(function, gradient, given, x_hat=x_hat, x=x, scale=2.0)


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
        _HARD_CODED: main + 784 * log(2 * scale),
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
        _UNDERFLOW: _with_epsilons(gap.double().abs() / scale, log(2 * scale)),
        **general_mistakes(right, pixels),
    }
