"""Make the digits that explorables load, and what PCA makes of some of them."""

import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson import data, linear
from aelesson.data import ImageSet, Splits
from aelesson.explore import LATENT_DIMS
from tools.explore.png import grey_png

DECIMALS = 6


def write_sheets(static: Path, source: Path) -> None:
    """Write `digits.png`, `pca.png` and `baselines.json`.

    Args:
        static: The folder of what browsers load.
        source: The folder of the JavaScript.
    """
    digits = data.load(data.SAMPLE)
    (static / "digits.png").write_bytes(grey_png(digit_rows(digits)))
    (static / "pca.png").write_bytes(grey_png(pca_rows(digits)))
    text = json.dumps(baselines(digits), indent=2)
    (source / "baselines.json").write_text(text + "\n", "utf-8")


def digit_rows(digits: Splits[ImageSet]) -> NDArray[np.uint8]:
    """Return all digits, training first, then validation and test, `(5000, 785)`.

    A row holds the 784 pixels of an image, and behind them its label.
    """
    parts = (digits.train, digits.validation, digits.test)
    images = torch.cat([part.images for part in parts])
    labels = torch.cat([part.labels for part in parts])
    return np.column_stack([_bytes(images), labels.numpy().astype(np.uint8)])


def pca_rows(digits: Splits[ImageSet]) -> NDArray[np.uint8]:
    """Return the digits that are shown, and below them PCA's, size by size.

    Shape `(10 + 10 * sizes, 784)`; shown is the first validation image of each class.
    """
    shown = digits.validation.images[first_of_each_class(digits.validation)]
    rows = [shown, *clipped_pca(digits.train.images, shown).values()]
    return np.concatenate([_bytes(each) for each in rows])


def baselines(digits: Splits[ImageSet]) -> dict[str, object]:
    """Return the validation errors to beat: MSE per pixel, PCA's after clipping."""
    train, x = digits.train.images, digits.validation.images
    return {
        "parts": [len(digits.train), len(x), len(digits.test)],
        "shown": first_of_each_class(digits.validation).tolist(),
        "meanImage": _mse(train.mean(0, keepdim=True), x),
        "pca": {k: _mse(x_hat, x) for k, x_hat in clipped_pca(train, x).items()},
    }


def first_of_each_class(images: ImageSet) -> Tensor:
    """Return the place of the first image of each class, int64 `(10,)`."""
    labels = images.labels
    return torch.stack([(labels == d).nonzero()[0, 0] for d in range(10)])


def clipped_pca(train: Tensor, x: Tensor) -> dict[int, Tensor]:
    """Return what the best linear maps make of `x`, in [0, 1], by code size."""
    mean, components = linear.fit_pca(train, max(LATENT_DIMS))
    return {
        k: linear.pca_reconstruct(x, mean, components[:k]).clip(0, 1)
        for k in LATENT_DIMS
    }


def _mse(x_hat: Tensor, x: Tensor) -> float:
    return round((x_hat - x).square().mean().item(), DECIMALS)


def _bytes(images: Tensor) -> NDArray[np.uint8]:
    return (images.flatten(1) * 255).round().byte().numpy()
