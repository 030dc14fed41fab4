"""Builders of encoders and decoders."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import prod

from torch import nn


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
) -> nn.Sequential:
    """Build a multilayer perceptron from codes to images with pixels in [0, 1].

    Args:
        sizes: Units per layer, from the code to the pixels of an image, for
            example `(32, 64, 128, 784)`.
        image_shape: The shape of one image; its product must be `sizes[-1]`.
        activation: Makes the activation that follows every layer but the last,
            which has a sigmoid.

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
    return nn.Sequential(*layers, nn.Sigmoid(), nn.Unflatten(1, tuple(image_shape)))


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
