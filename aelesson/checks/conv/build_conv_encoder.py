"""`build_conv_encoder(latent_dim)`: from images `(B, 1, 28, 28)` to linear codes."""

import torch
from torch import nn

from aelesson.checks.engine import Exercise
from aelesson.checks.engine import networks as facts
from aelesson.checks.engine.edits import edits


def build_conv_encoder(latent_dim):
    first = [nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1)]
    return Then(*first, nn.ReLU(), nn.Flatten(), nn.Linear(32 * 49, latent_dim))


class Then(nn.Sequential):
    """Layers, and a change of what comes out."""

    def __init__(self, *layers, change=lambda z: z):
        super().__init__(*layers)
        self.change = change

    def forward(self, x):
        return self.change(super().forward(x))


ROWS = "flatten from dimension 1 on, nn.Flatten() or .flatten(1)."
SHAPE = f"a reshape does not fit, or not for any batch: {ROWS}"
FLAT = "a convolution wants maps (B, C, H, W): flatten behind the last one, not before."
WIDTH = (
    "the linear layer takes another number of values than the maps hold.\nIt is"
    " channels * height * width behind the last convolution: use conv_size."
)
check = Exercise(
    build_conv_encoder,
    lambda: [{"latent_dim": 32}, {"latent_dim": 5}],
    facts.network(
        lambda case: torch.rand(4, 1, 28, 28),
        "x",
        facts.convolutional(facts.ends_straight),
    ),
    errors={
        "Expected 3D (unbatched) or 4D (batched) input to conv2d": FLAT,
        "1, 28, 28] to have": "images have 1 channel: start with nn.Conv2d(1, ...).",
        "Kernel size can't be greater": "the kernel is too large: halve less often.",
        "(4x": WIDTH,
        "(1x": f"the batch went into one row: {ROWS}",
        "shapes cannot be multiplied": f"flatten before the linear layer: {ROWS}",
        "is invalid for input of size": SHAPE,
        "don't multiply up": SHAPE,
    },
)
LAST = "nn.Flatten(), nn.Linear(32 * 49, latent_dim)"
CODE = "32 * 49, latent_dim)"
IMAGE = "nn.Flatten(), nn.Linear(1568, 784), nn.Unflatten(1, (1, 28, 28))"
CHANGED = CODE + ", change=lambda z: {}"
check.mistakes(
    {
        "these are maps: end with nn.Flatten() and an nn.Linear to latent_dim.": [
            *edits(LAST, "nn.Conv2d(32, latent_dim, {})", 3, 7),
            f"{LAST} -> nn.ReLU()",
        ],
        "an nn.Linear to latent_dim is missing.": f"{LAST} -> nn.Flatten()",
        "this is an image: build the encoder only, no decoder.": f"{LAST} -> {IMAGE}",
        f"the batch is gone: {ROWS}": edits(
            CODE, CHANGED, "z.flatten()", "z.flatten()[None]", "z.mean(0)", "z[0]"
        ),
        f"a single image loses its batch: is there a squeeze()? {ROWS}": (
            f"{CODE} -> {CHANGED.format('z.squeeze(0)')}"
        ),
        "batch and code are swapped.": f"{CODE} -> {CHANGED.format('z.T')}",
        "is a code size written in your code? Take latent_dim.": edits(
            "latent_dim", "{}", 10, 32, 64, "latent_dim // 2"
        ),
    }
)
