"""Objectives: what a model is asked to do with a batch of images.

An objective takes the model and a batch `(B, ...)` and returns named scalar
terms, each a mean over the batch; training minimises the one named `"loss"`.
"""

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor, nn

from aelesson import losses

Objective: TypeAlias = Callable[[nn.Module, Tensor], dict[str, Tensor]]


def reconstruction(
    loss: Callable[[Tensor, Tensor], Tensor] = losses.mse,
) -> Objective:
    """Ask for the image itself.

    Args:
        loss: The error of reconstructions `(B, ...)` against images, `(B,)`.
    """

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": loss(model(x), x).mean()}

    return objective
