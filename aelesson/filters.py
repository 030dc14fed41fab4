"""Denoisers without a network: classical filters, and the best linear map.

Each filter takes images, `(B, 1, H, W)` or in colour `(B, 3, H, W)`, and returns as
many, of the same dtype and on the same device; it filters each channel by itself,
changes nothing in place and does not clip. They set the scale: a
network has earned its name only beside them. SciPy and scikit-image are imported where
they are used, because that takes long.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson import require

TV_EPS = 1e-5  # relative change of the objective at which the iteration stops


def median(noisy: Tensor, size: int = 3) -> Tensor:
    """Replace each pixel by the median of the square around it.

    Args:
        noisy: Images `(B, C, H, W)`.
        size: The side of the square, in pixels; odd.

    Raises:
        TypeError: If these are no float tensor.
        ValueError: If these are no pictures, or `size` is even or below 1.
    """
    require.images("noisy", noisy)
    require.finite("noisy", noisy)
    _check_odd(size)
    from scipy.ndimage import median_filter

    return _tensor(median_filter(_array(noisy), size=(1, 1, size, size)), noisy)


def gaussian(noisy: Tensor, width: float) -> Tensor:
    """Replace each pixel by a mean of its neighbours with weights of a normal density.

    Args:
        noisy: Images `(B, C, H, W)`.
        width: The density's standard deviation, in pixels.

    Raises:
        ValueError: If these are no pictures, or `width` is not positive.
    """
    require.images("noisy", noisy)
    require.finite("noisy", noisy)
    require.number("width", width, above=0)
    from scipy.ndimage import gaussian_filter

    return _tensor(gaussian_filter(_array(noisy), sigma=(0, 0, width, width)), noisy)


def wiener(noisy: Tensor, size: int, noise_variance: float) -> Tensor:
    """Pull each pixel to the mean around it, the more so the less varies there.

    Where the variance in the square is at most that of the noise, the result is the
    mean; where it is much larger, as at an edge, the pixel stays almost as it is.

    Source: Lee (1980), "Digital image enhancement and noise filtering by use of local
    statistics"; by SciPy, which takes what is outside the image as 0.

    Args:
        noisy: Images `(B, C, H, W)`.
        size: The side of the square, in pixels; odd.
        noise_variance: In squared units of the pixels.

    Raises:
        ValueError: If these are no pictures, `size` is even or below 1, or
            `noise_variance` is not positive.
    """
    require.images("noisy", noisy)
    require.finite("noisy", noisy)
    _check_odd(size)
    require.number("noise_variance", noise_variance, above=0)
    from scipy.signal import wiener as local_wiener

    with np.errstate(divide="ignore", invalid="ignore"):  # where nothing varies
        filtered = local_wiener(_array(noisy), (1, 1, size, size), noise_variance)
    return _tensor(filtered, noisy)


def total_variation(noisy: Tensor, weight: float) -> Tensor:
    """Return the flattest image that is still close to the noisy one.

    It minimises the sum of the gradient's lengths plus `1 / (2 weight)` times the
    squared distance: flat areas with sharp edges.

    Source: Rudin, Osher and Fatemi (1992); Chambolle (2004); by scikit-image, whose own
    tolerance stops early on noisy digits.

    Args:
        noisy: Images `(B, C, H, W)`.
        weight: More of it gives flatter images.

    Raises:
        ValueError: If these are no pictures, or `weight` is not positive.
    """
    require.images("noisy", noisy)
    require.finite("noisy", noisy)
    require.number("weight", weight, above=0)
    from skimage.restoration import denoise_tv_chambolle

    flat = [
        denoise_tv_chambolle(channel, weight, eps=TV_EPS)  # type: ignore[no-untyped-call]
        for channel in _array(noisy.flatten(0, 1))
    ]
    return _tensor(np.stack(flat), noisy).reshape(noisy.shape)


def best_linear_map(
    noisy: Tensor, clean: Tensor, ridge: float = 1e-4
) -> Callable[[Tensor], Tensor]:
    r"""Fit the affine map from noisy images to clean ones with the least squared error.

    In closed form: $W = (A + \lambda I)^{-1} C$ with the covariance $A$ of the noisy
    pixels and their covariance $C$ with the clean ones; the intercept maps mean to
    mean. Every linear filter, of any size, is such a map; none can do better on these
    pairs. The sides may differ, as in super-resolution.

    Args:
        noisy: Images `(N, C, h, w)`.
        clean: What they should become, `(N, C, H, W)`.
        ridge: $\lambda$, in squared units of the pixels. It is there for pixels that
            never vary.

    Returns:
        The map, from images `(B, C, h, w)` to `(B, C, H, W)`; it mixes channels.

    Raises:
        ValueError: If the counts differ, these are no pictures, or `ridge` is
            not positive.
    """
    require.images("noisy", noisy)
    require.finite("noisy", noisy)
    require.images("clean", clean)
    require.finite("clean", clean)
    require.same_length("noisy", noisy, "clean", clean)
    require.number("ridge", ridge, above=0)
    inputs, targets = noisy.flatten(1).double(), clean.flatten(1).double()
    centre, goal = inputs.mean(0), targets.mean(0)
    inputs, targets = inputs - centre, targets - goal
    covariance = inputs.T @ inputs / len(inputs)
    covariance.diagonal().add_(ridge)
    weight = torch.linalg.solve(covariance, inputs.T @ targets / len(inputs))
    shape = clean.shape[1:]
    taken = f"(B, {', '.join(map(str, noisy.shape[1:]))})"

    def denoise(x: Tensor) -> Tensor:
        require.tensor("x", x, taken)
        mapped = (x.flatten(1).double() - centre) @ weight + goal  # (B, C * H * W)
        images: Tensor = mapped.to(x.dtype).reshape(-1, *shape)
        return images

    return denoise


def clamp_bias(std: float) -> float:
    r"""Return the mean of a black pixel that got normal noise and was cut to [0, 1].

    $\sigma\,(\varphi(0) - \varphi(1/\sigma)) + 1 - \Phi(1/\sigma)$ with the standard
    normal density $\varphi$ and distribution function $\Phi$. A white pixel loses as
    much. For small `std` it is $\sigma / \sqrt{2 \pi}$.

    Args:
        std: The noise's standard deviation, in units of the pixels.

    Raises:
        ValueError: If `std` is not positive.
    """
    require.number("std", std, above=0)
    top = 1 / std
    density = (1 - math.exp(-(top**2) / 2)) / math.sqrt(2 * math.pi)
    return std * density + math.erfc(top / math.sqrt(2)) / 2


def undo_clamping(noisy: Tensor, std: float) -> Tensor:
    """Take the mean effect of clamping back: stretch grey levels to 0 and 1 again.

    The affine map that gives noisy black pixels the mean 0 and noisy white ones the
    mean 1. Pixels leave [0, 1] by it.

    Args:
        noisy: Images `(B, ...)` with normal noise, cut to [0, 1].
        std: The noise's standard deviation before the cut.

    Raises:
        ValueError: If `std` is not positive.
    """
    require.tensor("noisy", noisy)
    bias = clamp_bias(std)
    return (noisy - bias) / (1 - 2 * bias)


def _array(images: Tensor) -> NDArray[np.floating]:
    return images.detach().cpu().numpy()


def _tensor(filtered: NDArray[np.floating], like: Tensor) -> Tensor:
    images: Tensor = torch.from_numpy(filtered).to(like)
    return images


def _check_odd(size: int) -> None:
    require.whole("size", size)
    if size % 2 == 0:
        raise ValueError(f"size is {size}; it must be odd, so that it has a middle")
