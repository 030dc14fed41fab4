"""The check of `reconstruction_error`, an exercise of lesson 01."""

from itertools import combinations
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.expect import (
    Mistakes,
    expect_close,
    expect_model_unchanged,
    expect_tensor,
)
from aelesson.checks.harness import Answer, CheckFailed, call, check

BATCHES = ((5, 3, 4, 6), (1, 1, 6, 2), (4, 10), (3, 2, 2, 3, 2))

_ANY_SHAPE = "flatten(1) first: images may have any shape."
_NUMBER = (
    "is a number such as 784 written in your code?\n"
    "Take the shape from images; flatten(1) makes one row per image."
)
HINTS = {
    "Dimension out of range": _ANY_SHAPE,
    "does not match the number of dimensions": _ANY_SHAPE,  # einsum's words
    "values to unpack": _ANY_SHAPE,
    "784]' is invalid": _NUMBER,
    "28]' is invalid": _NUMBER,
    "does not support the context manager": (
        "write `with torch.no_grad():`, with brackets."
    ),
}


class _Probe(nn.Module):
    """A small model whose dropout tells in which mode it was called."""

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(pixels, pixels)
        self.dropout = nn.Dropout(0.5)
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.dropout.training)
        x_hat: Tensor = self.dropout(self.linear(x.flatten(1)).sigmoid())
        return x_hat.view_as(x)


@check(f"right on {len(BATCHES)} batches, in train and eval mode")
def reconstruction_error(function: Answer) -> None:
    """Check `reconstruction_error(model, images)`: one error per image, `(B,)`."""
    for shape in BATCHES:
        for training in (True, False):
            model = _Probe(prod(shape[1:])).train(training)
            before = parameters_to_vector(model.parameters()).clone()
            images = torch.rand(shape)
            got = call(function, HINTS, model=model, images=images)
            errors = expect_tensor(got, shape[:1], _error_shapes(shape))
            _expect_modes(model, training)
            expect_model_unchanged(model, before)
            _expect_no_graph(errors)
            _expect_errors(errors, model, images)


def _error_shapes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of the errors of such a batch."""
    batch, sides = shape[0], shape[1:]
    average = "average over all dimensions but the first."
    hints = {  # some dimensions are left; a 4-D batch has names for them below
        (batch, *left): _ANY_SHAPE
        for count in range(1, len(sides))
        for left in combinations(sides, count)
    }
    if len(shape) == 4:
        channels, height, width = sides
        hints |= {
            (batch, height, width): f"you averaged over the channels only; {average}",
            (batch, channels, height): (
                f"you averaged over the last side only; {average}"
            ),
            (batch, channels): f"the channels are left; {average}",
            (batch, width): f"the columns are left; {average}",
        }
    return hints | {
        shape: f"one value per pixel; {average}",
        (batch, prod(sides)): f"one value per pixel; {average}",
        sides: f"you averaged over the batch; {average}",
        (batch, *(1 for _ in sides)): "average without `keepdim`.",
        (batch, 1): "average without `keepdim`.",
        (): f"one number for the whole batch; {average}",
    }


def _expect_modes(model: _Probe, training: bool) -> None:
    if any(model.modes):
        raise CheckFailed(
            "the model ran in train mode, with its dropout on, so the error is noisy.\n"
            "Call model.eval() first, with its brackets."
        )
    if model.training != training or model.dropout.training != training:
        found, left = ("train", "eval") if training else ("eval", "train")
        raise CheckFailed(
            f"the model came in {found} mode and you left it in {left} mode.\n"
            "Begin with `was_training = model.training` and end with "
            "`model.train(was_training)`:\na `return` before that line skips it."
        )


def _expect_no_graph(errors: Tensor) -> None:
    if errors.requires_grad:
        raise CheckFailed(
            "the result still carries the graph for gradients, which costs memory.\n"
            "Compute it inside `with torch.no_grad():`; a line `torch.no_grad()` alone "
            "does nothing."
        )


def _expect_errors(errors: Tensor, model: _Probe, images: Tensor) -> None:
    with torch.no_grad():
        gap = (model.eval()(images) - images).flatten(1)  # (B, C * H * W)
    expected = gap.square().mean(1)
    mistakes: Mistakes = {
        "you summed over the pixels: take their mean.": gap.square().sum(1),
        "you took the root: return the mean squared error itself.": expected.sqrt(),
        "you took absolute errors: square them.": gap.abs().mean(1),
        "you averaged before squaring: square first.": gap.mean(1).square(),
        "each image got the mean of the whole batch: average over its own pixels.": (
            expected.mean().expand(len(images))
        ),
        "you added up the channels: average over them too.": (
            expected * images.shape[1]
        ),
        "is a number such as 784 written in your code?": gap.square().sum(1) / 784,
    }
    expect_close(errors, expected, f"images of shape {tuple(images.shape)}", mistakes)
