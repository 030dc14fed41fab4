"""Figures that say how good a trained model is."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import layers, losses, require, runtime

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
        ValueError: If there is no image, or `function` does not take it.
    """
    require.model("model", model)
    require.function("function", function, "a function of the model")
    require.tensor("images", images)
    parameter = next(model.parameters(), images)
    with runtime.evaluating(model):
        parts = [
            layers.through("images", x.to(parameter.device), function, model)
            for x in images.split(BATCH)
        ]
    return torch.cat(parts).to(images.device)


def reconstruction_error(model: nn.Module, images: Tensor) -> Tensor:
    """Return each image's mean squared error per pixel, in evaluation mode.

    Args:
        model: A model `(B, ...) -> (B, ...)`.
        images: Shape `(B, ...)`.

    Returns:
        Shape `(B,)`.

    Raises:
        ValueError: If the output has another shape than the images, or these were never
            meant for the range of the model's likelihood, such as 0 to 255 for [0, 1].
    """
    x_hat = apply(model, model, images)
    require.same_shape("the model's output", x_hat, "images", images)
    likelihood = getattr(model, "likelihood", None)
    if likelihood is not None and math.isfinite(likelihood.low):
        require.pixels("images", images, likelihood.low, likelihood.high)
    return losses.mse(x_hat, images)


def dead_units(codes: Tensor) -> int:
    """Count the code units that are zero for every image.

    Args:
        codes: Shape `(B, D)`, behind a ReLU.

    Raises:
        ValueError: If `codes` is not of shape `(B, D)` with at least one image.
    """
    require.finite_tensor("codes", codes, "(B, D)")
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
    require.finite_tensor("mean", mean, "(B, D)")
    require.number("threshold", threshold, at_least=0)
    if len(mean) < 2:
        raise ValueError(
            f"mean has shape {tuple(mean.shape)}, expected (B, D) with B above 1"
        )
    return int((mean.var(dim=0) > threshold).sum())


def share_sure(model: nn.Module, images: Tensor, least: float = 0.9) -> float:
    """Return of which share of images a classifier is sure what they show.

    Of images that a generator made it says whether *each* looks like something known;
    `cloud_distance` says whether *all* vary as they should.

    Args:
        model: A classifier `(B, ...) -> (B, classes)`, of logits.
        images: Shape `(B, ...)`.
        least: The probability of the likeliest class that counts as sure, in [0, 1].

    Raises:
        ValueError: If there is no image, the classifier does not take it or gives what
            is no logit, or `least` is no probability.
    """
    require.number("least", least, at_least=0, at_most=1)
    logits = apply(model, model, images)
    require.finite_tensor("the model's logits for images", logits, "(B, classes)")
    return (logits.softmax(dim=1).amax(dim=1) > least).double().mean().item()


def cloud_distance(features: Tensor, reference: Tensor) -> float:
    r"""Return how far two clouds are apart, in mean and covariance.

    $|\mu_a - \mu_b|^2 + \mathrm{tr}(C_a + C_b - 2 (C_a C_b)^{1/2})$, the Fréchet
    distance of normal distributions. Of few points it is too large: two halves of one
    cloud are not at 0.

    Source: Heusel et al. (2017), "GANs trained by a two time-scale update rule converge
    to a local Nash equilibrium", equation 6: with features of their classifier it is
    the Fréchet inception distance.

    Args:
        features: Such as a classifier's hidden units for images that a generator made,
            `(N, D)` with `N` of 2 or more.
        reference: The same of real images, `(M, D)`.

    Returns:
        In squared units of the features.

    Raises:
        ValueError: If one has fewer than two rows or a value that is not finite, or
            they differ in `D`.
    """
    clouds = {"features": features, "reference": reference}
    for name, cloud in clouds.items():
        require.finite_tensor(name, cloud, "(N, D)")
        if len(cloud) < 2:
            told = f"{name} has shape {tuple(cloud.shape)}"
            raise ValueError(f"{told}: a covariance needs two rows or more")
    if features.shape[1] != reference.shape[1]:
        raise ValueError(
            f"features has shape {tuple(features.shape)} and reference "
            f"{tuple(reference.shape)}: they must have the same columns"
        )
    a, b = features.double(), reference.double()
    mean = (a.mean(0) - b.mean(0)).square().sum()
    of_a, of_b = (torch.cov(each.T).reshape(a.shape[1], -1) for each in (a, b))
    values, directions = torch.linalg.eigh(of_a)
    root = directions * values.clamp_min(0).sqrt() @ directions.T
    roots = torch.linalg.eigvalsh(root @ of_b @ root).clamp_min(0).sqrt()
    return float(mean + of_a.trace() + of_b.trace() - 2 * roots.sum())


def psnr(x_hat: Tensor, x: Tensor, pixels: tuple[float, float] = (0.0, 1.0)) -> Tensor:
    r"""Return each image's peak signal-to-noise ratio.

    $-10 \log_{10} (\mathrm{MSE} / w^2)$, in decibels (dB), with the width $w$ of the
    pixels' range: 10 dB more is a tenth of the MSE.

    Args:
        x_hat: Reconstructions, `(B, ...)`; they may leave the range, as noise does.
        x: The images they should equal, the same shape.
        pixels: What black and white are, such as `(0, 255)`.

    Returns:
        Shape `(B,)`, in dB, over all channels; `inf` for images that are equal.

    Raises:
        TypeError: If they are no float tensors.
        ValueError: If the shapes differ, or the pixels are of another range.
    """
    width = _width(x_hat, x, pixels)
    return -10 * (losses.mse(x_hat, x) / width**2).log10()


def _width(
    x_hat: Tensor, x: Tensor, pixels: tuple[float, float], above: float = 1e-3
) -> float:
    """Return the width of the pixels' range, and refuse images of another one.

    Args:
        x_hat: Reconstructions.
        x: Images.
        pixels: The range.
        above: How many widths the images may be brighter than white.
    """
    require.pair("x_hat", x_hat, "x", x, "(B, ...)")
    black, white = require.black_and_white("pixels", pixels)
    width = white - black
    cure = ", from black to white: scale it, or state another range by pixels="
    low, high = black - 1e-3 * width, white + above * width  # interpolation adds some
    require.within("x", x, low, high, cure)
    require.pixels("x_hat", x_hat, black, white)
    return width


def ssim(x_hat: Tensor, x: Tensor, pixels: tuple[float, float] = (0.0, 1.0)) -> Tensor:
    r"""Return each image's structural similarity; of colours, the channels' mean.

    Unlike MSE it compares local means $\mu$, variances and covariances:

    $\frac{(2 \hat\mu \mu + c_1)(2\,\mathrm{cov} + c_2)}
    {(\hat\mu^2 + \mu^2 + c_1)(\hat\sigma^2 + \sigma^2 + c_2)}$

    averaged over all places where the window fits into the image. The window is a
    Gaussian of width 1.5 in 11 x 11 pixels, $c_1 = 0.01^2$ and $c_2 = 0.03^2$, for
    pixels scaled to [0, 1].

    Source: Wang et al. (2004), "Image quality assessment: from error visibility to
    structural similarity", section III B.

    Args:
        x_hat: Reconstructions, `(B, 1, H, W)` or `(B, 3, H, W)`, with sides of 11 or
            more; they may leave the range, as noise does.
        x: The images they should equal, the same shape.
        pixels: What black and white are, such as `(0, 255)`.

    Returns:
        Shape `(B,)`, at most 1, which equal images have.

    Raises:
        TypeError: If they are no float tensors.
        ValueError: If the shapes differ or are not those of pictures, or the pixels
            are of another range.
    """
    require.pair("x_hat", x_hat, "x", x, "(B, C, H, W)")
    if x.shape[1] not in (1, 3) or min(x.shape[2:]) < 11:
        raise ValueError(
            f"x_hat has shape {tuple(x_hat.shape)} and x {tuple(x.shape)}: both must "
            "be (B, 1, H, W) or (B, 3, H, W), with sides of 11 or more"
        )
    width, count = _width(x_hat, x, pixels, above=1.0), len(x)
    # Each channel is an image of its own, (B * C, 1, H, W).
    x_hat, x = (
        (each.flatten(0, 1)[:, None] - pixels[0]) / width for each in (x_hat, x)
    )
    weights = (-(torch.arange(-5, 6).to(x) / 1.5).square() / 2).exp()
    window = (weights[:, None] * weights / weights.sum() ** 2)[None, None]

    def local_mean(values: Tensor) -> Tensor:
        return F.conv2d(values, window)  # (B * C, 1, H - 10, W - 10)

    mean_hat, mean = local_mean(x_hat), local_mean(x)
    covariance = local_mean(x_hat * x) - mean_hat * mean
    variances = local_mean(x_hat**2 + x**2) - mean_hat**2 - mean**2
    alike = (2 * mean_hat * mean + 0.01**2) * (2 * covariance + 0.03**2)
    most = (mean_hat**2 + mean**2 + 0.01**2) * (variances + 0.03**2)
    return (alike / most).reshape(count, -1).mean(1)
