"""JumpReLU: latents that are silent below a threshold which is learnt.

A threshold moves no output a little: the output jumps, and its gradient is 0 almost
everywhere. So backward passes take another one, a straight-through gradient: a box of a
stated width around the threshold stands for the infinitely steep edge.
"""

import math

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from aelesson import layers, require

CODES = "(B, D)"
WIDTH = 0.1  # of the box, in units of `pre`


def jump_relu(pre: Tensor, threshold: float | Tensor, width: float = WIDTH) -> Tensor:
    r"""Let values pass unchanged that are above a threshold; others become 0.

    $\mathrm{JumpReLU}_\theta(a) = a\, H(a - \theta)$ with the step $H$, 0 at 0. A ReLU
    would take the threshold off what passes, and so shrink it.

    The gradient to `pre` is 1 where it passes and 0 elsewhere. The gradient to the
    threshold is the straight-through one,
    $-\frac{\theta}{\varepsilon} K(\frac{a - \theta}{\varepsilon})$ with a box $K$ that
    is 1 from $-\frac{1}{2}$ to $\frac{1}{2}$: on average over values of a smooth
    density, that of the mean output.

    Source: Rajamanoharan et al. (2024), "Jumping ahead: improving reconstruction
    fidelity with JumpReLU sparse autoencoders", section 3.

    Args:
        pre: What comes before the activation, $a$, `(B, D)`.
        threshold: $\theta$, 0 or more: a number, `()`, or one for each latent, `(D,)`.
        width: $\varepsilon$, in units of `pre`. A narrow box has a gradient of little
            bias and much noise.

    Returns:
        Shape `(B, D)`.

    Raises:
        ValueError: If shapes do not fit, a threshold is negative or nan, or the width
            is not above 0.
        TypeError: If `pre` is no tensor of floating-point numbers.
    """
    z: Tensor = _Jump.apply(pre, _checked(pre, threshold, width), width)
    return z


def l0(pre: Tensor, threshold: float | Tensor, width: float = WIDTH) -> Tensor:
    r"""Count the latents of each code that are above their threshold.

    $\sum_d H(a_d - \theta_d)$. It has no gradient to `pre`; that to the threshold is
    straight through, $-\frac{1}{\varepsilon} K(\frac{a - \theta}{\varepsilon})$.

    Source: Rajamanoharan et al. (2024), section 3.

    Args:
        pre: As in `jump_relu`, `(B, D)`.
        threshold: As there.
        width: As there.

    Returns:
        Shape `(B,)`.

    Raises:
        ValueError: As in `jump_relu`, or if a value is nan.
    """
    checked = _checked(pre, threshold, width)
    require.no_nan("pre", pre)
    is_open: Tensor = _Open.apply(pre, checked, width)
    return is_open.sum(1)


class JumpReLU(nn.Module):
    """`jump_relu` as an activation, with a threshold for each latent that is learnt.

    Reconstruction alone moves thresholds down; `l0_penalty` moves them up.

    Args:
        latent_dim: How many latents, `D`.
        threshold: Where all of them begin, above 0.
        width: That of the box, see `jump_relu`.

    Attributes:
        log_threshold: The logarithms of the thresholds, `(D,)`, so that they stay
            above 0.
        width: The same.
    """

    def __init__(
        self, latent_dim: int, threshold: float = 0.1, width: float = WIDTH
    ) -> None:
        super().__init__()
        require.whole("latent_dim", latent_dim)
        require.number("threshold", threshold, above=0)
        require.number("width", width, above=0)
        self.log_threshold = nn.Parameter(torch.full((latent_dim,), threshold).log())
        self.width = width

    @property
    def threshold(self) -> Tensor:
        """The thresholds, `(D,)`."""
        return self.log_threshold.exp()

    def forward(self, pre: Tensor) -> Tensor:
        """Return codes `(B, D)` with the values that are above their threshold."""
        return jump_relu(pre, self.threshold, self.width)

    def extra_repr(self) -> str:
        """Tell the sizes where the network is printed."""
        return f"latent_dim={len(self.log_threshold)}, width={self.width}"


def l0_penalty(encoder: nn.Sequential, x: Tensor) -> Tensor:
    """Count the latents that are active for each example, to train thresholds.

    A penalty for `objectives.penalised`, as in
    `penalised(lambda model, x: interpret.l0_penalty(model.encoder, x), weight)`. Its
    gradient moves thresholds, as that of `l0`, and no weight: a latent cannot make it
    smaller by shrinking, as it can an L1 penalty.

    Args:
        encoder: Layers that end with a `JumpReLU`.
        x: What the encoder takes, `(B, ...)`.

    Returns:
        Shape `(B,)`.

    Raises:
        TypeError: If the encoder is no `nn.Sequential` that ends with a `JumpReLU`.
        ValueError: If `x` does not go through, or is not finite.
    """
    require.model("encoder", encoder, nn.Sequential)
    *_, last = [None, *encoder]
    if not isinstance(last, JumpReLU):
        raise TypeError(
            f"encoder is a {type(encoder).__name__} that ends with "
            f"{require.shown(last)}; it must end with a JumpReLU"
        )
    require.finite_tensor("x", x)  # nan would pass for a latent that is silent
    pre = layers.through("x", x, encoder[:-1], encoder)
    if pre.dim() != 2:
        raise ValueError(
            f"x has shape {tuple(x.shape)}, of which the encoder makes "
            f"{tuple(pre.shape)}; it must make (B, D)"
        )
    return l0(pre, last.threshold, last.width)


def _checked(pre: Tensor, threshold: float | Tensor, width: float) -> Tensor:
    """Refuse what has no threshold; return that as a tensor like `pre`."""
    require.tensor("pre", pre, CODES)
    require.number("width", width, above=0)
    if not isinstance(threshold, Tensor):
        require.number("threshold", threshold, at_least=0)
        return torch.as_tensor(threshold).to(pre)
    require.tensor("threshold", threshold, "(D,)" if threshold.dim() else "()")
    if threshold.shape not in ((), pre.shape[1:]):
        raise ValueError(
            f"threshold has shape {tuple(threshold.shape)} and pre {tuple(pre.shape)}: "
            "there must be one threshold, or one for each latent"
        )
    require.within("threshold", threshold, 0, math.inf)
    return threshold.to(pre)


def _edge(gradient: Tensor, pre: Tensor, threshold: Tensor, width: float) -> Tensor:
    """Send gradients of a step to the threshold, through a box; the shape is its."""
    near = (pre - threshold).abs() < width / 2
    return -(gradient * near / width).sum_to_size(threshold.shape)


class _Open(torch.autograd.Function):
    """1 where `pre` is above the threshold, else 0."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pre: Tensor, threshold: Tensor, width: float) -> Tensor:
        return (pre > threshold).to(pre.dtype)

    @staticmethod
    def setup_context(
        ctx: FunctionCtx, inputs: tuple[Tensor, Tensor, float], output: Tensor
    ) -> None:
        _keep(ctx, *inputs)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[None, Tensor, None]:
        return None, _edge(gradient, *_kept(ctx)), None


class _Jump(torch.autograd.Function):
    """`pre` where it is above the threshold, else 0."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pre: Tensor, threshold: Tensor, width: float) -> Tensor:
        return torch.where(pre <= threshold, 0.0, pre)  # so that nan is not hidden

    @staticmethod
    def setup_context(
        ctx: FunctionCtx, inputs: tuple[Tensor, Tensor, float], output: Tensor
    ) -> None:
        _keep(ctx, *inputs)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        pre, threshold, width = _kept(ctx)
        to_threshold = _edge(gradient * threshold, pre, threshold, width)
        return gradient * (pre > threshold), to_threshold, None


def _keep(ctx: FunctionCtx, pre: Tensor, threshold: Tensor, width: float) -> None:
    ctx.save_for_backward(pre, threshold)
    ctx.width = width  # type: ignore[attr-defined]


def _kept(ctx: FunctionCtx) -> tuple[Tensor, Tensor, float]:
    pre, threshold = ctx.saved_tensors  # type: ignore[attr-defined]
    return pre, threshold, ctx.width  # type: ignore[attr-defined]
