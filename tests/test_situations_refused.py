"""Situations that people reported with their own data, and that cannot be right.

Each is refused before the first step, in words that say what to write. That nothing has
changed then is tried in `training/test_preflight`; bad values, in `test_bad_input`.
"""

import re

import pytest
import torch
from situations import DIGITS, LABELS, digits_model, flat_model, train
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from aelesson import (
    VAE,
    Autoencoder,
    TrainConfig,
    data,
    likelihood,
    load,
    metrics,
    objectives,
    plots,
    reconstruction,
    reconstruction_error,
)

NAN = DIGITS.clone()
NAN[[3, 7], 0, 5, 5] = torch.nan
BATCH_NORM = nn.Sequential(nn.Flatten(), nn.Linear(784, 784), nn.BatchNorm1d(784))
PER_PIXEL = objectives.reconstruction(lambda x_hat, x: (x_hat - x).square())
BROADCAST = objectives.reconstruction(F.mse_loss)


class Mean(likelihood.Normal):
    def nll(self, raw, x):
        return F.mse_loss(raw, x)


def mean_of_batch():
    return VAE.mlp((784, 8, 2), likelihood=Mean())


def as_items(x):
    """Return a Dataset of images, which PyTorch lets a list be."""
    return DataLoader([*x], 64)


REFUSED = {
    "no channel axis": (
        lambda: train(digits_model(), DIGITS[:, 0]),
        "(64, 1, 28, 28) and x (64, 28, 28)",
    ),
    "no channel axis, and a loss that broadcasts": (
        lambda: train(digits_model(), DIGITS[:, 0], BROADCAST),
        "(64, 1, 28, 28) and images (64, 28, 28)",
    ),
    "channels last": (
        lambda: train(digits_model(), DIGITS.movedim(1, 3)),
        "(64, 1, 28, 28) and x (64, 28, 28, 1)",
    ),
    "a series": (
        lambda: train(flat_model(), torch.rand(256, 1, 64)),
        "(64, 64) and x (64, 1, 64)",
    ),
    "a series, measured": (
        lambda: reconstruction_error(flat_model(), torch.rand(9, 1, 64)),
        "(9, 64) and images (9, 1, 64)",
    ),
    "pixels from 0 to 255": (
        lambda: train(digits_model(), 255 * DIGITS),
        "images goes from 0 to 255; it must be in [0, 1], as SquaredError(0, 1) asks",
    ),
    "pixels from 0 to 255 from a loader": (
        lambda: train(digits_model(), DataLoader(255 * DIGITS, 64)),
        "batch 1 of images goes from 0 to 255; it must be in [0, 1]",
    ),
    "pixels from 0 to 255, validated": (
        lambda: train(digits_model(), DIGITS, validation=255 * DIGITS),
        "validation goes from 0 to 255; it must be in [0, 1]",
    ),
    "pixels from 0 to 255, measured by psnr": (
        lambda: metrics.psnr(255 * DIGITS, 255 * DIGITS),
        "x goes from 0 to 255; it must be in [",
    ),
    "pixels from 0 to 255, measured by ssim": (
        lambda: metrics.ssim(255 * DIGITS, 255 * DIGITS),
        "x goes from 0 to 255; it must be in [",
    ),
    "pixels from 0 to 255, drawn": (
        lambda: plots.image_rows({"digits": 255 * DIGITS[:5]}),
        "rows['digits'] goes from 0 to 255; its pixels must be meant for [0, 1]",
    ),
    "standardised pixels behind a sigmoid": (
        lambda: train(digits_model(), DIGITS - 0.5),
        "images goes from -0.5 to 0.5; it must be in [0, 1]",
    ),
    "a loss per pixel": (
        lambda: train(digits_model(), DIGITS, PER_PIXEL),
        "loss returned (64, 1, 28, 28) for 64 images; it must return one value per",
    ),
    "a likelihood that is a mean over the batch": (
        lambda: train(mean_of_batch(), DIGITS, objectives.negative_elbo()),
        "Mean.nll returned shape () for 64 images; it must be one value per",
    ),
    "a likelihood without a density": (
        lambda: VAE.mlp((784, 2), likelihood=likelihood.SquaredError()),
        "likelihood is SquaredError, which has no width and so no density",
    ),
    "nan": (
        lambda: train(digits_model(), NAN),
        "images holds nan or infinity in 2 of 256 rows, the first ones [3, 7]",
    ),
    "nan in validation images": (
        lambda: train(
            digits_model(), DIGITS, None, TrainConfig(restore_best=True), validation=NAN
        ),
        "validation holds nan or infinity in 2 of 256 rows, the first ones [3, 7]",
    ),
    "nan in a later batch of a loader": (
        lambda: train(digits_model(), DataLoader(NAN.flip(0), 64)),
        "batch 4 of images holds nan or infinity in 2 of 64 rows, the first ones [56",
    ),
    "another size": (
        lambda: train(Autoencoder.conv(4, (2, 4)), torch.rand(9, 1, 27, 27)),
        "(9, 1, 28, 28) and x (9, 1, 27, 27)",
    ),
    "another size, rows": (
        lambda: train(digits_model(), torch.rand(9, 1, 27, 27)),
        "it takes 784 values in a row",
    ),
    "colour into a grey net": (
        lambda: train(Autoencoder.conv(4, (2,), (1, 32, 32)), torch.rand(9, 3, 32, 32)),
        "it takes 1 channel, dimension 1",
    ),
    "a folder where a name is asked for": (
        lambda: load("pics"),
        "for pictures of your own use data.from_folder",
    ),
    "a folder where full-size sets lie": (
        lambda: load(folder="pics"),
        "for pictures of your own use data.from_folder('pics')",
    ),
    "NumPy": (lambda: train(digits_model(), DIGITS.numpy()), "use torch.from_numpy"),
    "a list": (lambda: train(digits_model(), [*DIGITS]), "use torch.stack(images)"),
    "a set": (
        lambda: train(digits_model(), data.ImageSet(DIGITS)),
        "use images.images",
    ),
    "splits": (lambda: train(digits_model(), load()), "use images.train.images"),
    "labels in the tuple": (
        lambda: train(digits_model(), (DIGITS, LABELS)),
        "images is a tuple of 2 tensors, so the objective gets tuples, but it asks for "
        "images alone",
    ),
    "labels from a loader": (
        lambda: train(digits_model(), DataLoader(TensorDataset(DIGITS, LABELS), 64)),
        "or a Dataset without labels, or write an objective that takes batch[0]",
    ),
    "names from a loader": (
        lambda: train(digits_model(), as_items((x, "cat") for x in DIGITS)),
        "batch 1 of images is ('cat', ",
    ),
    "dicts from a loader": (
        lambda: train(digits_model(), as_items({"image": x} for x in DIGITS)),
        "batch 1 of images is a dict; it must be a torch.Tensor (B, ...), or a tuple",
    ),
    "images of several sizes from a loader": (
        lambda: train(digits_model(), as_items([DIGITS[0], DIGITS[1, :, 1:]])),
        "images holds items that make no batch: stack expects each tensor to be equal",
    ),
    "no brackets": (
        lambda: train(digits_model(), DIGITS, reconstruction),
        "objectives.reconstruction(...), with its brackets",
    ),
    "a loss as objective": (
        lambda: train(digits_model(), DIGITS, nn.MSELoss()),
        "objectives.reconstruction(MSELoss())",
    ),
    "a loss that is a function as objective": (
        lambda: train(digits_model(), DIGITS, F.mse_loss),
        "objective is mse_loss, a loss; it must be",
    ),
    "a last batch of one with batch norm": (
        lambda: train(BATCH_NORM, DIGITS[:65]),
        "a last batch of one image of 65, and batch normalisation needs two: use "
        "TrainConfig(drop_last=True)",
    ),
    "validation of another shape": (
        lambda: train(digits_model(), DIGITS, validation=DIGITS[:, :, 1:]),
        "a batch of validation, of shape (64, 1, 27, 28), does not go through",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_what_to_write(name):
    ask, says = REFUSED[name]
    with pytest.raises((ValueError, TypeError), match=re.escape(says)):
        ask()
