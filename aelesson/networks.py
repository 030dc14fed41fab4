"""Builders of encoders and decoders."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from aelesson import layers, require, runtime


class MixedPrecision(nn.Module):
    """Compute a network's layers in bfloat16 while it trains, and return float32.

    Weights, gradients of weights and outputs stay float32. In evaluation mode every
    layer does too, unless the caller computes under `torch.autocast`. A device
    without instructions for bfloat16 computes in float32 all the time, which is faster
    there. Keep a last sigmoid outside: near 1, bfloat16 has steps of 1/256.

    Source: Micikevicius et al. (2018), "Mixed precision training".

    Args:
        network: From any float32 tensor to one tensor.
    """

    def __init__(self, network: nn.Module) -> None:
        require.model("network", network)
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return the network's output for `x`, in float32."""
        require.tensor("x", x)
        with runtime.mixed_precision(x.device) if self.training else nullcontext():
            output = layers.through("x", x, self.network)
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
    """Build a multilayer perceptron from codes to images, by default in [0, 1].

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
    hidden = _linear_layers(sizes, activation)
    require.sizes("image_shape", image_shape)
    if prod(image_shape) != sizes[-1]:
        raise ValueError(
            f"image_shape {tuple(image_shape)} has {prod(image_shape)} pixels, "
            f"but sizes ends with {sizes[-1]}"
        )
    end = layers.made("output", output)
    return nn.Sequential(*hidden, end, nn.Unflatten(1, tuple(image_shape)))


def conv_encoder(
    latent_dim: int,
    channels: Sequence[int] = (16, 32),
    image_shape: Sequence[int] = (1, 28, 28),
) -> nn.Sequential:
    """Build a convolutional network from images to codes, with a linear code.

    Each convolution has a kernel of 3, a stride of 2 and a padding of 1, so that it
    halves the sides of an image, odd ones rounded up, and a ReLU. One linear layer
    makes the code.

    Args:
        latent_dim: The size `D` of a code.
        channels: Channels behind each convolution.
        image_shape: The shape `(C, H, W)` of one image.

    Returns:
        A network `(B, C, H, W) -> (B, D)`.

    Raises:
        ValueError: If a size is below 1, or `image_shape` has not three.
    """
    first, *sides = _checked(latent_dim, channels, image_shape)
    channels = runtime.widths(channels)
    *_, smallest = _halved(sides, len(channels))
    body: list[nn.Module] = []
    for inputs, outputs in pairwise((first, *channels)):
        body += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.ReLU()]
    flat = channels[-1] * prod(smallest)
    return nn.Sequential(*body, nn.Flatten(), nn.Linear(flat, latent_dim))


def conv_decoder(
    latent_dim: int,
    channels: Sequence[int] = (32, 16),
    image_shape: Sequence[int] = (1, 28, 28),
    output: Callable[[], nn.Module] = nn.Sigmoid,
) -> nn.Sequential:
    """Build a convolutional network from codes to images, by default in [0, 1].

    It mirrors `conv_encoder`: a linear layer, then transposed convolutions with a
    kernel of 3, a stride of 2 and a padding of 1, each of which doubles the sides. An
    output padding of 1 where a side was even, and of 0 where it was odd, gives back its
    size.

    Args:
        latent_dim: The size `D` of a code.
        channels: Channels *before* each transposed convolution.
        image_shape: The shape `(C, H, W)` of one image.
        output: Makes the activation of the pixels; `nn.Identity` gives logits.

    Returns:
        A network `(B, D) -> (B, C, H, W)`.

    Raises:
        ValueError: If a size is below 1, or `image_shape` has not three.
    """
    last, *sides = _checked(latent_dim, channels, image_shape)
    channels = runtime.widths(channels)
    *larger, smallest = _halved(sides, len(channels))
    body: list[nn.Module] = [
        nn.Linear(latent_dim, channels[0] * prod(smallest)),
        nn.Unflatten(1, (channels[0], *smallest)),
    ]
    channels_to = pairwise((*channels, last))
    for (inputs, outputs), due in zip(channels_to, reversed(larger), strict=True):
        doubling = nn.ConvTranspose2d(
            inputs, outputs, 3, stride=2, padding=1, output_padding=_even(due)
        )
        body += [nn.ReLU(), doubling]
    return nn.Sequential(*body, layers.made("output", output))


def _checked(
    latent_dim: int, channels: Sequence[int], image_shape: Sequence[int]
) -> Sequence[int]:
    """Refuse what no layer can have: PyTorch would build some of it, and warn."""
    require.whole("latent_dim", latent_dim)
    require.sizes("channels", channels)
    require.sizes("image_shape", image_shape)
    if len(image_shape) != 3:
        raise ValueError(f"image_shape is {tuple(image_shape)}; it must be (C, H, W)")
    return image_shape


def _halved(sides: Sequence[int], times: int) -> list[tuple[int, int]]:
    """Return the sides of an image, and behind each layer that halves them."""
    height, width = sides
    found = [(height, width)]
    for _ in range(times):
        height, width = -(-height // 2), -(-width // 2)
        found.append((height, width))
    return found


def _even(sides: tuple[int, int]) -> tuple[int, int]:
    """Return what doubled sides lack: 1 where one is even, as 2 n - 1 comes out."""
    return 1 - sides[0] % 2, 1 - sides[1] % 2


def _linear_layers(
    sizes: Sequence[int], activation: Callable[[], nn.Module]
) -> list[nn.Module]:
    """Return linear layers with an activation between each two."""
    require.sizes("sizes", sizes, least=2)
    first, *hidden, last = sizes
    body: list[nn.Module] = []
    for inputs, outputs in pairwise((first, *runtime.widths(hidden), last)):
        body += [nn.Linear(inputs, outputs), layers.made("activation", activation)]
    return body[:-1]
