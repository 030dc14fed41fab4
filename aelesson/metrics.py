"""Figures that say how good a trained model is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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


def active_units(mean: Tensor, threshold: float = 0.01) -> int:
    r"""Count the code units whose mean depends on the image.

    Unit `d` is active if the variance over images of its posterior mean,
    $\mathrm{Var}_x\, \mu_d(x)$, is above the threshold.

    Source: Burda et al. (2016), section 5.3, with the same threshold.

    Args:
        mean: Posterior means, `(B, D)`, of at least two images.
        threshold: In squared units of the code.

    Raises:
        ValueError: If `mean` is not of shape `(B, D)` with at least two images.
    """
    if mean.dim() != 2 or len(mean) < 2:
        raise ValueError(
            f"mean has shape {tuple(mean.shape)}, expected (B, D) with B above 1"
        )
    return int((mean.var(dim=0) > threshold).sum())


def psnr(x_hat: Tensor, x: Tensor) -> Tensor:
    r"""Return each image's peak signal-to-noise ratio, for pixels in [0, 1].

    $-10 \log_{10} \mathrm{MSE}$, in decibels (dB): 10 dB more is a tenth of the MSE.

    Args:
        x_hat: Reconstructions, `(B, ...)`.
        x: The images they should equal, the same shape.

    Returns:
        Shape `(B,)`, in dB; `inf` for images that are equal.

    Raises:
        ValueError: If the shapes differ.
    """
    return -10 * losses.mse(x_hat, x).log10()


def ssim(x_hat: Tensor, x: Tensor) -> Tensor:
    r"""Return each image's structural similarity, for grey images in [0, 1].

    Unlike MSE it compares local means $\mu$, variances and covariances:

    $\frac{(2 \hat\mu \mu + c_1)(2\,\mathrm{cov} + c_2)}
    {(\hat\mu^2 + \mu^2 + c_1)(\hat\sigma^2 + \sigma^2 + c_2)}$

    averaged over all places where the window fits into the image. The window is a
    Gaussian of width 1.5 in 11 x 11 pixels, $c_1 = 0.01^2$ and $c_2 = 0.03^2$.

    Source: Wang et al. (2004), "Image quality assessment: from error visibility to
    structural similarity", section III B.

    Args:
        x_hat: Reconstructions, `(B, 1, H, W)`, with sides of 11 or more.
        x: The images they should equal, the same shape.

    Returns:
        Shape `(B,)`, at most 1, which equal images have.

    Raises:
        ValueError: If the shapes differ or are not those of grey images.
    """
    grey = x.dim() == 4 and x.shape[1] == 1
    if x_hat.shape != x.shape or not grey or min(x.shape[2:]) < 11:
        raise ValueError(
            f"x_hat has shape {tuple(x_hat.shape)} and x {tuple(x.shape)}: both must "
            "be (B, 1, H, W), with sides of 11 or more"
        )
    weights = (-(torch.arange(-5, 6).to(x) / 1.5).square() / 2).exp()
    window = (weights[:, None] * weights / weights.sum() ** 2)[None, None]

    def local_mean(values: Tensor) -> Tensor:
        return F.conv2d(values, window)  # (B, 1, H - 10, W - 10)

    mean_hat, mean = local_mean(x_hat), local_mean(x)
    covariance = local_mean(x_hat * x) - mean_hat * mean
    variances = local_mean(x_hat**2 + x**2) - mean_hat**2 - mean**2
    alike = (2 * mean_hat * mean + 0.01**2) * (2 * covariance + 0.03**2)
    most = (mean_hat**2 + mean**2 + 0.01**2) * (variances + 0.03**2)
    return (alike / most).flatten(1).mean(1)
