"""Loss terms: pure functions from tensors to one value per image."""

from torch import Tensor
from torch.nn import functional as F


def mse(x_hat: Tensor, x: Tensor) -> Tensor:
    r"""Return each image's mean squared error per pixel.

    $\frac{1}{P}\sum_{p=1}^{P} (\hat{x}_p - x_p)^2$ for an image of `P` pixels.

    Args:
        x_hat: Reconstructions, `(B, ...)`.
        x: The images they should equal, the same shape.

    Returns:
        Shape `(B,)`, in squared units of the pixels.

    Raises:
        ValueError: If the shapes differ, which would broadcast silently, or if
            they are not those of at least one image.
    """
    if x_hat.shape != x.shape:
        raise ValueError(
            f"x_hat has shape {tuple(x_hat.shape)} and x {tuple(x.shape)}: "
            "they must be equal"
        )
    if x.dim() < 2 or x.numel() == 0:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected images (B, ...)")
    return F.mse_loss(x_hat, x, reduction="none").flatten(1).mean(1)
