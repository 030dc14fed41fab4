"""Answers to `build_conv_decoder`, right and wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from .answers import Wrong


class Changed(nn.Module):
    """The reference with something done before or after it."""

    def __init__(self, latent_dim, before=lambda z: z, after=lambda x: x, ending=None):
        super().__init__()
        self.body = decoder(latent_dim, ending=ending)
        self.before, self.after = before, after

    def forward(self, z):
        return self.after(self.body(self.before(z)))


def doubling(inputs, outputs, **changes):
    settings = {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}
    return nn.ConvTranspose2d(inputs, outputs, **settings | changes)


def decoder(
    latent_dim, first=None, middle=None, last=None, ending=None, activation=nn.ReLU
):
    """Build the reference, or one with some other part."""
    return nn.Sequential(
        first or nn.Linear(latent_dim, 32 * 7 * 7),
        nn.Unflatten(1, (32, 7, 7)),
        activation(),
        middle or doubling(32, 16),
        activation(),
        last or doubling(16, 1),
        *((nn.Sigmoid(),) if ending is None else ending),
    )


# Right


def reference(latent_dim):
    return decoder(latent_dim)


def as_the_tutorial(latent_dim):
    return nn.Sequential(
        *[nn.Unflatten(1, (latent_dim, 1, 1)), nn.ConvTranspose2d(latent_dim, 32, 7)],
        *[nn.ReLU(), doubling(32, 16), nn.ReLU(), doubling(16, 1), nn.Sigmoid()],
    )


class UpSampled(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.start = nn.Linear(latent_dim, 8 * 7 * 7)
        self.first = nn.Conv2d(8, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.second = nn.Conv2d(6, 1, 3, padding=1)

    def forward(self, code):
        h = self.start(code).reshape(-1, 8, 7, 7).relu()
        h = F.interpolate(h, scale_factor=2, mode="bilinear", align_corners=False)
        h = F.leaky_relu(self.norm(self.first(h)))
        h = F.interpolate(h, size=(28, 28))
        return torch.sigmoid(self.second(h))


def of_four(latent_dim):
    kernel_4 = {"kernel_size": 4, "output_padding": 0}
    return decoder(
        latent_dim,
        middle=doubling(32, 16, **kernel_4),
        last=doubling(16, 1, **kernel_4),
    )


def dense_then_one_convolution(latent_dim):
    return nn.Sequential(
        *[nn.Linear(latent_dim, 784), nn.ELU(), nn.Unflatten(1, (1, 28, 28))],
        *[nn.Conv2d(1, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 1, 5, padding=2)],
        nn.Sigmoid(),
    )


class HalfOfTanh(nn.Module):
    """Write the sigmoid as a Tanh, put into the range behind an up-sampling."""

    def __init__(self, latent_dim):
        super().__init__()
        self.body = decoder(latent_dim, last=nn.Conv2d(16, 1, 3, padding=1), ending=())

    def forward(self, z):
        logits = F.interpolate(self.body(z), scale_factor=2, mode="bilinear")
        return (1 + torch.tanh(logits / 2)) / 2


def by_hand(latent_dim):
    return Changed(latent_dim, ending=(), after=lambda a: 1 / (1 + torch.exp(-a)))


def by_scaled_tanh(latent_dim):
    return Changed(latent_dim, ending=(nn.Tanh(),), after=lambda x: (x + 1) / 2)


def steep(latent_dim):
    return Changed(latent_dim, ending=(), after=lambda a: torch.sigmoid(10 * a))


def normed_logits(latent_dim):
    return decoder(latent_dim, ending=(nn.BatchNorm2d(1), nn.Sigmoid()))


def with_one_activation_only(latent_dim):
    """The sheet asks for at least one activation, and this is one."""
    return nn.Sequential(
        *[nn.Linear(latent_dim, 8 * 49), nn.Unflatten(1, (8, 7, 7)), doubling(8, 4)],
        *[nn.ReLU(), doubling(4, 1), nn.Sigmoid()],
    )


RIGHT = [
    reference,
    as_the_tutorial,
    UpSampled,
    of_four,
    dense_then_one_convolution,
    HalfOfTanh,
    by_hand,
    by_scaled_tanh,
    steep,
    normed_logits,
    with_one_activation_only,
]

# Wrong


def ends(*ending):
    return lambda latent_dim: decoder(latent_dim, ending=ending)


def changed(**changes):
    return lambda latent_dim: Changed(latent_dim, **changes)


class ScaledToRange(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.body = decoder(latent_dim, ending=())

    def forward(self, z):
        x = self.body(z)
        low = x.amin((1, 2, 3), keepdim=True)
        return (x - low) / (x.amax((1, 2, 3), keepdim=True) - low)


class Softmaxed(ScaledToRange):
    def forward(self, z):
        return self.body(z).flatten(1).softmax(1).reshape(-1, 1, 28, 28)


class BatchMixed(Changed):
    def forward(self, z):
        return self.body(z - z.mean(0))


class Detached(Changed):
    def forward(self, z):
        return self.body[3:](self.body[:3](z).detach())


def flat(latent_dim):
    return nn.Sequential(
        *[nn.Linear(latent_dim, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid()],
        nn.Unflatten(1, (1, 28, 28)),
    )


def without_output_padding(latent_dim):
    plain = {"output_padding": 0}
    return decoder(
        latent_dim, middle=doubling(32, 16, **plain), last=doubling(16, 1, **plain)
    )


def three_doublings(latent_dim):
    return decoder(latent_dim, last=nn.Sequential(doubling(16, 8), doubling(8, 1)))


WRONG = [
    Wrong(ends(), "End with nn.Sigmoid()."),
    Wrong(ends(nn.ReLU()), "ReLU at the end has no upper limit"),
    Wrong(ends(nn.Tanh()), "Tanh at the end reaches down to -1"),
    Wrong(ends(nn.ReLU(), nn.Sigmoid()), "pixels never go below 0.5"),
    Wrong(ends(nn.Hardtanh(0, 1)), "clamping or rescaling keeps the range"),
    Wrong(ends(nn.Hardsigmoid()), "it has no gradient outside"),
    Wrong(ends(nn.Softmax(-1)), "of each row or column add up to 1"),
    Wrong(ends(nn.Softmax(2)), "of each row or column add up to 1"),
    Wrong(ends(nn.Softmax(1)), "nn.Softmax(1) over the one channel"),
    Wrong(ends(nn.LeakyReLU(), nn.Sigmoid()), "stands a leaky ReLU"),
    Wrong(ends(nn.LeakyReLU(0.2), nn.Sigmoid()), "stands a leaky ReLU"),
    Wrong(ends(nn.ELU(), nn.Sigmoid()), "pixels never go below 0.27"),
    Wrong(ends(nn.SiLU(), nn.Sigmoid()), "pixels never go below 0.43"),
    Wrong(ends(nn.Sigmoid(), nn.Sigmoid()), "pixels never go below 0.5"),
    Wrong(ends(nn.Hardtanh(-4, 4), nn.Sigmoid()), "stands a clamp"),
    Wrong(ends(nn.Softsign(), nn.Sigmoid()), "pixels never go"),
    Wrong(ScaledToRange, "clamping or rescaling keeps the range"),
    Wrong(Softmaxed, "add up to 1, as after a softmax"),
    Wrong(
        lambda d: decoder(d, activation=nn.Identity), "linear up to its last sigmoid"
    ),
    Wrong(flat, "there is no convolution in your model"),
    Wrong(without_output_padding, "set output_padding=1"),
    Wrong(lambda d: decoder(d, last=doubling(16, 1, output_padding=0)), "set output_p"),
    Wrong(
        lambda d: decoder(d, last=doubling(16, 1, output_padding=2)),
        "output_padding must be smaller than the stride",
    ),
    Wrong(
        lambda d: decoder(d, last=doubling(16, 1, padding=0)), "the sides do not fit"
    ),
    Wrong(lambda d: decoder(d, last=doubling(16, 1, kernel_size=4)), "do not fit"),
    Wrong(lambda d: decoder(d, last=doubling(16, 3)), "must put out 1 channel"),
    Wrong(
        lambda d: decoder(d, last=nn.Conv2d(16, 1, 3, padding=1)),
        "one layer that doubles the sides is missing",
    ),
    Wrong(three_doublings, "one layer that doubles the sides is too many"),
    Wrong(changed(after=lambda x: x.flatten(1)), "the image is flat"),
    Wrong(changed(after=lambda x: x.squeeze(1)), "the channel is missing"),
    Wrong(
        lambda d: decoder(d, first=nn.Linear(d, 16 * 7 * 7)),
        "nn.Unflatten does not fit",
    ),
    Wrong(
        lambda d: nn.Sequential(doubling(d, 16), nn.ReLU(), doubling(16, 1)),
        "the code is no map",
    ),
    Wrong(lambda d: decoder(32), "the first layer does not take latent_dim numbers"),
    Wrong(lambda d: decoder(d, middle=doubling(16, 16)), "does not fit onto the one"),
    Wrong(lambda d: list(decoder(d)), "Join the layers to one nn.Module"),
    Wrong(lambda d: nn.Sequential(list(decoder(d))), "Unpack it: nn.Sequential"),
    Wrong(lambda d: UpSampled, "you returned the class UpSampled itself"),
    Wrong(changed(after=lambda x: (x, x)), "returns 2 things"),
    Wrong(changed(after=lambda x: None), "your model's forward returned None"),
    Wrong(changed(before=lambda z: z.mul_(2)), "changes its input z in place"),
    Wrong(BatchMixed, "depends on the others in the batch"),
    Wrong(Detached, "no gradient reaches body.0.weight"),
]
