"""The check of `build_conv_encoder`, an exercise of lesson 04."""

import torch
from torch import Tensor, nn

from aelesson.checks import conv_models as models
from aelesson.checks.conv_ends import End, activation_between, is_affine
from aelesson.checks.harness import Answer, CheckFailed, call, check

CODES = (32, 5)
IMAGE = (1, 28, 28)
SIZES = (0.5, 5.0, 50.0, 5000.0)  # of the values that are put behind the last layer

_FROM_1 = "flatten from dimension 1 on, nn.Flatten() or .flatten(1)."


@check(f"right on codes of {CODES[0]} and of {CODES[1]}")
def build_conv_encoder(function: Answer) -> None:
    """Check `build_conv_encoder(latent_dim)`: from images `(B, 1, 28, 28)` to codes."""
    for latent_dim in CODES:
        model = call(function, models.BUILD_HINTS, latent_dim=latent_dim)
        model = models.expect_module(model).eval()

        def encode(model: nn.Module, x: Tensor, latent_dim: int = latent_dim) -> Tensor:
            return _encode(model, x, latent_dim)

        x = torch.rand(4, *IMAGE)
        for images in (x, x[:1]):
            encode(model, images)
        models.expect_convolution(model, x, encode)
        models.expect_examples_apart(model, x, encode)
        models.expect_gradients(model, x, encode)
        _expect_linear_code(model, x, encode)
        _expect_nonlinear_layers(model, x, encode)


def _encode(model: nn.Module, x: Tensor, latent_dim: int) -> Tensor:
    def explain(shape: tuple[int, ...]) -> str:
        return _explain(shape, len(x), latent_dim)

    return models.run(model, (len(x), latent_dim), _hints(len(x)), explain, x=x)


def _explain(shape: tuple[int, ...], batch: int, latent_dim: int) -> str:
    """Say how to right a wrong shape of the codes."""
    known = {
        (batch, latent_dim, 1, 1): "these are maps of 1 x 1: end with nn.Flatten().",
        (batch, *IMAGE): "this is an image: build the encoder only, without a decoder.",
        (latent_dim,): f"the batch is gone: {_FROM_1}",
        (batch * latent_dim,): f"keep the batch: {_FROM_1}",
        (1, batch * latent_dim): f"keep the batch: {_FROM_1}",
        (latent_dim, batch): "batch and code are swapped.",
    }
    if shape in known:
        return known[shape]
    if len(shape) == 4:
        return (
            "these are still maps. End with nn.Flatten() and an nn.Linear to "
            "latent_dim."
        )
    if len(shape) == 2 and shape[1] > 100:
        return "these are the flattened maps: an nn.Linear to latent_dim is missing."
    return "is a code size written in your code? Take latent_dim."


def _hints(batch: int) -> dict[str, str]:
    """Say what a telling part of torch's message means here."""
    one_channel = "the images have 1 channel: start with nn.Conv2d(1, ...)."
    return {
        "Expected 3D (unbatched) or 4D (batched) input to conv2d": (
            "a convolution wants maps (B, C, H, W): flatten behind the last "
            "convolution, not before it."
        ),
        f"expected input[{batch}, 1, 28, 28] to have": one_channel,
        "Kernel size can't be greater": (
            "the kernel is larger than the maps that are left: use less stride or "
            "pooling, or a smaller kernel."
        ),
        "Output size is too small": (
            "nothing is left of the maps: use less stride or pooling."
        ),
        f"({batch}x": (
            "the linear layer takes another number of values than the maps hold.\n"
            "It is channels * height * width behind the last convolution: compute the "
            "sides with conv_size."
        ),
        "(1x": f"the batch went into one row: {_FROM_1}",
        "mv, vec": f"the batch went into one row: {_FROM_1}",
        "shapes cannot be multiplied": (
            "flatten the maps before the linear layer: nn.Flatten()."
        ),
    }


def _expect_linear_code(model: nn.Module, x: Tensor, encode: models.Forward) -> None:
    """Ask that the code is linear in what the last layer puts out."""
    end = End(lambda: encode(model, x))
    for size in SIZES if end.found else ():
        a, b = end.draw(size), end.draw(size)
        if not is_affine(end, a, b):
            found = activation_between(a, end(a))
            if not found:
                found = "an activation, a max-pooling or the like"
            raise CheckFailed(
                f"the code goes through {found}: a code may be any number, also a "
                "negative one.\nLet the encoder end with its last linear layer."
            )


def _expect_nonlinear_layers(
    model: nn.Module, x: Tensor, encode: models.Forward
) -> None:
    a, b = 10 * (x - 0.5), 10 * (x.flip(0) - 0.5)
    if is_affine(lambda images: encode(model, images).detach(), a, b):
        raise CheckFailed(
            "your encoder is one linear map, as PCA is.\n"
            "Put an activation such as nn.ReLU() behind every convolution."
        )
