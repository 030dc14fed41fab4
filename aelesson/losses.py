"""Loss terms: pure functions from tensors to one value per image."""

import math

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn import functional as F

from aelesson import require

IMAGES = "(B, ...)"
UNIT = ", or this loss has no lower bound"


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
        TypeError: If one is no tensor of floating-point numbers; so below.
    """
    require.pair("x_hat", x_hat, "x", x, IMAGES)
    return F.mse_loss(x_hat, x, reduction="none").flatten(1).mean(1)


def gaussian_nll(x_hat: Tensor, x: Tensor, std: float | Tensor = 1.0) -> Tensor:
    r"""Return each image's negative log-density under normal noise around `x_hat`.

    $\sum_p \frac{(x_p - \hat{x}_p)^2}{2\sigma^2} + \log\sigma + \frac{1}{2}\log 2\pi$

    Args:
        x_hat: Means, `(B, ...)`.
        x: Images, the same shape.
        std: The noise's standard deviation, in units of the pixels; a scalar tensor
            if it is learnt.

    Returns:
        Shape `(B,)`, in nats per image; as a log of a density it can be negative.

    Raises:
        ValueError: If the shapes differ, `std` is a number not above 0 and finite, or a
            tensor of more than one.
    """
    require.pair("x_hat", x_hat, "x", x, IMAGES)
    constant = _log("std", std) + 0.5 * math.log(2 * math.pi)
    return (((x - x_hat) / std).square() / 2 + constant).flatten(1).sum(1)


def laplace_nll(x_hat: Tensor, x: Tensor, scale: float | Tensor = 1.0) -> Tensor:
    r"""Return each image's negative log-density under Laplace noise around `x_hat`.

    $\sum_p \frac{|x_p - \hat{x}_p|}{b} + \log 2b$

    Args:
        x_hat: Medians, `(B, ...)`.
        x: Images, the same shape.
        scale: $b$, the mean absolute deviation, in units of the pixels; a scalar
            tensor if it is learnt.

    Returns:
        Shape `(B,)`, in nats per image; as a log of a density it can be negative.

    Raises:
        ValueError: If the shapes differ or `scale` is not above 0 and finite.
    """
    require.pair("x_hat", x_hat, "x", x, IMAGES)
    constant = _log("scale", scale) + math.log(2)
    return ((x - x_hat).abs() / scale + constant).flatten(1).sum(1)


def _log(name: str, width: float | Tensor) -> float | Tensor:
    if isinstance(width, Tensor):
        require.tensor(name, width, "()")  # its sign costs a wait, and shows as nan
        return width.log()
    require.number(name, width, above=0)
    return math.log(width)


def bernoulli_nll(logits: Tensor, x: Tensor) -> Tensor:
    r"""Return each image's binary cross-entropy (BCE), from logits.

    $-\sum_p x_p \log s(a_p) + (1 - x_p) \log(1 - s(a_p))$ for logits $a$ and the
    sigmoid $s$, finite for logits of any size. For pixels 0 or 1 it is the negative
    log-likelihood; for grey ones a cross-entropy, whose lowest value is the entropy
    `bernoulli_entropy` and not 0.

    Args:
        logits: `(B, ...)`, any real numbers.
        x: Images, the same shape, in [0, 1].

    Returns:
        Shape `(B,)`, in nats per image.

    Raises:
        ValueError: If the shapes differ or a pixel is outside [0, 1], where the loss
            has no lower bound.
    """
    require.pair("logits", logits, "x", x, IMAGES)
    require.within("x", x, 0, 1, UNIT)
    nll: Tensor = _CrossEntropy.apply(logits, x)
    return nll.flatten(1).sum(1)


class _CrossEntropy(torch.autograd.Function):
    r"""Each pixel's BCE: $\max(a, 0) - a x + \log(1 + e^{-|a|})$.

    PyTorch's own takes the last logarithm with log1p, which is exact where a pixel's
    loss is below 1e-7, and several times as slow on a processor.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(logits: Tensor, x: Tensor) -> Tensor:
        tail = logits.abs().neg_().exp_().add_(1).log_()
        return logits.clamp_min(0) - logits * x + tail

    @staticmethod
    def setup_context(
        ctx: FunctionCtx, inputs: tuple[Tensor, Tensor], output: Tensor
    ) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, Tensor | None]:
        logits, x = ctx.saved_tensors  # type: ignore[attr-defined]
        wanted = ctx.needs_input_grad[1]  # type: ignore[attr-defined]
        to_x = -gradient * logits if wanted else None
        return gradient * (logits.sigmoid() - x), to_x


def bernoulli_entropy(x: Tensor) -> Tensor:
    r"""Return the lowest BCE that any reconstruction of each image can have.

    $-\sum_p x_p \log x_p + (1 - x_p)\log(1 - x_p)$ with $0 \log 0 = 0$

    Args:
        x: Images `(B, ...)` in [0, 1].

    Returns:
        Shape `(B,)`, in nats per image; 0 where every pixel is 0 or 1.

    Raises:
        ValueError: If a pixel is outside [0, 1].
    """
    require.tensor("x", x, IMAGES)
    require.within("x", x, 0, 1, UNIT)
    return -(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x)).flatten(1).sum(1)


def kl_to_standard_normal(mean: Tensor, logvar: Tensor) -> Tensor:
    r"""Return the KL divergence of diagonal normals from the standard normal.

    $\frac{1}{2} \sum_d \mu_d^2 + \sigma_d^2 - \log\sigma_d^2 - 1$

    Source: Kingma and Welling (2014), appendix B.

    Args:
        mean: $\mu$, `(B, D)`.
        logvar: $\log\sigma^2$, the same shape.

    Returns:
        Shape `(B,)`, in nats per image.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("mean", mean, "logvar", logvar, IMAGES)
    return 0.5 * (mean.square() + logvar.exp() - logvar - 1).flatten(1).sum(1)


def kl_per_unit(mean: Tensor, logvar: Tensor) -> Tensor:
    r"""Return what each unit adds to `kl_to_standard_normal`.

    $\frac{1}{2} (\mu_d^2 + \sigma_d^2 - \log\sigma_d^2 - 1)$

    Args:
        mean: $\mu$, `(B, D)`.
        logvar: $\log\sigma^2$, the same shape.

    Returns:
        Shape `(B, D)`, in nats per image.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("mean", mean, "logvar", logvar, IMAGES)
    return 0.5 * (mean.square() + logvar.exp() - logvar - 1)


def free_bits(kl: Tensor, least: float) -> Tensor:
    r"""Return the KL divergence of a batch, each unit's counted as `least` or more.

    $\sum_d \max(\lambda, \frac{1}{B} \sum_b \mathrm{KL}_{bd})$: below $\lambda$ a unit
    costs the same whatever it says, so that nothing is gained by silencing it.

    Source: Kingma et al. (2016), "Improved variational inference with inverse
    autoregressive flow", appendix C.8.

    Args:
        kl: What each unit costs, `(B, D)`, as from `kl_per_unit`.
        least: $\lambda$, in nats per unit, 0 or more.

    Returns:
        A scalar, in nats per image; no gradient reaches units below `least`.

    Raises:
        ValueError: If `kl` has another shape, or `least` is negative.
    """
    require.tensor("kl", kl, "(B, D)")
    require.number("least", least, at_least=0)
    return kl.mean(0).clamp_min(least).sum()
