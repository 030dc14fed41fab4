"""What a decoder's raw output means: one choice of the model, made in one place.

A likelihood says how a decoder ends, what its raw output says about data, which data
can be meant, and what it costs to be wrong. A model holds one, and `decode`, objectives
and figures follow it. One of your own is a subclass with `mean` and `nll`.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import losses, require

RAW = "raw output"


class Likelihood(nn.Module):
    """A distribution of data, given a decoder's raw output.

    Attributes:
        low: The smallest value that data may have.
        high: The largest one.
    """

    low = -math.inf
    high = math.inf

    def end(self) -> nn.Module:
        """Return the layer that ends a decoder, and so makes its raw output."""
        return nn.Identity()

    def mean(self, raw: Tensor) -> Tensor:
        """Return the data that a decoder's raw output stands for, in the same shape."""
        require.tensor("raw", raw)
        return raw

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return each image's negative log-likelihood, `(B,)`, in nats.

        Args:
            raw: A decoder's raw output, `(B, ...)`.
            x: Data, the same shape.

        Raises:
            ValueError: If the shapes differ, or `x` is no data of this likelihood.
        """
        raise NotImplementedError(f"{type(self).__name__} has no nll")

    def loss(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return the mean of `nll` over the images: a scalar, to train with.

        Raises:
            ValueError: If `nll` does not give one value per image, or as `nll`.
        """
        return self.per_image(raw, x).mean()

    def per_image(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return `nll`, and refuse one that is not one value per image.

        A mean over the batch or the pixels would weigh the image against the other
        terms of a bound as nobody meant it.

        Raises:
            ValueError: If `nll` does not give `(B,)`, or as `nll`.
        """
        values = self.nll(raw, x)
        if values.shape != x.shape[:1]:
            raise ValueError(
                f"{type(self).__name__}.nll returned shape {tuple(values.shape)} for "
                f"{len(x)} images; it must be one value per image, ({len(x)},), summed "
                "over the values of each"
            )
        return values

    def require(self, x: Tensor, name: str = "x") -> None:
        """Refuse what cannot be data of this likelihood.

        Args:
            x: Data, `(B, ...)`.
            name: What to call it in the error.

        Raises:
            ValueError: If a value is below `low` or above `high`.
        """
        require.tensor(name, x)
        if math.isfinite(self.low):
            cure = f", as {self} asks: scale it, or choose another likelihood"
            require.within(name, x, self.low, self.high, cure)


class Bernoulli(Likelihood):
    """Pixels that are 0 or 1, from logits; grey ones count as a probability.

    See `losses.bernoulli_nll`, also about grey pixels, of which this is no likelihood.
    """

    low, high = 0.0, 1.0

    def mean(self, raw: Tensor) -> Tensor:
        """Return the probability that each pixel is 1."""
        require.tensor("raw", raw)
        return torch.sigmoid(raw)

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return the binary cross-entropy of each image; see `Likelihood.nll`."""
        require.pair(RAW, raw, "x", x, losses.IMAGES)
        return losses.bernoulli_nll(raw, x)


class Normal(Likelihood):
    """Values with normal noise of one width around the raw output.

    A learnt width is a parameter of the model, shared by all values. It ends where it
    equals the root mean square of what is not reconstructed, so no weight between
    reconstruction and code has to be chosen.

    Source: Rybkin, Daniilidis and Levine (2021), "Simple and effective VAE training
    with calibrated decoders", with their bound of exp(-6) below the width.

    Args:
        std: The width, in units of the data; None if it is learnt, from 1 on.

    Raises:
        ValueError: If `std` is not above 0 and finite.
    """

    def __init__(self, std: float | None = None) -> None:
        super().__init__()
        self.width = _Width("std", std)

    @property
    def std(self) -> float:
        """The width, in units of the data."""
        return self.width.value()

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return each image's negative log-density; see `losses.gaussian_nll`."""
        require.pair(RAW, raw, "x", x, losses.IMAGES)
        return losses.gaussian_nll(raw, x, self.width())


class Laplace(Likelihood):
    """Values with Laplace noise of one width around the raw output, their median.

    Args:
        scale: The mean absolute deviation, in units of the data; None if it is learnt,
            as in `Normal`.

    Raises:
        ValueError: If `scale` is not above 0 and finite.
    """

    def __init__(self, scale: float | None = None) -> None:
        super().__init__()
        self.width = _Width("scale", scale)

    @property
    def scale(self) -> float:
        """The mean absolute deviation, in units of the data."""
        return self.width.value()

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return each image's negative log-density; see `losses.laplace_nll`."""
        require.pair(RAW, raw, "x", x, losses.IMAGES)
        return losses.laplace_nll(raw, x, self.width())


class SquaredError(Likelihood):
    """The plain squared error on a range: no density, so not for a `VAE`.

    Args:
        low: The smallest value of the data; without bounds, any.
        high: The largest one.

    Raises:
        ValueError: If only one bound is given or finite, or `low` is not below `high`.
    """

    def __init__(self, low: float = -math.inf, high: float = math.inf) -> None:
        super().__init__()
        for name, bound in {"low": low, "high": high}.items():
            if not isinstance(bound, float) or not math.isinf(bound):
                require.number(name, bound)
        bounded = math.isfinite(low) and math.isfinite(high)
        if not low < high or (not bounded and (low, high) != (-math.inf, math.inf)):
            raise ValueError(
                f"low is {low} and high {high}; give both, with low below high, or none"
            )
        self.low, self.high = low, high

    def end(self) -> nn.Module:
        """Return a sigmoid that is stretched over the range, or nothing."""
        if self.low == -math.inf:
            return nn.Identity()
        unit = (self.low, self.high) == (0, 1)
        return nn.Sigmoid() if unit else _Stretched(self.low, self.high)

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return each image's mean squared error per value, `(B,)`."""
        require.pair(RAW, raw, "x", x, losses.IMAGES)
        return losses.mse(raw, x)

    def loss(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return the mean squared error of all values, in one pass."""
        require.pair(RAW, raw, "x", x, losses.IMAGES)
        return F.mse_loss(raw, x)

    def extra_repr(self) -> str:
        """Name the range, where there is one."""
        return "" if self.low == -math.inf else f"{self.low:g}, {self.high:g}"


class _Width(nn.Module):
    """A width that is fixed, or learnt; where it is learnt, above exp(-6)."""

    LEAST = -6.0

    def __init__(self, name: str, fixed: float | None) -> None:
        super().__init__()
        if fixed is not None:
            require.number(name, fixed, above=0)
        self.name, self.fixed = name, fixed
        self.log = None if fixed else nn.Parameter(torch.zeros(()))

    def forward(self) -> float | Tensor:
        """Return the width."""
        if self.log is None:
            assert self.fixed is not None
            return self.fixed
        return (self.LEAST + F.softplus(self.log - self.LEAST)).exp()

    def value(self) -> float:
        """Return the width as a plain number."""
        with torch.no_grad():
            return float(self())

    def extra_repr(self) -> str:
        """Name the width, or say that it is learnt."""
        return f"{self.name}={self.fixed or 'learnt'}"


class _Stretched(nn.Module):
    """A sigmoid from one number to another."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def forward(self, x: Tensor) -> Tensor:
        """Return values between the two numbers, in the shape of `x`."""
        return self.low + (self.high - self.low) * torch.sigmoid(x)

    def extra_repr(self) -> str:
        """Name both numbers."""
        return f"{self.low:g}, {self.high:g}"
