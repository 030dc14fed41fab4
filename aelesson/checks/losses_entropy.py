"""The check of `bernoulli_entropy`, an exercise of lesson 02."""

from math import log

import torch
from torch import Tensor
from torch.special import entr

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.losses_images import (
    BATCHES,
    HINTS,
    general_mistakes,
    per_image,
)
from aelesson.checks.wording import close

_NAN = (
    "your entropy is {value} where a pixel is {pixel:g}: 0 * log(0) is nan for "
    "torch.\nIt counts as 0: torch.xlogy(x, x) knows that."
)
_EPSILON = (
    "nearly: got {value:.2g} for an image of black and white pixels, expected 0.\n"
    "Your epsilon or clamp adds up, or that of a library function (PyTorch's Bernoulli "
    "clamps inside); torch.xlogy(x, x) needs none."
)
_LATE = (
    "nan_to_num comes after the sum: one black or white pixel then wipes out its image."
    "\nUse torch.xlogy(x, x), or mend each pixel before the sum."
)
_LARGE_EPSILON = (
    "your epsilon changes grey pixels as well: torch.xlogy(x, x) needs none."
)
EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4)


@check(f"right on {len(BATCHES)} batches, black and white pixels among them")
def bernoulli_entropy(function: Answer) -> None:
    """Check `bernoulli_entropy(x)`: nats per image, with 0 log 0 = 0."""
    for shape, dtype in BATCHES:
        x = 0.02 + 0.96 * torch.rand(shape, dtype=dtype)
        got = call(function, HINTS, x=x)
        entropy = expect_tensor(got, shape[:1], per_image(shape), dtype)
        expected = (entr(x.double()) + entr(1 - x.double())).flatten(1).sum(1)
        given = f"x of shape {shape}, all pixels grey"
        expect_close(entropy, expected, given, _mistakes(x, expected))
    for pixel in (0.0, 1.0):
        _expect_zero(function, torch.full((2, 1, 9, 9), pixel), pixel)
        doubles = torch.full((2, 1, 28, 28), pixel, dtype=torch.float64)
        _expect_zero(function, doubles, pixel)
    x = torch.tensor([[0.0, 1.0, 0.5, 0.25], [1.0, 1.0, 0.0, 0.0]])
    expected = torch.tensor([log(2) - 0.25 * log(0.25) - 0.75 * log(0.75), 0.0])
    entropy = expect_tensor(call(function, HINTS, x=x), (2,), per_image((2, 4)))
    late = {_LATE: torch.zeros(2)}
    expect_close(entropy, expected, f"x = {x.tolist()}", late)


def _expect_zero(function: Answer, x: Tensor, pixel: float) -> None:
    """Raise unless the entropy of images with only this pixel, 0 or 1, is 0."""
    got = expect_tensor(call(function, HINTS, x=x), (len(x),), per_image(x.shape))
    worst = got.detach().abs().max()
    if not got.isfinite().all():
        raise CheckFailed(_NAN.format(value=got[0].item(), pixel=pixel))
    if not close(got, torch.zeros(len(x))) and worst < 0.1 * x[0].numel():
        raise CheckFailed(_EPSILON.format(value=got[0].item()))
    expect_close(got, torch.zeros(len(x)), f"images whose pixels are all {pixel:g}")


def _mistakes(x: Tensor, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    x = x.double().flatten(1)
    white, black = entr(x).sum(1), entr(1 - x).sum(1)
    return {
        "the second half is missing: (1 - x) log(1 - x).": white,
        "the first half is missing: x log x.": black,
        "one half has the wrong sign: both are subtracted.": (
            white - black,
            black - white,
        ),
        "weigh each logarithm: x log x, not log x alone.": (
            -(x.log() + (1 - x).log()).sum(1),
            -x.log().sum(1),
        ),
        "x and 1 - x are crossed: each is multiplied by its own logarithm.": (
            -(x * (1 - x).log() + (1 - x) * x.log()).sum(1)
        ),
        "this is the variance, x (1 - x): take logarithms.": (x * (1 - x)).sum(1),
        "you took the pixels for logits: x is the probability of white itself.": (
            entr(x.sigmoid()) + entr(1 - x.sigmoid())
        ).sum(1),
        "you took the pixels for shares of one whole: each pixel has two outcomes.": (
            entr(x / x.sum(1, keepdim=True)).sum(1)
        ),
        "you rounded the pixels: leave them grey.": torch.zeros(len(x)),
        _LARGE_EPSILON: tuple(
            -(x * (x + tiny).log() + (1 - x) * (1 - x + tiny).log()).sum(1)
            for tiny in EPSILONS
        ),
        **general_mistakes(right, x.shape[1]),
    }
