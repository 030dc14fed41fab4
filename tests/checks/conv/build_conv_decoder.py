"""Answers to `build_conv_decoder`, in other people's words."""

import torch
from torch import nn
from torch.nn import functional as F


class UpSampled(nn.Module):
    def __init__(self, latent_dim, end=torch.sigmoid, bend=torch.relu):
        super().__init__()
        self.start, self.end, self.bend = nn.Linear(latent_dim, 8 * 49), end, bend
        self.conv, self.norm = nn.Conv2d(8, 6, 3, padding=1), nn.BatchNorm2d(6)
        self.last = nn.Conv2d(6, 1, 3, padding=1)

    def forward(self, code):
        h = self.bend(self.start(code)).reshape(-1, 8, 7, 7)
        h = F.interpolate(h, scale_factor=2, mode="bilinear", align_corners=False)
        h = self.bend(self.norm(self.conv(h)))
        return self.end(self.last(F.interpolate(h, size=(28, 28))))


built = {size: UpSampled(size) for size in (32, 5)}
RIGHT = [UpSampled, lambda d: UpSampled(d, lambda a: (1 + torch.tanh(a / 2)) / 2)]
WRONG = {
    "build a new one": built.get,
    "is there a clamp": lambda d: UpSampled(d, lambda a: a.clamp(-4, 4).sigmoid()),
    "a sigmoid times 255": lambda d: UpSampled(d, lambda a: 255 * a.sigmoid()),
    "Is a batch size": lambda d: UpSampled(d, lambda a: a.sigmoid().view(4, 1, 28, 28)),
}
