"""The check of `build_conv_decoder`, an exercise of lesson 04."""

import torch
from torch import Tensor, nn

from aelesson.checks import conv_models as models
from aelesson.checks.conv_ends import End, activation_between, is_affine
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

CODES = (32, 5)
IMAGE = (1, 28, 28)


@check(f"right on codes of {CODES[0]} and of {CODES[1]}")
def build_conv_decoder(function: Answer) -> None:
    """Check `build_conv_decoder(latent_dim)`: from codes to images `(B, 1, 28, 28)`."""
    for latent_dim in CODES:
        model = call(function, models.BUILD_HINTS, latent_dim=latent_dim)
        model = models.expect_module(model).eval()
        z = torch.randn(4, latent_dim)
        for codes in (z, z[:1]):
            _decode(model, codes)
        models.expect_convolution(model, z, _decode)
        models.expect_examples_apart(model, z, _decode)
        models.expect_gradients(model, z, _decode)
        _expect_pixels(model, z)
        _expect_black_and_white(model, z)
        _expect_sigmoid(model, z)
        _expect_nonlinear_layers(model, z)


def _decode(model: nn.Module, z: Tensor) -> Tensor:
    def explain(shape: tuple[int, ...]) -> str:
        return _explain(shape, len(z))

    return models.run(model, (len(z), *IMAGE), _hints(z), explain, z=z)


def _explain(shape: tuple[int, ...], batch: int) -> str:
    """Say how to right a wrong shape of the images."""
    known = {
        (batch, 784): "the image is flat: end with nn.Unflatten(1, (1, 28, 28)).",
        (batch, 28, 28): "the channel is missing: an image has shape (1, 28, 28).",
        (batch, 1, 14, 14): "one layer that doubles the sides is missing.",
        (batch, 1, 7, 7): "two layers that double the sides are missing.",
        (batch, 1, 56, 56): "one layer that doubles the sides is too many.",
    }
    if shape in known or len(shape) != 4:
        return known.get(shape, "")
    if shape[2:] == IMAGE[1:]:
        return "the last layer must put out 1 channel."
    if 25 <= shape[2] <= 27:
        return (
            "each doubling lost a pixel: with kernel 3, stride 2 and padding 1, set "
            "output_padding=1."
        )
    return (
        "the sides do not fit. With stride 2, kernel 3 needs padding=1 and "
        "output_padding=1, kernel 4 needs padding=1."
    )


def _hints(z: Tensor) -> dict[str, str]:
    """Say what a telling part of torch's message means here."""
    batch, latent_dim = z.shape
    from_code = (
        "the code is no map: start with nn.Linear and nn.Unflatten(1, (C, 7, 7))."
    )
    return {
        "Expected 3D (unbatched) or 4D (batched) input": from_code,
        "It is expected input to be 3D": from_code,
        "don't multiply up": (
            "nn.Unflatten does not fit: the linear layer must put out "
            "channels * height * width values."
        ),
        "invalid for input of size": (
            "the reshape does not fit: the linear layer must put out "
            "channels * height * width values for each image."
        ),
        f"({batch}x{latent_dim} and": (
            "the first layer does not take latent_dim numbers: is a code size written "
            "in your code?"
        ),
    }


def _expect_pixels(model: nn.Module, z: Tensor) -> None:
    """Ask for [0, 1] on large codes too, and for a live gradient on usual ones."""
    usual = _decode(model, z)
    drawn = models.with_large_weights(model, lambda: _decode(model, z))
    x_hat = torch.cat([usual, _decode(model, 1e4 * z), *drawn]).detach()
    low, high = x_hat.min().item(), x_hat.max().item()
    if not x_hat.isfinite().all():
        raise CheckFailed("large codes give nan or inf: is a sigmoid at the end?")
    if low < 0 or high > 1:
        cure = "End with nn.Sigmoid()."
        if low >= -1 and high <= 1:
            cure = "Tanh at the end reaches down to -1. " + cure
        elif low >= 0:
            cure = "ReLU at the end has no upper limit. " + cure
        raise CheckFailed(
            f"pixels must stay in [0, 1], but go from {low:.3g} to {high:.3g}.\n{cure}"
        )
    if close(usual.flatten(1).sum(1), torch.ones(len(z))):
        raise CheckFailed(
            "the pixels of each image add up to 1, as after a softmax.\n"
            "Pixels do not compete: end with nn.Sigmoid()."
        )
    if (usual == 1).all():
        raise CheckFailed(
            "every pixel is exactly 1, as after nn.Softmax(1) over the one channel.\n"
            "Pixels do not compete: end with nn.Sigmoid()."
        )
    if ((usual == 0) | (usual == 1)).any():
        raise CheckFailed(
            "some pixels are exactly 0 or 1: clamping or rescaling keeps the range, "
            "but stops the gradient there.\nEnd with nn.Sigmoid()."
        )


def _expect_black_and_white(model: nn.Module, z: Tensor) -> None:
    """Ask that some weights lead to dark and to bright pixels."""
    x_hat = torch.cat(models.with_large_weights(model, lambda: _decode(model, z)))
    low, high = x_hat.min().item(), x_hat.max().item()
    if low > 0.2 or high < 0.8:
        limit = f"below {low:.2g}" if low > 0.2 else f"above {high:.2g}"
        raise CheckFailed(
            f"pixels never go {limit}: is there a second activation, such as a ReLU, "
            "before the last sigmoid?"
        )


def _expect_sigmoid(model: nn.Module, z: Tensor) -> None:
    """Ask that the last layer is followed by a sigmoid, and by nothing else."""
    end = End(lambda: _decode(model, z))
    if not end.found:
        return
    a, b = end.draw(6), end.draw(6)
    x_hat = end(a)
    if any(close(x_hat.sum(side), torch.ones(len(z), 1, 28)) for side in (2, 3)):
        raise CheckFailed(
            "the pixels of each row or column add up to 1, as after nn.Softmax(-1).\n"
            "Pixels do not compete: end with nn.Sigmoid()."
        )
    if (x_hat == 0).any():
        raise CheckFailed(
            "your last step cuts pixels off at exactly 0, as nn.Hardsigmoid or a clamp "
            "does: it has no gradient outside.\nEnd with nn.Sigmoid()."
        )
    for smaller in (0.1, 0.1, 0.1):  # some sigmoids are steep, and then rounded to 1
        if x_hat.min() > 1e-4 and x_hat.max() < 1 - 1e-4:
            break
        a, b = smaller * a, smaller * b
        x_hat = end(a)
    if not is_affine(lambda values: end(values).double().logit(), a, b):
        found = activation_between(a, x_hat.double().logit()) or "something else"
        raise CheckFailed(
            f"between your last layer and the pixels stands {found}, not a sigmoid "
            "alone.\nLeave it out, and end with nn.Sigmoid()."
        )


def _expect_nonlinear_layers(model: nn.Module, z: Tensor) -> None:
    def logits(codes: Tensor) -> Tensor:
        return _decode(model, codes).detach().double().logit(eps=1e-12)

    if is_affine(logits, 3 * z, 3 * z.flip(0)):
        raise CheckFailed(
            "your decoder is linear up to its last sigmoid.\n"
            "Put an activation such as nn.ReLU() between the layers."
        )
