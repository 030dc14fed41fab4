"""The check of `bernoulli_nll`, an exercise of lesson 02."""

from math import log

import torch
import torch.nn.functional as F
from torch import Tensor

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

FAR = ((-1000.0, 1.0), (1000.0, 0.0), (1000.0, 1.0), (-1000.0, 0.25), (-60.0, 1.0))
"""Logits of large size, each with its pixel."""

_CLAMPED = (
    "you cut the logarithm off: at a logit of {logit:g} and a pixel of {pixel:g}, the "
    "loss is {right:g}.\nAn epsilon, a clamp or F.binary_cross_entropy hides it: "
    "start from the logits, with F.logsigmoid or F.softplus."
)
_OVERFLOW = (
    "your loss is {got} at a logit of {logit:g}: the sigmoid rounds to 0 or 1, or an "
    "exp overflows.\nDo not take the log of a sigmoid: F.logsigmoid(a) is exact for "
    "any logit a."
)
_CORNER = (
    "your values are right, but at a logit of exactly 0 and a pixel of {pixel:g} your "
    "gradient is {got:g}, not {right:g}.\nThe formula has a corner there, as relu and "
    "clamp have: use F.softplus or F.binary_cross_entropy_with_logits."
)
_NO_PROBABILITIES = (
    "these are logits, any real numbers: F.binary_cross_entropy wants probabilities.\n"
    "Use the formula with F.logsigmoid, or the function that ends in _with_logits."
)


@check(f"right on {len(BATCHES)} batches and at logits up to 1000, and gradients flow")
def bernoulli_nll(function: Answer) -> None:
    """Check `bernoulli_nll(logits, x)`: the BCE in nats per image, from logits."""
    hints = HINTS | {"should be between 0 and 1": _NO_PROBABILITIES}
    for shape, dtype in BATCHES:
        logits, x = 2 * torch.randn(shape, dtype=dtype), _pixels(shape, dtype)
        got = call(function, hints, logits=logits, x=x)
        nll = expect_tensor(got, shape[:1], per_image(shape), dtype)
        expected = _bce(logits, x).flatten(1).sum(1)
        given = f"x of shape {shape}"
        expect_close(nll, expected, given, _mistakes(logits, x, expected))
    _expect_exact_far_out(function)
    logits, x = torch.randn(3, 1, 4, 5), _pixels((3, 1, 4, 5), torch.float32)
    logits[0, 0, 0] = torch.tensor([1000.0, -1000.0, 90.0, -90.0, 300.0])
    gradient = logits.sigmoid() - x
    given = "logits up to 1000"
    expect_gradient_flows(function, gradient, given, logits=logits, x=x)
    _expect_gradient_at_zero(function)


def _pixels(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Draw an image batch with black, white and grey pixels, none at 0.5."""
    return (3 * torch.rand(shape, dtype=dtype) - 1).clamp(0, 1)


def _bce(logits: Tensor, x: Tensor) -> Tensor:
    """Return the BCE of each pixel by its definition, in doubles."""
    a, x = logits.double(), x.double()
    return -(x * F.logsigmoid(a) + (1 - x) * F.logsigmoid(-a))


def _mistakes(logits: Tensor, x: Tensor, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    a, x = logits.double().flatten(1), x.double().flatten(1)
    s, pixels = a.sigmoid(), a.shape[1]
    white, black = -(x * F.logsigmoid(a)).sum(1), -((1 - x) * F.logsigmoid(-a)).sum(1)
    return {
        "the second half is missing: (1 - x) log(1 - s), for what is not white.": white,
        "the first half is missing: x log s, for what is white.": black,
        "log(1 - s) is not 1 - log s: it is F.logsigmoid(-a).": (
            white - ((1 - x) * (1 - F.logsigmoid(a))).sum(1)
        ),
        "log(1 - s) is not -log s: the minus belongs inside, F.logsigmoid(-a).": (
            white + ((1 - x) * F.logsigmoid(a)).sum(1)
        ),
        "1 - s is the sigmoid of -a, not of 1 - a: log(1 - s) is F.logsigmoid(-a).": (
            white - ((1 - x) * F.logsigmoid(1 - a)).sum(1)
        ),
        "x is missing: -log s alone is the loss of a white pixel.": (
            -F.logsigmoid(a).sum(1)
        ),
        "one half has the wrong sign: both are subtracted.": (
            white - black,
            black - white,
        ),
        "x and 1 - x are swapped: where x is 1, s should be 1.": (
            _bce(-a, x).sum(1),
            _bce(a, 1 - x).sum(1),
        ),
        "the sigmoid came twice: give F...._with_logits the logits themselves.": (
            _bce(s, x).sum(1)
        ),
        "logits and x are swapped.": (
            _bce(x, a).sum(1),
            _bce(x, s).sum(1),
        ),
        "grey pixels were rounded to black or white: leave x as it is.": (
            _bce(a, x.round()).sum(1),
            _bce(a, (x > 0).double()).sum(1),
            _bce(a, (x == 1).double()).sum(1),
        ),
        "log(1 + exp(a)) is only half of it: subtract x * a.": F.softplus(a).sum(1),
        "x * a has the wrong sign: it is log(1 + exp(a)) - x * a.": (
            F.softplus(a) + x * a
        ).sum(1),
        "this is the squared error: take the cross-entropy.": (
            (s - x).square().sum(1),
            (s - x).square().sum(1) / pixels,
        ),
        "you subtracted the entropy of x: return the cross-entropy itself.": (
            right - _entropy(x)
        ),
        **general_mistakes(right, pixels),
    }


def _entropy(x: Tensor) -> Tensor:
    entropy: Tensor = torch.special.entr(x) + torch.special.entr(1 - x)
    return entropy.sum(1)


def _expect_exact_far_out(function: Answer) -> None:
    """Raise unless the loss of single pixels is exact at logits of large size."""
    for logit, pixel in FAR:
        logits, x = torch.tensor([[logit]]), torch.tensor([[pixel]])
        got = expect_tensor(call(function, HINTS, logits=logits, x=x), (1,))
        right = _bce(logits, x)[0]
        if close(got, right):
            continue
        facts = {"logit": logit, "pixel": pixel, "right": right.item()}
        if not got.isfinite():
            raise CheckFailed(_OVERFLOW.format(got=got.item(), **facts))
        if abs(got) < right:
            raise CheckFailed(_CLAMPED.format(**facts))
        given = f"a logit of {logit:g} and a pixel of {pixel:g}"
        expect_close(got, right, given, {"this is in bits.": right / log(2)})


def _expect_gradient_at_zero(function: Answer) -> None:
    """Raise unless the gradient at a logit of exactly 0 is s - x."""
    x = torch.tensor([[1.0, 0.0, 0.25, 0.5]])
    logits = torch.zeros_like(x).requires_grad_()
    nll = expect_tensor(call(function, HINTS, logits=logits, x=x), (1,))
    (gradient,) = torch.autograd.grad(nll.sum(), logits)
    for pixel, got in zip(x[0].tolist(), gradient[0].tolist(), strict=True):
        if not close(got, 0.5 - pixel):
            raise CheckFailed(_CORNER.format(pixel=pixel, got=got, right=0.5 - pixel))
