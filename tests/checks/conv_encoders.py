"""Answers to `build_conv_encoder`, right and wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from .answers import Wrong


def halving(inputs, outputs, **changes):
    return nn.Conv2d(
        inputs, outputs, **{"kernel_size": 3, "stride": 2, "padding": 1} | changes
    )


def encoder(latent_dim, *ending, start=None, activation=nn.ReLU):
    """Build the reference, or one with another end, start or activation."""
    ending = ending or (nn.Flatten(), nn.Linear(32 * 7 * 7, latent_dim))
    start = start or halving(1, 16)
    return nn.Sequential(start, activation(), halving(16, 32), activation(), *ending)


# Right


def reference(latent_dim):
    return encoder(latent_dim)


def as_the_tutorial(latent_dim):
    return encoder(latent_dim, nn.Conv2d(32, latent_dim, 7), nn.Flatten())


class Pooled(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.first = nn.Conv2d(1, 4, 5)
        self.second = nn.Conv2d(4, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.code = nn.Linear(8 * 5 * 5, latent_dim)

    def forward(self, image):
        h = F.max_pool2d(torch.tanh(self.first(image)), 2)
        h = F.max_pool2d(torch.tanh(self.norm(self.second(h))), 2)
        return self.code(h.flatten(1))


def lazy(latent_dim):
    return nn.Sequential(
        *[nn.LazyConv2d(6, 4, stride=2), nn.GELU(), nn.Dropout(0.2)],
        *[nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.LazyLinear(latent_dim)],
    )


def one_convolution_and_a_hidden_layer(latent_dim):
    return nn.Sequential(
        *[nn.Conv2d(1, 3, 3, padding="same", bias=False), nn.SiLU(), nn.Flatten()],
        *[nn.Linear(3 * 784, 20), nn.LeakyReLU(), nn.Linear(20, latent_dim)],
    )


def averaged_maps(latent_dim):
    return nn.Sequential(
        *[nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, latent_dim, 3)],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten()],
    )


class WithOwnWeights(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 5, stride=2)
        self.weights = nn.Parameter(0.1 * torch.randn(6 * 4 * 4, latent_dim))

    def forward(self, x):
        h = F.max_pool2d(self.conv(x).relu(), 3).flatten(1)
        return h @ self.weights


def normed_code(latent_dim):
    return encoder(
        latent_dim,
        *[nn.Flatten(), nn.Linear(32 * 7 * 7, latent_dim), nn.BatchNorm1d(latent_dim)],
    )


def with_one_activation_only(latent_dim):
    """The sheet asks for at least one activation, and this is one."""
    return nn.Sequential(
        *[halving(1, 8), halving(8, 16), nn.ReLU(), nn.Flatten()],
        *[nn.Linear(16 * 7 * 7, latent_dim)],
    )


def with_tiny_last_weights(latent_dim):
    model = encoder(latent_dim)
    nn.init.normal_(model[-1].weight, std=1e-3)
    nn.init.constant_(model[-1].bias, 5.0)
    return model


RIGHT = [
    reference,
    WithOwnWeights,
    normed_code,
    with_one_activation_only,
    with_tiny_last_weights,
    as_the_tutorial,
    Pooled,
    lazy,
    one_convolution_and_a_hidden_layer,
    averaged_maps,
]

# Wrong


def ends_with(activation):
    return lambda latent_dim: encoder(
        latent_dim, nn.Flatten(), nn.Linear(32 * 7 * 7, latent_dim), activation
    )


def of_layers_in_a_list(latent_dim):
    return nn.Sequential([halving(1, 16), nn.ReLU()])


class Unused(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.conv = halving(1, 16)
        self.linear = nn.Linear(784, latent_dim)

    def forward(self, x):
        return self.linear(x.flatten(1).tanh())


class PlainList(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.layers = [halving(1, 2), nn.ReLU(), nn.Flatten()]
        self.linear = nn.Linear(2 * 14 * 14, latent_dim)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.linear(x)


class Changed(nn.Module):
    """The reference with something done before or after it."""

    def __init__(self, latent_dim, before=lambda x: x, after=lambda z: z):
        super().__init__()
        self.body = encoder(latent_dim)
        self.before, self.after = before, after

    def forward(self, x):
        return self.after(self.body(self.before(x)))


def changed(**changes):
    return lambda latent_dim: Changed(latent_dim, **changes)


class BatchMixed(Changed):
    def forward(self, x):
        return self.body(x) - self.body(x).mean(0)


class Detached(Changed):
    def forward(self, x):
        h = self.body[:4](x).detach()
        return self.body[4:](h)


class Scaled(nn.Module):
    def forward(self, x):
        return 10 * torch.tanh(x)


class FlatOverBatch(Changed):
    def forward(self, x):
        return self.body[-1](self.body[:-2](x).flatten())


class FlatInOneRow(Changed):
    def forward(self, x):
        return self.body[-1](self.body[:-2](x).reshape(1, -1))


class NoForward(nn.Module):
    def __init__(self, latent_dim):
        super().__init__()
        self.body = encoder(latent_dim)


class ReluAsLayer(Changed):
    def forward(self, x):
        return self.body[2:](nn.ReLU(self.body[0](x)))


def too_deep(latent_dim):
    layers = [halving(n, 4, kernel_size=5, padding=0) for n in (1, 4, 4, 4)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Flatten(), nn.Linear(4, latent_dim))


WRONG = [
    Wrong(ends_with(nn.ReLU()), "the code goes through a ReLU"),
    Wrong(ends_with(nn.Sigmoid()), "the code goes through a sigmoid"),
    Wrong(ends_with(nn.Tanh()), "the code goes through a Tanh"),
    Wrong(ends_with(nn.Softmax(1)), "the code goes through a softmax"),
    Wrong(ends_with(nn.LeakyReLU()), "the code goes through a leaky ReLU"),
    Wrong(ends_with(nn.LeakyReLU(0.2)), "the code goes through a leaky ReLU"),
    Wrong(ends_with(Scaled()), "the code goes through a Tanh"),
    Wrong(ends_with(nn.PReLU()), "the code goes through a leaky ReLU"),
    Wrong(ends_with(nn.Softplus()), "the code goes through a softplus"),
    Wrong(ends_with(nn.SELU()), "the code goes through an activation"),
    Wrong(changed(after=lambda z: z.clamp(-3, 3)), "the code goes through a clamp"),
    Wrong(changed(after=lambda z: F.leaky_relu(z, 0.2)), "through a leaky ReLU"),
    Wrong(
        lambda d: encoder(
            d, nn.Conv2d(32, d, 3), nn.AdaptiveMaxPool2d(1), nn.Flatten()
        ),
        "a max-pooling or the like",
    ),
    Wrong(lambda d: FlatOverBatch(d), "flatten from dimension 1 on"),
    Wrong(lambda d: FlatInOneRow(d), "flatten from dimension 1 on"),
    Wrong(
        lambda d: encoder(d, nn.Flatten(0), nn.Linear(32 * 7 * 7, d)),
        "flatten from dimension 1 on",
    ),
    Wrong(
        lambda d: encoder(d, nn.Conv2d(32, d, 7), nn.Flatten(0)),
        "flatten from dimension 1 on",
    ),
    Wrong(changed(after=torch.abs), "the code goes through an activation"),
    Wrong(lambda d: encoder(d, activation=nn.Identity), "is one linear map, as PCA"),
    Wrong(
        lambda d: nn.Sequential(
            *[nn.Flatten(), nn.Linear(784, 9), nn.ReLU(), nn.Linear(9, d)]
        ),
        "there is no convolution in your model",
    ),
    Wrong(Unused, "but `forward` does not use it"),
    Wrong(PlainList, "there is no convolution in your model"),
    Wrong(lambda d: encoder(32), "is a code size written in your code?"),
    Wrong(lambda d: encoder(d, nn.Flatten()), "an nn.Linear to latent_dim is missing"),
    Wrong(lambda d: encoder(d, nn.Conv2d(32, d, 7)), "end with nn.Flatten()"),
    Wrong(lambda d: encoder(d, nn.Conv2d(32, d, 3)), "these are still maps"),
    Wrong(
        lambda d: encoder(d, nn.Flatten(), nn.Linear(32 * 8 * 8, d)),
        "channels * height * width behind the last convolution",
    ),
    Wrong(lambda d: encoder(d, nn.Linear(7 * 7 * 32, d)), "flatten the maps before"),
    Wrong(lambda d: encoder(d, start=halving(3, 16)), "the images have 1 channel"),
    Wrong(
        lambda d: encoder(d, start=halving(1, 8)), "does not fit onto the one before"
    ),
    Wrong(
        lambda d: nn.Sequential(nn.Flatten(), encoder(d)),
        "flatten behind the last convolution",
    ),
    Wrong(too_deep, "the kernel is larger than the maps that are left"),
    Wrong(of_layers_in_a_list, "Unpack it: nn.Sequential(*layers)"),
    Wrong(lambda d: [halving(1, 16), nn.ReLU()], "Join the layers to one nn.Module"),
    Wrong(lambda d: nn.Sequential(halving(1, 16), nn.ReLU, halving(16, 9)), "brackets"),
    Wrong(lambda d: Pooled, "you returned the class Pooled itself"),
    Wrong(NoForward, "has no `forward`"),
    Wrong(ReluAsLayer, "makes a layer and does not apply it"),
    Wrong(changed(after=lambda z: (z, z)), "returns 2 things"),
    Wrong(changed(after=lambda z: z.T), "batch and code are swapped"),
    Wrong(changed(after=torch.flatten), "keep the batch"),
    Wrong(changed(after=lambda z: z.double()), "torch.float64, expected torch.float32"),
    Wrong(changed(after=lambda z: None), "your model's forward returned None"),
    Wrong(changed(before=lambda x: x.mul_(2)), "changes its input x in place"),
    Wrong(BatchMixed, "depends on the others in the batch"),
    Wrong(Detached, "no gradient reaches body.0.weight"),
    Wrong(
        lambda d: nn.Sequential(
            encoder(d), nn.Linear(d, 784), nn.Unflatten(1, (1, 28, 28))
        ),
        "build the encoder only",
    ),
]
