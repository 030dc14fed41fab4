"""`build_conv_decoder(latent_dim)`: from codes to images `(B, 1, 28, 28)`."""

from typing import Any

import torch
from torch import nn

from aelesson.checks.engine import Exercise
from aelesson.checks.engine import networks as facts
from aelesson.checks.engine.edits import edits

SAME: dict[str, Any] = {"kernel_size": 3, "padding": 1}
SHORT = SAME | {"stride": 2}
DOUBLE = SHORT | {"output_padding": 1}


def build_conv_decoder(latent_dim):
    start = [nn.Linear(latent_dim, 32 * 49), nn.Unflatten(1, (32, 7, 7)), nn.ReLU()]
    middle = [nn.ConvTranspose2d(32, 16, **DOUBLE), nn.ReLU()]
    last = nn.ConvTranspose2d(16, 1, **DOUBLE)
    return nn.Sequential(*start, *middle, last, nn.Sigmoid())


NO_MAP = "the code is no map: start with nn.Linear and nn.Unflatten(1, (C, 7, 7))."
PRODUCT = (
    "a reshape does not fit: a linear layer must put out channels * height * width"
    " values for each image.\nIs a batch size written in it? Let -1 stand for it."
)
check = Exercise(
    build_conv_decoder,
    lambda: [{"latent_dim": 32}, {"latent_dim": 5}],
    facts.network(
        lambda case: torch.randn(4, case["latent_dim"]),
        "z",
        facts.convolutional(facts.ends_in_sigmoid),
    ),
    errors={
        "Expected 3D (unbatched) or 4D (batched) input": NO_MAP,
        "don't multiply up": PRODUCT,
        "invalid for input of size": PRODUCT,
        "shapes cannot be multiplied": "start from latent_dim: a layer takes others.",
    },
)
LOST = "each doubling lost a pixel: with kernel 3 and padding 1, set output_padding=1."
check.mistakes(
    {
        "a layer that doubles the sides is missing.": [
            *("16, **DOUBLE -> 16, **SAME", "1, **DOUBLE -> 1, **SAME"),
            "DOUBLE -> SAME",
        ],
        "one layer that doubles the sides is too many.": (
            "nn.Sigmoid() -> nn.Upsample(None, 2), nn.Sigmoid()"
        ),
        LOST: [
            *("16, **DOUBLE -> 16, **SHORT", "1, **DOUBLE -> 1, **SHORT"),
            "DOUBLE -> SHORT",
        ],
        "the last layer must put out 1 channel.": edits("16, 1", "16, {}", 3, 8, 16),
        "the image is flat: end with nn.Unflatten(1, (1, 28, 28)).": (
            "nn.Sigmoid() -> nn.Sigmoid(), nn.Flatten()"
        ),
        "the channel is missing: an image has shape (1, 28, 28).": (
            "nn.Sigmoid() -> nn.Flatten(), nn.Sigmoid(), nn.Unflatten(1, (28, 28))"
        ),
    }
)
