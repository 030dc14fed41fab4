"""Figures that say how good a trained model is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from aelesson import losses, runtime

BATCH = 1000  # images per forward pass: bounds memory, not the result


def apply(
    model: nn.Module, function: Callable[[Tensor], Tensor], images: Tensor
) -> Tensor:
    """Apply a model's function to images, batch by batch, in evaluation mode.

    Args:
        model: The model that `function` belongs to.
        function: For example `model`, `model.encode` or `model.decode`.
        images: Shape `(B, ...)`, on any device.

    Returns:
        The results, `(B, ...)`, on the device of `images`.

    Raises:
        ValueError: If there is no image.
    """
    if len(images) == 0:
        raise ValueError(f"images has shape {tuple(images.shape)}: it holds no image")
    parameter = next(model.parameters(), images)
    with runtime.evaluating(model):
        parts = [function(x.to(parameter.device)) for x in images.split(BATCH)]
    return torch.cat(parts).to(images.device)


def reconstruction_error(model: nn.Module, images: Tensor) -> Tensor:
    """Return each image's mean squared error per pixel, in evaluation mode.

    Args:
        model: A model `(B, ...) -> (B, ...)`.
        images: Shape `(B, ...)`.

    Returns:
        Shape `(B,)`.
    """
    return losses.mse(apply(model, model, images), images)


def dead_units(codes: Tensor) -> int:
    """Count the code units that are zero for every image.

    Args:
        codes: Shape `(B, D)`, behind a ReLU.

    Raises:
        ValueError: If `codes` is not of shape `(B, D)` with at least one image.
    """
    if codes.dim() != 2 or len(codes) == 0:
        raise ValueError(f"codes has shape {tuple(codes.shape)}, expected (B, D)")
    return int((codes == 0).all(dim=0).sum())
