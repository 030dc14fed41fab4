"""The checks of `pixel_loss` and `vae_loss`, patients 4 and 7 of lesson 13."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

SHAPES = ((4, 1, 5, 3), (1, 3, 2, 3), (6, 7))
SCALES = ((0.5, 0.25), (0.25, 2.0), (0.1307, 0.3081))  # mean and std of the pixels
GRADIENT = "the gradient at {}; the value is right. Was something detached?"


@check(f"right on {len(SHAPES)} batches, values and gradients")
def pixel_loss(function: Answer) -> None:
    """Check `pixel_loss(logits, x_scaled, mean, std)`: BCE against real pixels."""
    for shape, (mean, std) in zip(SHAPES, SCALES, strict=True):
        x = torch.rand(shape)
        logits = (3 * torch.randn(shape)).requires_grad_()
        got = call(
            function, logits=logits, x_scaled=(x - mean) / std, mean=mean, std=std
        )
        loss, right = _expect_scalar(got, len(x)), _bce(logits, x).mean()
        given = f"mean {mean}, std {std} and images of shape {tuple(shape)}"
        mistakes = _pixel_mistakes(logits.detach(), x, mean, std)
        if not any(close(loss, value) for value in (right, *mistakes.values())):
            _expect_arguments_used(function, loss, logits, (x - mean) / std)
        expect_close(loss, right, given, mistakes)
        expected = (logits.detach().sigmoid() - x) / x.numel()
        _expect_gradient(loss, logits, expected, "logits")
    _expect_finite(function)


def _expect_arguments_used(
    function: Answer, loss: Tensor, logits: Tensor, scaled: Tensor
) -> None:
    again = call(function, logits=logits, x_scaled=scaled, mean=7.0, std=9.0)
    if isinstance(again, Tensor) and close(again, loss):
        raise CheckFailed(
            "with another mean and std the loss stays as it is: are MEAN and STD of "
            "the sheet, or numbers, written in your code?\nUse the arguments."
        )


def _expect_finite(function: Answer) -> None:
    x = torch.tensor([[0.0, 1.0, 0.25]])
    logits = torch.tensor([[300.0, -300.0, 300.0]])
    loss = call(function, logits=logits, x_scaled=2 * x, mean=0.0, std=0.5)
    if not close(_expect_scalar(loss, 1), torch.tensor(275.0)):
        raise CheckFailed(
            "logits of ±300 must not be cut, nor give inf: use the loss that takes "
            "logits, not the logarithm of a sigmoid."
        )


def _bce(logits: Tensor, x: Tensor) -> Tensor:
    """Return the cross-entropy of each pixel; written out, for it allows any x."""
    return -(x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits))


def _pixel_mistakes(
    logits: Tensor, x: Tensor, mean: float, std: float
) -> dict[str, Tensor]:
    scaled = (x - mean) / std
    low, high = scaled.min(), scaled.max()
    undo = "Undo the scaling exactly: pixels = x_scaled * std + mean."
    targets = {
        f"the targets go from {low:.2g} to {high:.2g}, outside [0, 1]: there this loss "
        "has no floor, and falls for ever.": scaled,
        f"you cut the scaled pixels to [0, 1]: greys are lost.\n{undo}": (
            scaled.clamp(0, 1)
        ),
        f"you put a sigmoid on the targets: black is no longer 0.\n{undo}": (
            scaled.sigmoid()
        ),
        f"you stretched the batch's own range to [0, 1].\n{undo}": (
            (scaled - low) / (high - low)
        ),
        f"the mean is not added back.\n{undo}": scaled * std,
        f"the standard deviation is not multiplied back.\n{undo}": scaled + mean,
        f"the order is wrong: first times std, then plus mean.\n{undo}": (
            (scaled + mean) * std
        ),
        f"mean and std have changed places.\n{undo}": scaled * mean + std,
        f"you scaled a second time instead of undoing it.\n{undo}": (
            (scaled - mean) / std
        ),
    }
    right = _bce(logits, x)
    mistakes = {told: _bce(logits, target).mean() for told, target in targets.items()}
    return mistakes | {
        "you summed over all pixels: take the mean.": right.sum(),
        "you summed over the pixels of an image: take the mean over all.": (
            right.flatten(1).sum(1).mean()
        ),
        "logits get one sigmoid, inside the loss: yours are put through two.": (
            _bce(logits.sigmoid(), x).mean()
        ),
        "this is the squared error: keep the cross-entropy, its targets are wrong.": (
            F.mse_loss(logits.sigmoid(), x)
        ),
        "this is the squared error of logits and scaled pixels: keep the "
        "cross-entropy.": F.mse_loss(logits, scaled),
        "the logits are unscaled, too: they were never scaled. Only the targets are.": (
            _bce(logits * std + mean, x).mean()
        ),
        "the logits are unscaled, but not the targets: it is the other way round.": (
            _bce(logits * std + mean, scaled).mean()
        ),
    }


@check(f"right on {len(SHAPES)} batches, values and gradients")
def vae_loss(function: Answer) -> None:
    """Check `vae_loss(x_hat, x, mean, logvar)`: both terms summed per image."""
    for shape, units in zip(SHAPES, (3, 4, 2), strict=True):
        x, x_hat = torch.rand(shape), (2 * torch.rand(shape) - 0.5).requires_grad_()
        mean = torch.randn(shape[0], units).requires_grad_()
        logvar = (torch.randn(shape[0], units) - 0.5).requires_grad_()
        got = call(function, x_hat=x_hat, x=x, mean=mean, logvar=logvar)
        loss = _expect_scalar(got, len(x))
        errors = (x_hat.detach() - x).square()
        kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1).detach()
        expected = errors.flatten(1).sum(1).mean() + kl.sum(1).mean()
        given = f"images of shape {tuple(shape)} and codes of {units} units"
        cut = (x_hat.detach().clamp(0, 1) - x).square().flatten(1).sum(1).mean()
        mistakes = {
            "x_hat is cut to [0, 1]: that hides errors, and stops the gradient.": (
                cut + kl.sum(1).mean()
            ),
            **_vae_mistakes(errors, kl),
        }
        expect_close(loss, expected, given, mistakes)
        batch = len(x)
        _expect_gradient(loss, x_hat, 2 * (x_hat.detach() - x) / batch, "x_hat")
        _expect_gradient(loss, mean, mean.detach() / batch, "mean")
        _expect_gradient(
            loss, logvar, 0.5 * (logvar.detach().exp() - 1) / batch, "logvar"
        )
    _expect_kl_uncut(function)


def _expect_kl_uncut(function: Answer) -> None:
    x = torch.zeros(1, 1, 1, 1)
    for size, told in {
        0.0: "a code that is the prior costs something: is there a limit under the KL?",
        -15.0: "a logvar of -15 gives another KL: is it cut to a range?",
        15.0: "a logvar of 15 gives another KL: is it cut to a range?",
    }.items():
        logvar = torch.full((1, 3), size)
        loss = call(function, x_hat=x, x=x, mean=torch.zeros(1, 3), logvar=logvar)
        right = 0.5 * (logvar.exp() - logvar - 1).sum()
        if not close(_expect_scalar(loss, 1), right):
            raise CheckFailed(f"{told} Nothing is cut here.")


def _vae_mistakes(errors: Tensor, kl: Tensor) -> Mistakes:
    batch = len(errors)
    summed, cost = errors.flatten(1).sum(1).mean(), kl.sum(1).mean()
    mean_error = errors.mean()
    per_channel = errors.sum((-1, -2)).mean() if errors.dim() == 4 else -summed
    return {
        "the error is still a mean over the pixels, and the KL a sum over the units: "
        "the KL weighs as many times too much as there are pixels.": mean_error + cost,
        "both terms are means now: pixels and units are different counts, so the KL "
        "still has the wrong weight.": mean_error + kl.mean(),
        "the KL is a mean over units or batch and units now: sum over the units.": (
            summed + kl.mean()
        ),
        "only one of the two terms is divided by the batch size.": (
            errors.sum() + cost,
            summed + kl.sum(),
            mean_error + kl.sum(),
        ),
        "both terms are summed over the batch: average over the images at the end.": (
            errors.sum() + kl.sum()
        ),
        "the KL is missing: then nothing holds the codes near the prior.": summed,
        "the reconstruction is missing.": cost,
        "the KL has the wrong sign: add it.": summed - cost,
        "the KL is divided by the pixels once more: the error is a sum now.": (
            summed + cost / errors[0].numel()
        ),
        "a number such as 784 is written in your code: count the pixels of x.": (
            784 * mean_error + cost,
            mean_error + cost / 784,
        ),
        "the whole loss is divided by the pixels: right in proportion, but the task "
        "asks for sums per image.": summed / errors[0].numel()
        + cost / errors[0].numel(),
        "the error is a mean over the channels: sum over all but the batch.": (
            per_channel + cost
        ),
        "the half of the KL is missing.": summed + 2 * cost,
        "the squared error has a half here: the task asks for none.": summed / 2 + cost,
        "return one number, the mean over the batch, not its sum.": batch
        * (summed + cost),
    }


def _expect_scalar(got: object, batch: int) -> Tensor:
    hints: dict[tuple[int, ...], str] = {
        (batch,): "one value per image: average over the batch, too."
    }
    return expect_tensor(got, (), hints)


def _expect_gradient(loss: Tensor, at: Tensor, expected: Tensor, name: str) -> None:
    """Ask for the right gradient of a loss whose value is right."""
    if not loss.requires_grad:
        raise CheckFailed(
            "no gradient can flow back from the loss: no detach, no_grad or item()."
        )
    (gradient,) = torch.autograd.grad(
        loss, at, retain_graph=True, materialize_grads=True
    )
    expect_close(gradient, expected, GRADIENT.format(name))
