"""Answers to `build_conv_encoder`, in other people's words."""

from torch import nn

from aelesson.checks.conv.build_conv_encoder import Then


def small(latent_dim, change=lambda z: z, activation=nn.ReLU):
    body = [nn.Conv2d(1, 4, 3, 2, 1), activation(), nn.Conv2d(4, 8, 3, 2, 1)]
    end = [activation(), nn.Flatten(), nn.Linear(8 * 49, latent_dim)]
    return Then(*body, *end, change=change)


def lazy(latent_dim):
    first = [nn.LazyConv2d(6, 4, stride=2), nn.GELU(), nn.Dropout(0.2)]
    last = [nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.LazyLinear(latent_dim)]
    return nn.Sequential(*first, *last)


built = {size: small(size) for size in (32, 5)}
RIGHT = [small, lazy, lambda d: small(d, activation=nn.GELU)]
WRONG = {
    "build a new one": built.get,
    "your last layer stands a clamp": lambda d: small(d, lambda z: z.clamp(-3, 3)),
    "normalised over the batch": lambda d: small(d, lambda z: z - z.mean(0)),
    "your layers are one linear map": lambda d: small(d, activation=nn.Identity),
}
