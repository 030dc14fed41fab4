"""The checks of `mse_logit_gradient` and `bce_logit_gradient`, of lesson 02."""

from collections.abc import Callable
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.losses_images import BATCHES, HINTS

FAR = torch.tensor([[-1000.0, 1000.0, -90.0, 90.0, 40.0]])
FAR_PIXELS = torch.tensor([[1.0, 0.25, 0.5, 0.0, 1.0]])

_NO_SUM = "one gradient for every logit; do not sum or average."
_OVERFLOW = (
    "your gradient is nan or inf at logits such as 1000.\n"
    "Is there a division by s, 1 - s, or an exp of the logit? Shorten the formula on "
    "paper, and use torch.sigmoid."
)


@check(f"right on {len(BATCHES)} batches and at logits up to 1000")
def mse_logit_gradient(function: Answer) -> None:
    """Check `mse_logit_gradient(logits, x)`: of the sum of (sigmoid(a) - x)^2."""
    _judge(function, _squared_errors, _mse_mistakes)


@check(f"right on {len(BATCHES)} batches and at logits up to 1000")
def bce_logit_gradient(function: Answer) -> None:
    """Check `bce_logit_gradient(logits, x)`: of the sum of the BCE in nats."""
    _judge(function, _cross_entropies, _bce_mistakes)


def _squared_errors(a: Tensor, x: Tensor) -> Tensor:
    return (a.sigmoid() - x).square()


def _cross_entropies(a: Tensor, x: Tensor) -> Tensor:
    return -(x * F.logsigmoid(a) + (1 - x) * F.logsigmoid(-a))


def _judge(
    function: Answer,
    loss: Callable[[Tensor, Tensor], Tensor],
    mistakes: Callable[[Tensor, Tensor], Mistakes],
) -> None:
    """Compare the learner's gradient of this loss with autograd's."""
    for shape, dtype in BATCHES:
        logits = 6 * torch.rand(shape, dtype=dtype) - 3
        x = torch.rand(shape, dtype=dtype)
        got = call(function, HINTS, logits=logits, x=x)
        gradient = expect_tensor(got, shape, _shapes(shape), dtype)
        expected = _autograd(loss, logits, x)
        a, targets = logits.double(), x.double()
        known = {**mistakes(a, targets), **_general(loss, a, targets, expected)}
        expect_close(gradient, expected, f"logits of shape {shape}", known)
    gradient = expect_tensor(call(function, HINTS, logits=FAR, x=FAR_PIXELS), FAR.shape)
    if not gradient.isfinite().all():
        raise CheckFailed(_OVERFLOW)
    given = f"logits = {FAR[0].tolist()}, x = {FAR_PIXELS[0].tolist()}"
    expect_close(gradient, _autograd(loss, FAR, FAR_PIXELS), given)


def _autograd(
    loss: Callable[[Tensor, Tensor], Tensor], logits: Tensor, x: Tensor
) -> Tensor:
    a = logits.double().requires_grad_()
    return torch.autograd.grad(loss(a, x.double()).sum(), a)[0]


def _shapes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of the gradient of such a batch."""
    flat = "keep the shape of the logits: no flatten."
    return {
        (shape[0], prod(shape[1:])): flat,
        (prod(shape),): flat,
        shape[:1]: _NO_SUM,
        shape[1:]: _NO_SUM,
        (): _NO_SUM,
    }


def _mse_mistakes(a: Tensor, x: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    s = a.sigmoid()
    slope, error = s * (1 - s), s - x
    return {
        "the factor 2, from the square, is missing.": error * slope,
        "s'(a) = s (1 - s) is missing: the chain rule goes through the sigmoid s.": (
            2 * error,
            error,
        ),
        "s'(a) is s (1 - s): s is the sigmoid of the logit, not the logit.": (
            2 * error * a * (1 - a),
            2 * (a - x) * a * (1 - a),
        ),
        "the sigmoid's slope s'(a) is s (1 - s), and you have another slope.": (
            2 * error * s,
            2 * error * (1 - s),
            2 * error * s * (1 + s),
            2 * error * (1 - s.square()),
        ),
        "put the logit through the sigmoid first: the error is sigmoid(a) - x.": (
            2 * (a - x),
            2 * (a - x) * slope,
        ),
        "this is the slope of the sigmoid alone: multiply by 2 (s - x).": slope,
    }


def _bce_mistakes(a: Tensor, x: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    s = a.sigmoid()
    slope, error = s * (1 - s), s - x
    return {
        "you stopped at the probability s: multiply by s'(a) = s (1 - s), which "
        "cancels.": error / slope,
        "s'(a) = s (1 - s) is once too many: in the BCE it cancels.": error * slope,
        "put the logit through the sigmoid first: s, not a.": a - x,
        "the factor 2 belongs to the squared error.": (2 * error, 2 * error * slope),
        "the derivative of the second half is missing: it adds (1 - x) s.": (
            -x * (1 - s)
        ),
        "the derivative of the first half is missing: it adds -x (1 - s).": (1 - x) * s,
        "one half has the wrong sign.": (x * (1 - s) + (1 - x) * s, s + x),
        "x is missing: the gradient is 0 where the sigmoid equals x.": s,
        "you rounded the pixels: leave them grey.": s - x.round(),
    }


def _general(
    loss: Callable[[Tensor, Tensor], Tensor], a: Tensor, x: Tensor, right: Tensor
) -> Mistakes:
    """Give the mistakes that the gradient of any loss invites."""
    pixels = a[0].numel()
    return {
        "the sign is the wrong way round: it is s - x, not x - s.": -right,
        "you divided by the number of values: it is the gradient of the sum.": (
            right / a.numel(),
            right / pixels,
            right / len(a),
            right / 784,
        ),
        "this is the loss itself: return its derivative.": loss(a, x),
        "the logits went through the sigmoid twice.": (
            _autograd(loss, a.sigmoid(), x),
            _autograd(loss, a.sigmoid(), x) * a.sigmoid() * (1 - a.sigmoid()),
        ),
    }
