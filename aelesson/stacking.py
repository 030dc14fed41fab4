"""Stacked autoencoders: layer by layer, then as one network, then as a classifier.

Source: Bengio et al. (2007), "Greedy layer-wise training of deep networks"; with
corruption: Vincent et al. (2010), "Stacked denoising autoencoders".
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import metrics, objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def pretrain(
    images: Tensor,
    sizes: Sequence[int],
    corrupt: Callable[[Tensor], Tensor],
    config: TrainConfig,
    *,
    activation: Callable[[], nn.Module] = nn.Sigmoid,
    generator: torch.Generator | None = None,
    progress: bool = True,
) -> list[Autoencoder]:
    """Train one denoising autoencoder per layer, each on the codes of the one before.

    The codes are computed once per layer, not at every step. The first decoder ends
    in a sigmoid, for pixels; the later ones in `activation`, for codes.

    Args:
        images: `(N, ...)` in [0, 1].
        sizes: Units per layer from pixels to the last code, such as
            `(784, 500, 500)`.
        corrupt: Spoils each layer's input anew at every step; see
            `aelesson.corruptions`.
        config: The settings, the same for each layer.
        activation: Makes the activation of the codes.
        generator: Shuffles; the same one serves all layers.
        progress: Whether to show a bar per layer.

    Returns:
        The autoencoders, from the pixels upwards.

    Raises:
        ValueError: If there is no image, or if `sizes` has no layer, an empty one, or
            does not start with the pixels.
    """
    if len(images) == 0:
        raise ValueError(f"images has shape {tuple(images.shape)}: it holds no image")
    if len(sizes) < 2 or min(sizes) < 1 or images[0].numel() != sizes[0]:
        raise ValueError(
            f"sizes is {tuple(sizes)}; it must start with an image's "
            f"{images[0].numel()} pixels and have a layer"
        )
    inputs, layers = images.flatten(1), []
    for depth, (wide, narrow) in enumerate(pairwise(sizes)):
        output = nn.Sigmoid if depth == 0 else activation
        layer = Autoencoder(
            nn.Sequential(nn.Linear(wide, narrow), activation()),
            nn.Sequential(nn.Linear(narrow, wide), output()),
        ).to(images.device)
        task = objectives.denoising(corrupt, F.mse_loss)
        fit(layer, inputs, task, config, generator=generator, progress=progress)
        inputs = metrics.apply(layer, layer.encode, inputs)
        layers.append(layer)
    return layers


def encode_through(encoders: Sequence[Callable[[Tensor], Tensor]], x: Tensor) -> Tensor:
    """Return the codes of the last encoder: each one's codes feed the next."""
    for encoder in encoders:
        x = encoder(x)
    return x


def unroll(layers: Sequence[Autoencoder]) -> Autoencoder:
    """Join layers into one deep autoencoder that shares their tensors.

    The encoders follow each other, then the decoders in reverse. Images are
    flattened before; the reconstruction is flat, `(B, pixels)`.
    """
    return Autoencoder(
        nn.Sequential(nn.Flatten(), *(layer.encoder for layer in layers)),
        nn.Sequential(*(layer.decoder for layer in reversed(layers))),
    )


def build_classifier(encoders: Sequence[nn.Module], classes: int) -> nn.Sequential:
    """Put a linear layer on top of encoders; the classifier shares their tensors.

    Training the classifier changes the encoders, and the other way round. Copy the
    encoders first (`copy.deepcopy`) if they are still needed as they are.

    Args:
        encoders: From images `(B, ...)` through codes `(B, D)`.
        classes: How many classes.

    Returns:
        A network from images `(B, ...)` to logits `(B, classes)`.

    Raises:
        ValueError: If there is no encoder with a linear layer, or `classes` is below 2.
    """
    if classes < 2:
        raise ValueError(f"classes is {classes}; it must be at least 2")
    body = nn.Sequential(*encoders)
    linear = [layer for layer in body.modules() if isinstance(layer, nn.Linear)]
    if not linear:
        raise ValueError("encoders holds no linear layer, which tells the code's size")
    head = nn.Linear(linear[-1].out_features, classes).to(linear[-1].weight.device)
    return nn.Sequential(nn.Flatten(), body, head)


def freeze(module: AnyModule) -> AnyModule:
    """Keep a module's parameters as they are: optimizers skip what has no gradient.

    An optimizer that knew them before leaves them alone from its next step on.
    Gradients still flow through the module to its input.

    Returns:
        The module itself, as `module.eval()` does.
    """
    for parameter in module.parameters():
        parameter.requires_grad_(False)
        parameter.grad = None
    return module
