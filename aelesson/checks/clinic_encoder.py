"""The check of `build_encoder`, patient 2 of lesson 13: a code without activation."""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn

from aelesson.checks.clinic_networks import (
    HINTS,
    activation_between,
    drawn_weights,
    expect_batch_apart,
    expect_gradients,
    expect_hidden_activations,
    expect_module,
    expect_sizes,
    expect_units_apart,
    put_through,
    watch,
)
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

CASES = (((24, 11, 7, 3), (2, 3, 4)), ((12, 5), (1, 6, 2)), ((30, 8, 4), (30,)))
FLAT = {"shapes cannot be multiplied": "flatten the images first: nn.Flatten()."}
KEEP = "Code units may be negative: leave the code layer without an activation."


@check(f"right on {len(CASES)} networks")
def build_encoder(function: Answer) -> None:
    """Check `build_encoder(sizes)`: hidden layers with activations, a linear code."""
    for sizes, image_shape in CASES:
        model = expect_module(call(function, HINTS, sizes=sizes))
        images = torch.rand(6, *image_shape)
        for batch in (images, images[:1]):
            if len(batch) == 1:
                model.eval()
            put_through(model, batch, sizes[-1], _shapes(batch, sizes), FLAT)
        _expect_linear_code(model, images, sizes)
        _expect_untouched_pixels(model, images)
        _expect_hidden_work(model, images, sizes)
        expect_sizes(model, sizes)
        expect_units_apart(model, 10 * (images - 0.5))
        expect_batch_apart(model, images, sizes[-1])
        expect_gradients(model, images)


def _shapes(images: Tensor, sizes: Sequence[int]) -> dict[tuple[int, ...], str]:
    batch = len(images)
    return {
        (*images.shape[:-1], sizes[-1]): "flatten the images first: nn.Flatten().",
        **{
            (batch, size): "the last layer is missing: the code has sizes[-1] units."
            for size in sizes[:-1]
            if size != sizes[-1]
        },
    }


def _expect_linear_code(model: nn.Module, images: Tensor, sizes: Sequence[int]) -> None:
    """Ask for codes of both signs, without limit, as the last layer puts them out."""
    codes = []
    for _ in range(4):
        with drawn_weights(model, std=3), torch.no_grad():
            work, code = watch(model, images - 0.5)
            codes.append(code)
            if (
                work
                and work[-1][1].shape == code.shape
                and not close(work[-1][1], code)
            ):
                name = activation_between(work[-1][1], code)
                told = f"the code goes through {name} after the last linear layer."
                raise CheckFailed(told if name == "ReLU" else f"{told}\n{KEEP}")
    values = torch.cat(codes)
    if not values.isfinite().all():
        raise CheckFailed("large weights give nan or inf in the code.")
    if values.min() >= 0:
        raise CheckFailed(f"the code is never negative.\n{KEEP}")
    if values.abs().max() <= 1:
        raise CheckFailed(f"the code never leaves [-1, 1], as behind Tanh.\n{KEEP}")


def _expect_untouched_pixels(model: nn.Module, images: Tensor) -> None:
    """Ask that the first layer takes in the pixels as they are, whatever they are."""
    pixels = 100 * (images - 0.5)
    work, _ = watch(model, pixels)
    if work and not close(work[0][0], pixels.flatten(1)):
        name = activation_between(pixels.flatten(1), work[0][0])
        raise CheckFailed(
            f"the pixels go through {name} before the first linear layer.\nHand them "
            "on as they are: activations belong behind hidden layers only."
        )


def _expect_hidden_work(model: nn.Module, images: Tensor, sizes: Sequence[int]) -> None:
    if len(sizes) == 2:
        return
    a, b = 10 * (images - 0.5), 10 * (images.flip(0) - 0.5)
    with torch.no_grad():
        middle, ends = model((a + b) / 2), (model(a) + model(b)) / 2
        if (middle - ends).abs().max() < 1e-4 * ends.abs().max():
            raise CheckFailed(
                f"your encoder of {prod(images.shape[1:])} pixels is linear "
                "throughout: you took away the activations of the hidden layers too.\n"
                "Only the one on the code was wrong."
            )
        work, _ = watch(model, a)
        expect_hidden_activations(work, len(sizes) - 1)
