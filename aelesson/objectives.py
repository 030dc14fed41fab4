"""Objectives: what a model is asked to do with a batch of images.

An objective takes the model and a batch `(B, ...)` and returns named scalar
terms, each a mean over the batch; training minimises the one named `"loss"`.
"""

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor, nn
from torch.nn import functional as F

Objective: TypeAlias = Callable[[nn.Module, Tensor], dict[str, Tensor]]


def reconstruction(
    loss: Callable[[Tensor, Tensor], Tensor] = F.mse_loss,
) -> Objective:
    """Ask for the image itself.

    Args:
        loss: The error of reconstructions `(B, ...)` against images: one value per
            image, `(B,)`, or their mean.
    """

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": loss(model(x), x).mean()}

    return objective
