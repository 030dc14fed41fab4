"""What the best linear map can do: principal components, and angles between subspaces.

Images `(N, ...)` are flattened to `P` numbers each. Everything is computed in float64,
so that results are the same on every machine to many digits.
"""

import torch
from torch import Tensor

from aelesson import require

TIE = 1e-3  # largest values that differ by less are equal: rounding must not choose


def fit_pca(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    r"""Fit the affine map through `k` numbers with the least squared error.

    The components are the first `k` right singular vectors of the images minus their
    mean. No linear map through `k` numbers has a lower squared error on these images.

    A singular vector has no sign of its own. Here its largest value, by magnitude, is
    positive; among values that are largest within one part in a thousand, the first.

    Source: Pearson (1901); Eckart and Young (1936).

    Args:
        x: Images `(N, ...)` of `P` numbers each.
        k: Components, from 1 to `min(N, P)`.

    Returns:
        The mean image `(P,)`, and the components `(k, P)`: orthonormal rows, by
        decreasing variance. Both have the dtype of `x`.

    Raises:
        ValueError: If there is no image, or `k` is out of range.
        TypeError: If `x` does not hold floating-point numbers.
    """
    flat = _flat(x)
    count, pixels = flat.shape
    why = f", as x has {count} images of {pixels} numbers"
    require.whole("k", k, at_most=min(count, pixels), why=why)
    mean = flat.mean(0)
    _, _, directions = torch.linalg.svd(flat - mean, full_matrices=False)
    components = _with_sign(directions[:k])
    return mean.to(x.dtype), components.to(x.dtype)


def pca_codes(x: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    r"""Return the codes of images: $z = (x - \mu)\, W^\top$.

    Args:
        x: Images `(N, ...)` of `P` numbers each.
        mean: Shape `(P,)`.
        components: Orthonormal rows, `(k, P)`.

    Returns:
        Shape `(N, k)`, in the dtype of `x`.

    Raises:
        ValueError: If the shapes do not fit.
        TypeError: If `x` does not hold floating-point numbers.
    """
    flat = _flat(x)
    _check_fit(x, mean, components)
    return ((flat - mean.double()) @ components.double().T).to(x.dtype)


def pca_reconstruct(x: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    r"""Return the images that the codes of images stand for: $\mu + z W$.

    Values are not clipped: those of a sum of components may leave [0, 1].

    Args:
        x: Images `(N, ...)` of `P` numbers each.
        mean: Shape `(P,)`.
        components: Orthonormal rows, `(k, P)`.

    Returns:
        Reconstructions of the shape and dtype of `x`.

    Raises:
        ValueError: If the shapes do not fit.
        TypeError: If `x` does not hold floating-point numbers.
    """
    return _projection(x, mean, components).to(x.dtype).reshape(x.shape)


def explained_variance(x: Tensor, mean: Tensor, components: Tensor) -> float:
    r"""Return the share of variance that reconstructions keep, from 0 to 1.

    $1 - \sum (x - \hat x)^2 \,/\, \sum (x - \mu)^2$ over all images and all pixels:
    a ratio of two sums, and not a mean of ratios. The images need not be those that
    the components were fitted to.

    Args:
        x: Images `(N, ...)` of `P` numbers each.
        mean: Shape `(P,)`.
        components: Orthonormal rows, `(k, P)`.

    Raises:
        ValueError: If the shapes do not fit, or every image equals the mean.
        TypeError: If `x` does not hold floating-point numbers.
    """
    x_hat = _projection(x, mean, components)
    flat = _flat(x)
    variance = (flat - mean.double()).square().sum()
    if variance == 0:
        raise ValueError("x has no variance: every image equals the mean")
    return float(1 - (flat - x_hat).square().sum() / variance)


def principal_angles(a: Tensor, b: Tensor) -> Tensor:
    r"""Return the angles between two subspaces, each spanned by the rows of a matrix.

    The first angle is the smallest between a direction of one and a direction of the
    other; the next is the smallest at right angles to those, and so on. All are 0 when
    the subspaces are the same, whatever their bases.

    With orthonormal bases $Q_a$ and $Q_b$ as columns, the singular values of
    $Q_a^\top Q_b$ are the cosines, and those of $Q_b - Q_a Q_a^\top Q_b$ are the sines.
    A cosine says nothing of small angles, since it is 1 for all of them, and a sine
    nothing of those near 90 degrees; the arctangent uses both.

    Source: Björck and Golub (1973), "Numerical methods for computing angles between
    linear subspaces".

    Args:
        a: Linearly independent rows, `(k, P)`; they need not be orthonormal.
        b: As `a`, of the same shape.

    Returns:
        Shape `(k,)`, in radians from 0 to pi / 2, increasing, in float64.

    Raises:
        ValueError: If the shapes differ or are not `(k, P)` with `k` from 1 to `P`,
            or if rows are linearly dependent.
    """
    require.pair("a", a, "b", b, "(k, P)")
    require.finite("a", a)
    require.finite("b", b)
    if len(a) > a.shape[1]:
        raise ValueError(
            f"a has shape {tuple(a.shape)} and b {tuple(b.shape)}: both must be "
            "(k, P), with k from 1 to P"
        )
    basis_a, basis_b = _basis(a, "a"), _basis(b, "b")
    overlap = basis_a.T @ basis_b  # (k, k)
    cosines = torch.linalg.svdvals(overlap)  # decreasing
    sines = torch.linalg.svdvals(basis_b - basis_a @ overlap).flip(0)  # increasing
    return torch.atan2(sines, cosines)


def _flat(x: Tensor) -> Tensor:
    """Return images as rows of float64, `(N, P)`."""
    require.finite_tensor("x", x, "(N, ...)")
    return x.detach().flatten(1).double()


def _projection(x: Tensor, mean: Tensor, components: Tensor) -> Tensor:
    """Return reconstructions as rows of float64, `(N, P)`."""
    flat = _flat(x)
    _check_fit(x, mean, components)
    centre, directions = mean.double(), components.double()
    return centre + (flat - centre) @ directions.T @ directions


def _check_fit(x: Tensor, mean: Tensor, components: Tensor) -> None:
    require.finite_tensor("mean", mean, "(P,)")
    require.finite_tensor("components", components, "(k, P)")
    pixels = x[0].numel()
    if mean.shape != (pixels,) or components.shape[1:] != (pixels,):
        raise ValueError(
            f"mean has shape {tuple(mean.shape)} and components "
            f"{tuple(components.shape)}; x of shape {tuple(x.shape)}, images of "
            f"{pixels} numbers, needs ({pixels},) and (k, {pixels})"
        )


def _with_sign(directions: Tensor) -> Tensor:
    """Return the directions `(k, P)`, the first of the largest values positive."""
    size = directions.abs()
    largest = size >= (1 - TIE) * size.amax(1, keepdim=True)
    first = largest.byte().argmax(1, keepdim=True)
    return directions * directions.gather(1, first).sign()


def _basis(rows: Tensor, name: str) -> Tensor:
    """Return an orthonormal basis of what the rows span, as columns `(P, k)`."""
    basis: Tensor
    basis, triangle = torch.linalg.qr(rows.detach().double().T)
    scale = triangle.diagonal().abs()
    if scale.min() <= 1e-10 * scale.max():
        raise ValueError(f"{name} has linearly dependent rows: they span less than k")
    return basis
