"""A denoiser with skip connections: what it sees need not pass through a code."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import layers, require, runtime


class UNet(nn.Module):
    """Clean images at half and at a quarter of their side, and join what both see.

    Each square of 2 x 2 pixels becomes four channels first, so that no layer works at
    full size. A skip connection hands the half-size features to the decoder: there is
    no code, and no compression. The output is linear; clamp it to [0, 1] for figures.

    Source: Ronneberger et al. (2015), "U-Net". Folding pixels into channels: Shi et al.
    (2016), "Real-time single image and video super-resolution".

    Args:
        channels: Features at half and at a quarter of the side.
        image_channels: `C`, 1 for grey images.

    Raises:
        ValueError: If these are not two positive sizes, or `image_channels` is below 1.
    """

    def __init__(
        self, channels: Sequence[int] = (32, 64), image_channels: int = 1
    ) -> None:
        super().__init__()
        require.sizes("channels", channels)
        if len(channels) != 2:
            raise ValueError(f"channels is {tuple(channels)}; it must be two sizes")
        require.whole("image_channels", image_channels)
        half, quarter = runtime.widths(channels)
        folded = 4 * image_channels
        self.down = _block(folded, half)
        self.bottom = _block(half, quarter)
        self.up = nn.ConvTranspose2d(quarter, half, 2, stride=2)
        self.join = _block(2 * half, half)
        self.out = nn.Conv2d(half, folded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the cleaned copies of images `(B, C, H, W)`, in the same shape.

        Raises:
            ValueError: If a side is no multiple of 4.
        """
        require.tensor("x", x, "(B, C, H, W)")
        if any(side % 4 for side in x.shape[2:]):
            raise ValueError(
                f"x has shape {tuple(x.shape)}; it must be (B, C, H, W) with sides "
                "that are multiples of 4"
            )
        return layers.through("x", x, self._clean, self)

    def _clean(self, x: Tensor) -> Tensor:
        seen = self.down(F.pixel_unshuffle(x, 2))
        context = self.up(self.bottom(F.max_pool2d(seen, 2)))
        joined = self.join(torch.cat([context, seen], dim=1))
        return F.pixel_shuffle(self.out(joined), 2)


def _block(inputs: int, outputs: int) -> nn.Sequential:
    """Return two convolutions of the same size, each normalised and rectified."""
    layers: list[nn.Module] = []
    for size in (inputs, outputs):
        layers += [
            nn.Conv2d(size, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers)
