"""What the exercises of lesson 03 share: images of known shape, and a PCA."""

from math import prod

import torch

from aelesson.checks.engine import FINE, Finding

CONTRAST = 0.72  # each standard deviation as a share of the one before
DOUBLE = 1e-9  # of float64: an answer by way of float32 is 1e-8 off or more
FLAT = "two shapes do not fit: flatten(1) first, images may have any shape."
ERRORS = {
    "cannot be multiplied": (
        "a matrix product does not fit: codes are (x - mean) @ components.T, (N, k), "
        "and back goes codes @ components, (N, P)."
    ),
    "must match the size of tensor b": FLAT,
    "must be a Tensor with 2": FLAT,
    "expected m1 and m2 to have the same dtype": "keep the dtype of x throughout.",
    "]' is invalid": "is a number such as 28 or 784 in your code? Take x.shape.",
}
LOST = "digits of float64 are lost: is there a .float() on the way, or an epsilon?"


def orthonormal_rows(count, pixels):
    noise = torch.randn(pixels, count, dtype=torch.float64)
    return torch.linalg.qr(noise).Q.T


def draw_images(shape, dtype=torch.float64):
    """Draw images with a mean far from 0 and variances that are far apart."""
    count, pixels = shape[0], prod(shape[1:])
    noise = torch.randn(count, pixels, dtype=torch.float64)
    left, _, right = torch.linalg.svd(noise - noise.mean(0), full_matrices=False)
    scales = 3 * CONTRAST ** torch.arange(len(right), dtype=torch.float64)
    offset = 1 + torch.rand(pixels, dtype=torch.float64)
    return ((left * scales) @ right + offset).to(dtype).reshape(shape)


def draw(shape, k, dtype=torch.float64, scale=1.0):
    """Draw images, and a mean `(P,)` and components `(k, P)` of no images yet."""
    images, pixels = draw_images(shape, dtype), prod(shape[1:])
    mean = scale * (0.5 + torch.rand(pixels, dtype=torch.float64)).to(dtype)
    rows = orthonormal_rows(k, pixels).to(dtype)
    return {"x": scale * images, "mean": mean, "components": rows}


def fitted(flat, k):
    """Return mean and components of rows `(N, P)`, by the covariance's eigenvectors."""
    centred = flat - flat.mean(0)
    _, vectors = torch.linalg.eigh(centred.T @ centred)  # columns, upwards
    return flat.mean(0), vectors.flip(1).T[:k]


def digits(got, right):
    """Return a finding if a right value of float64 is as exact as float32 only."""
    if got.dtype != torch.float64 or got.shape != right.shape:
        return FINE
    lost = DOUBLE < (got - right).abs().max() < 1e-5
    return Finding("digits", LOST) if lost else FINE
