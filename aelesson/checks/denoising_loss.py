"""The check of `denoising_loss`, an exercise of lesson 05."""

from collections.abc import Callable
from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close

SHAPES = ((5, 1, 4, 6), (1, 3, 2, 4), (4, 10))
SMALLER = (3, 1, 4, 6)

HINTS = {
    "all elements of input should be between 0 and 1": (
        "you took the cross-entropy: the squared error was asked for."
    ),
    "mat1 and mat2 shapes cannot be multiplied": (
        "the model takes what corrupt returns, which may have another shape than x: "
        "hand it corrupt(x) and nothing else."
    ),
    "must match the size of tensor": (
        "the corrupted copy may have another shape than x: compare the model's output "
        "with x."
    ),
    "unsupported operand type(s) for -: 'function'": (
        "corrupt is a function: call it, `corrupt(x)`."
    ),
}


@check(f"right on {len(SHAPES)} batches, and for super-resolution")
def denoising_loss(function: Answer) -> None:
    """Check `denoising_loss(model, x, corrupt)`: the error against clean images."""
    for shape in SHAPES:
        for training in (True, False):
            _judge(function, shape, _add_noise, shape[1:], training)
    _judge(function, SMALLER, _shrink, (1, 2, 3), training=True)


def _add_noise(x: Tensor) -> Tensor:
    return x + 0.5 * torch.randn(x.shape)


def _shrink(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 2) + 0.1 * torch.randn(len(x), 1, 2, 3)


class _Watched:
    """A corruption that remembers what came in and what went out."""

    def __init__(self, corrupt: Callable[[Tensor], Tensor]) -> None:
        self.corrupt = corrupt
        self.taken: list[Tensor] = []
        self.given: list[Tensor] = []

    def __call__(self, x: Tensor) -> Tensor:
        self.taken.append(x.detach().clone())
        self.given.append(self.corrupt(x))
        return self.given[-1].clone()


class _Cleaner(nn.Module):
    """A small model to images of another shape, with values beyond [0, 1], too."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        self.linear = nn.Linear(prod(before), prod(after))
        self.after = after
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.training)
        x_hat: Tensor = 8 * self.linear(x.flatten(1)).sigmoid() - 3.5
        return x_hat.reshape(-1, *self.after)


def _judge(
    function: Answer,
    shape: tuple[int, ...],
    corrupt: Callable[[Tensor], Tensor],
    before: tuple[int, ...],
    training: bool,
) -> None:
    with isolated(seed=3):
        model = _Cleaner(before, shape[1:]).train(training)
    x, watched = torch.rand(shape), _Watched(corrupt)
    kept = [parameter.detach().clone() for parameter in model.parameters()]
    got = call(function, HINTS, model=model, x=x, corrupt=watched)
    whole = "one number for the whole batch: take the mean over all values."
    hints = {shape[:1]: whole, shape: whole, (1,): "a scalar has the shape ()."}
    loss = expect_tensor(got, (), hints)
    _expect_untouched(model, kept, training)
    _expect_one_draw(watched, x)
    _expect_loss(loss, model, x, watched.given[0])
    _expect_gradients(loss, model, x, watched.given[0])


def _expect_untouched(model: _Cleaner, kept: list[Tensor], training: bool) -> None:
    if any(parameter.grad is not None for parameter in model.parameters()):
        raise CheckFailed(
            "you called backward(): return the loss, and leave that to the caller."
        )
    if not all(map(torch.equal, kept, model.parameters())):
        raise CheckFailed("you changed the model's weights: take no step here.")
    if model.training != training or any(m != training for m in model.modes):
        raise CheckFailed("you changed the model's mode: leave it as it is.")


def _expect_one_draw(watched: _Watched, x: Tensor) -> None:
    if not watched.given:
        raise CheckFailed(
            "corrupt was never called, so the model saw clean images.\n"
            "Hand corrupt(x) to the model."
        )
    if len(watched.given) > 1:
        raise CheckFailed(
            f"corrupt was called {len(watched.given)} times, and each call draws anew: "
            "call it once.\nOnly the model needs the corrupted copy; the target is x."
        )
    if not close(watched.taken[0], x):
        raise CheckFailed(
            "corrupt got something other than x: first corrupt x, then let the model "
            "clean it."
        )


def _expect_loss(loss: Tensor, model: _Cleaner, x: Tensor, spoilt: Tensor) -> None:
    with torch.no_grad():
        x_hat = model(spoilt)
    gaps = (x_hat - x).double()
    mistakes: Mistakes = {
        "you summed over all values: take the mean.": gaps.square().sum(),
        "you summed over each image's values: take the mean over all.": (
            gaps.square().sum() / len(x)
        ),
        "you took the root: return the mean squared error itself.": (
            gaps.square().mean().sqrt()
        ),
        "you took absolute errors: square them.": gaps.abs().mean(),
        "you took the mean difference: square it first.": (gaps.mean(), -gaps.mean()),
        "you cut the model's output to [0, 1]: compare it as it is.": (
            F.mse_loss(x_hat.clamp(0, 1), x)
        ),
        "leave out the factor 0.5.": gaps.square().mean() / 2,
        "you took the cross-entropy: the squared error was asked for.": (
            F.binary_cross_entropy_with_logits(x_hat, x)
        ),
    }
    if spoilt.shape == x.shape:
        mistakes = {**mistakes, **_wrong_pairs(model, x, spoilt)}
    given = f"x of shape {tuple(x.shape)}"
    expect_close(loss, gaps.square().mean(), given, mistakes)


def _wrong_pairs(model: _Cleaner, x: Tensor, spoilt: Tensor) -> Mistakes:
    """Compare what should not be compared."""
    with torch.no_grad():
        x_hat, of_clean = model(spoilt), model(x)
    return {
        "you compared with the corrupted copy: the target is the clean x.": (
            F.mse_loss(x_hat, spoilt)
        ),
        "the model saw the clean images: hand it corrupt(x).": F.mse_loss(of_clean, x),
        "it is the other way round: corrupt the model's input, and compare with x.": (
            F.mse_loss(of_clean, spoilt)
        ),
        "the model is not used: this is the error of the corrupted copy.": (
            F.mse_loss(spoilt, x)
        ),
        "the target is x, not what the model makes of the clean images.": (
            F.mse_loss(x_hat, of_clean)
        ),
    }


def _expect_gradients(loss: Tensor, model: _Cleaner, x: Tensor, spoilt: Tensor) -> None:
    if not loss.requires_grad:
        raise CheckFailed(
            "no gradient can flow from your loss to the model.\n"
            "Leave out no_grad(), .detach() and .item()."
        )
    parameters = list(model.parameters())
    got = torch.autograd.grad(loss, parameters, materialize_grads=True)
    right = torch.autograd.grad(F.mse_loss(model(spoilt), x), parameters)
    for one, other in zip(got, right, strict=True):
        expect_close(one, other, "the gradient of the loss by the model's weights")
