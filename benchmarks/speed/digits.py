"""The images that every way trains on."""

import torch
from torch import Tensor

from aelesson import data
from aelesson.data import files


def load_pixels(count: int) -> tuple[str, Tensor]:
    """Return digits as bytes `(count, 28, 28)`, and where they come from.

    They are MNIST if its files are there, else the sample of the course; either is
    repeated until there are enough.

    Raises:
        ValueError: If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"count is {count}; it must be 1 or more")
    if files.is_complete(files.find_source("mnist", data.choose_folder())):
        name, splits = "MNIST's training set", data.load("mnist")
    else:
        name, splits = "the sample on board", data.load("mnist-5k")
    images = torch.cat([splits.train.images, splits.validation.images])
    pixels = (images.squeeze(1) * 255).round().byte()
    source = f"{min(count, len(pixels)):,} digits of {name}"
    source += ", repeated" if count > len(pixels) else ""
    # A clone, as a slice would drag along the memory of what it leaves out.
    return source, pixels.repeat(-(-count // len(pixels)), 1, 1)[:count].clone()
