"""The check of `build_conv_encoder`, an exercise of lesson 04."""

import torch
from torch import Tensor, nn

from aelesson.checks import conv_models as models
from aelesson.checks.harness import Answer, CheckFailed, call, check

CODES = (32, 5)
IMAGE = (1, 28, 28)


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
        (latent_dim,): "the batch is gone: flatten with nn.Flatten() or .flatten(1).",
        (batch * latent_dim,): "keep the batch: flatten with .flatten(1).",
        (1, batch * latent_dim): "keep the batch: flatten with .flatten(1).",
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
        "shapes cannot be multiplied": (
            "flatten the maps before the linear layer: nn.Flatten()."
        ),
    }


def _expect_linear_code(model: nn.Module, x: Tensor, encode: models.Forward) -> None:
    """Ask that no activation stands behind the last layer."""
    last: list[Tensor] = []

    def note(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        last[:] = [output.detach().clone()]

    kinds = (nn.Linear, *models.CONVOLUTIONS)
    layers = [layer for layer in model.modules() if isinstance(layer, kinds)]
    handles = [layer.register_forward_hook(note) for layer in layers]
    codes = encode(model, 30 * (x - 0.5)).detach()
    for handle in handles:
        handle.remove()
    before = last[0].flatten(1) if last else codes
    found = models.activation_between(before, codes)
    if not found:
        values = models.with_large_weights(model, lambda: encode(model, x))
        low, high = (torch.cat(values).min().item(), torch.cat(values).max().item())
        found = "an activation" if low >= 0 or high <= 1 else ""
    if found:
        raise CheckFailed(
            f"the code goes through {found}: a code may be any number, also a negative "
            "one.\nLet the encoder end with its last linear layer."
        )


def _expect_nonlinear_layers(
    model: nn.Module, x: Tensor, encode: models.Forward
) -> None:
    a, b = 10 * (x - 0.5), 10 * (x.flip(0) - 0.5)
    if models.is_affine(lambda images: encode(model, images).detach(), a, b):
        raise CheckFailed(
            "your encoder is one linear map, as PCA is.\n"
            "Put an activation such as nn.ReLU() behind every convolution."
        )
