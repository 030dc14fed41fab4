"""A prior over grids of codes that reads them in order: a small PixelCNN.

Source: van den Oord, Kalchbrenner and Kavukcuoglu (2016), "Pixel recurrent neural
networks", section 3.3, the masked convolutions.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson.networks import MixedPrecision


class MaskedConv(nn.Conv2d):
    """A convolution that sees what comes before a place, row by row.

    Args:
        channels: In and out.
        size: Of the kernel, odd.
        itself: Whether it sees the place itself, too.
    """

    seen: Tensor

    def __init__(self, channels: int, size: int, itself: bool) -> None:
        super().__init__(channels, channels, size, padding=size // 2)
        places = torch.arange(size * size) < size * size // 2 + itself
        self.register_buffer("seen", places.view(size, size).float())

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the same shape, `(B, C, H, W)`."""
        weight = self.weight * self.seen
        return F.conv2d(x, weight, self.bias, padding=self.kernel_size[0] // 2)


class Further(nn.Module):
    """Two masked convolutions beside a connection that passes them by."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers = [MaskedConv(channels, 3, itself=True) for _ in range(2)]
        self.body = nn.Sequential(nn.GELU(), layers[0], nn.GELU(), layers[1])

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the same shape, `(B, C, H, W)`."""
        added: Tensor = self.body(x)
        return x + added


class CodePrior(nn.Module):
    """How likely is each code of a grid, given those before it?

    Args:
        codes: How many there are, `K`.
        side: Rows and columns of a grid.
        channels: How wide the network is.
        blocks: How many times two convolutions follow the first one.
    """

    def __init__(self, codes: int, side: int, channels: int, blocks: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(codes, channels)
        first = MaskedConv(channels, 2 * (side // 2) + 1, itself=False)
        self.first = MixedPrecision(first)
        self.place = nn.Parameter(torch.zeros(channels, side, side))
        further = [Further(channels) for _ in range(blocks)]
        last = nn.Conv2d(channels, codes, 1)
        self.rest = MixedPrecision(nn.Sequential(*further, nn.GELU(), last))

    def forward(self, codes: Tensor) -> Tensor:
        """Return logits `(B, K, H, W)` for grids of codes, int64 `(B, H, W)`."""
        h = self.first(self.embedding(codes).movedim(-1, 1)) + self.place
        logits: Tensor = self.rest(h)
        return logits


def nats(logits: Tensor, codes: Tensor) -> Tensor:
    """Return how unlikely each grid `(B, H, W)` is, `(B,)`, in nats per image."""
    return F.cross_entropy(logits, codes, reduction="none").flatten(1).sum(1)
