"""What the checks of lesson 03 share: images of known shape, and a PCA to hand out."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

CONTRAST = 0.72  # each standard deviation as a share of the one before


@dataclass(frozen=True)
class Case:
    """Shape and dtype of a batch of images, and how many components are asked for."""

    shape: tuple[int, ...]
    k: int
    dtype: torch.dtype = torch.float64

    def __str__(self) -> str:
        dtype = str(self.dtype).removeprefix("torch.")
        return f"x of shape {self.shape}, {dtype}, and k = {self.k}"

    @property
    def pixels(self) -> int:
        """The numbers `P` of one image."""
        return prod(self.shape[1:])


def orthonormal_rows(count: int, pixels: int, generator: torch.Generator) -> Tensor:
    """Draw orthonormal rows, `(count, pixels)`, in float64."""
    noise = torch.randn(pixels, count, generator=generator, dtype=torch.float64)
    basis: Tensor = torch.linalg.qr(noise).Q
    return basis.T


def draw_images(case: Case, seed: int) -> Tensor:
    """Draw images with a mean far from 0 and variances that are far apart."""
    generator = torch.Generator().manual_seed(seed)
    count, pixels = case.shape[0], case.pixels
    noise = torch.randn(count, pixels, generator=generator, dtype=torch.float64)
    centred = noise - noise.mean(0)
    left, _, right = torch.linalg.svd(centred, full_matrices=False)
    scales = 3 * CONTRAST ** torch.arange(len(right), dtype=torch.float64)
    offset = 1 + torch.rand(pixels, generator=generator, dtype=torch.float64)
    flat: Tensor = (left * scales) @ right + offset
    return flat.to(case.dtype).reshape(case.shape)


def draw_pca(case: Case, seed: int) -> tuple[Tensor, Tensor]:
    """Draw a mean `(P,)` and components `(k, P)` that no images belong to yet."""
    generator = torch.Generator().manual_seed(seed)
    components = orthonormal_rows(case.k, case.pixels, generator)
    mean = 0.5 + torch.rand(case.pixels, generator=generator, dtype=torch.float64)
    return mean.to(case.dtype), components.to(case.dtype)


def fitted(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Return mean and components of rows `(N, P)`, by the covariance's eigenvectors."""
    mean = x.mean(0)
    centred = x - mean
    _, vectors = torch.linalg.eigh(centred.T @ centred)  # columns, upwards
    return mean, vectors.flip(1).T[:k]
