"""Builders of encoders and decoders."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn


class MixedPrecision(nn.Module):
    """Compute a network's layers in bfloat16 while it trains, and return float32.

    Weights, gradients of weights and outputs stay float32. In evaluation mode every
    layer does too, unless the caller computes under `torch.autocast`. It pays on GPUs,
    and on processors with instructions for bfloat16; on others it is slower than the
    network alone. Keep a last sigmoid outside: near 1, bfloat16 has steps of 1/256.

    Source: Micikevicius et al. (2018), "Mixed precision training".

    Args:
        network: From any float32 tensor to one tensor.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return the network's output for `x`, in float32."""
        lower = torch.autocast(x.device.type, torch.bfloat16)
        with lower if self.training else nullcontext():
            output: Tensor = self.network(x)
        return output.float()


def mlp_encoder(
    sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.ReLU
) -> nn.Sequential:
    """Build a multilayer perceptron from images to codes, with a linear code.

    Args:
        sizes: Units per layer, from the pixels of an image to the code, for
            example `(784, 128, 64, 32)`.
        activation: Makes the activation that follows every layer but the last.

    Returns:
        A network `(B, ...) -> (B, sizes[-1])`.

    Raises:
        ValueError: If there are fewer than two sizes or one is below 1.
    """
    return nn.Sequential(nn.Flatten(), *_linear_layers(sizes, activation))


def mlp_decoder(
    sizes: Sequence[int],
    image_shape: Sequence[int] = (1, 28, 28),
    activation: Callable[[], nn.Module] = nn.ReLU,
    output: Callable[[], nn.Module] = nn.Sigmoid,
) -> nn.Sequential:
    """Build a multilayer perceptron from codes to images with pixels in [0, 1].

    Args:
        sizes: Units per layer, from the code to the pixels of an image, for
            example `(32, 64, 128, 784)`.
        image_shape: The shape of one image; its product must be `sizes[-1]`.
        activation: Makes the activation that follows every layer but the last.
        output: Makes the one behind the last layer; `nn.Identity` gives logits.

    Returns:
        A network `(B, sizes[0]) -> (B, *image_shape)`.

    Raises:
        ValueError: If `sizes` are not a network's, or do not fit `image_shape`.
    """
    layers = _linear_layers(sizes, activation)
    if prod(image_shape) != sizes[-1]:
        raise ValueError(
            f"image_shape {tuple(image_shape)} has {prod(image_shape)} pixels, "
            f"but sizes ends with {sizes[-1]}"
        )
    return nn.Sequential(*layers, output(), nn.Unflatten(1, tuple(image_shape)))


def conv_encoder(
    latent_dim: int,
    channels: Sequence[int] = (16, 32),
    image_shape: Sequence[int] = (1, 28, 28),
) -> nn.Sequential:
    """Build a convolutional network from images to codes, with a linear code.

    Each convolution has a kernel of 3, a stride of 2 and a padding of 1, so that it
    halves the sides of an image, and a ReLU. One linear layer makes the code.

    Args:
        latent_dim: The size `D` of a code.
        channels: Channels behind each convolution.
        image_shape: The shape `(C, H, W)` of one image; each convolution must find
            even sides.

    Returns:
        A network `(B, C, H, W) -> (B, D)`.

    Raises:
        ValueError: If a size is below 1, or a side cannot be halved so often.
    """
    first, *sides = image_shape
    _require_sizes(latent_dim, first, channels)
    smallest = _halved(sides, len(channels))
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((first, *channels)):
        layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.ReLU()]
    flat = channels[-1] * prod(smallest)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, latent_dim))


def conv_decoder(
    latent_dim: int,
    channels: Sequence[int] = (32, 16),
    image_shape: Sequence[int] = (1, 28, 28),
    output: Callable[[], nn.Module] = nn.Sigmoid,
) -> nn.Sequential:
    """Build a convolutional network from codes to images with pixels in [0, 1].

    It mirrors `conv_encoder`: a linear layer, then transposed convolutions with a
    kernel of 3, a stride of 2, a padding of 1 and an output padding of 1, each of
    which doubles the sides.

    Args:
        latent_dim: The size `D` of a code.
        channels: Channels *before* each transposed convolution.
        image_shape: The shape `(C, H, W)` of one image.
        output: Makes the activation of the pixels; `nn.Identity` gives logits.

    Returns:
        A network `(B, D) -> (B, C, H, W)`.

    Raises:
        ValueError: If a size is below 1, or a side cannot be halved so often.
    """
    last, *sides = image_shape
    _require_sizes(latent_dim, last, channels)
    smallest = _halved(sides, len(channels))
    layers: list[nn.Module] = [
        nn.Linear(latent_dim, channels[0] * prod(smallest)),
        nn.Unflatten(1, (channels[0], *smallest)),
    ]
    for inputs, outputs in pairwise((*channels, last)):
        doubling = nn.ConvTranspose2d(
            inputs, outputs, 3, stride=2, padding=1, output_padding=1
        )
        layers += [nn.ReLU(), doubling]
    return nn.Sequential(*layers, output())


def _require_sizes(
    latent_dim: int, image_channels: int, channels: Sequence[int]
) -> None:
    """Refuse what no layer can have: PyTorch would build some of it, and warn."""
    if latent_dim < 1:
        raise ValueError(f"latent_dim is {latent_dim}; it must be at least 1")
    if image_channels < 1:
        raise ValueError(f"image_shape has {image_channels} channels; it needs 1")
    if not channels or min(channels) < 1:
        raise ValueError(
            f"channels is {tuple(channels)}; it needs a layer or more, of 1 or more"
        )


def _halved(sides: Sequence[int], times: int) -> tuple[int, ...]:
    """Return the sides of an image after it was halved so often."""
    factor = 2**times
    if len(sides) != 2 or any(side < 1 or side % factor for side in sides):
        raise ValueError(
            f"image_shape ends with {tuple(sides)}; {times} layers that halve each "
            f"side need two sides, each a multiple of {factor}"
        )
    return tuple(side // factor for side in sides)


def _linear_layers(
    sizes: Sequence[int], activation: Callable[[], nn.Module]
) -> list[nn.Module]:
    """Return linear layers with an activation between each two."""
    if len(sizes) < 2:
        raise ValueError(f"sizes is {tuple(sizes)}; it needs an input and an output")
    if any(size < 1 for size in sizes):
        raise ValueError(f"sizes is {tuple(sizes)}; every layer needs at least 1 unit")
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    return layers[:-1]
