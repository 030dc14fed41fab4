"""What answers of this lesson are given: models, noise, a data set, a trainer."""

from types import SimpleNamespace

import torch
from torch import Tensor, nn

from aelesson.checks.engine.isolation import isolated


class Dimmed(nn.Module):
    """Changes what passes in training mode, as dropout and normalisation do."""

    def __init__(self, gain=1.0):
        super().__init__()
        self.gain = gain

    def forward(self, x):
        """Return `x` as it came, or in training mode dimmed."""
        return self.gain * (0.5 * x - 1 if self.training else x)


class Noise:
    """A corruption that keeps what it was given and made; it spares some values."""

    def __init__(self, seed):
        self.seed, self.given, self.made = seed, [], []

    def __call__(self, x):
        """Add noise of its own at each call."""
        with isolated(self.seed + len(self.made)):
            noise = 0.7 * torch.randn(x.shape) * (torch.rand(x.shape) < 0.7)
        self.given.append(x.detach().clone())
        self.made.append((x + noise).detach().clone())
        return x + noise


def network(shape, gain):
    """Build a network; a large gain makes gradients beyond any usual clipping."""
    pixels = torch.Size(shape).numel()
    first, last = nn.Linear(pixels, 5), nn.Linear(5, pixels)
    end = Dimmed(gain), nn.Unflatten(1, shape)
    return nn.Sequential(nn.Flatten(), first, nn.Tanh(), last, *end)


class Images(SimpleNamespace):
    """One part of a data set, with the fields of `aelesson.data.ImageSet`."""

    def __len__(self):
        return len(self.images)


class Splits(SimpleNamespace):
    """A data set, with the fields of `aelesson.data.Splits`."""


class Brighter(nn.Module):
    """Makes other images, beyond [0, 1]; in training mode, which a part knows, dim."""

    def __init__(self):
        super().__init__()
        self.gain, self.part = nn.Parameter(torch.tensor(1.6)), Dimmed()

    def forward(self, x):
        """Return `x`, brighter."""
        return self.part(self.gain * x - 0.2)


class Denoiser(nn.Module):
    """Turns images into others, beyond [0, 1], and notes them, and its mode."""

    def __init__(self):
        super().__init__()
        self.gain, self.part = nn.Parameter(torch.tensor(1.5)), Dimmed()
        self.modes, self.made = [], []

    def forward(self, x):
        """Return other images; in training mode, again others."""
        self.modes.append(self.training)
        y = 1.6 * torch.tanh(self.part(self.gain * x - 0.5))
        self.made.append(y.detach().clone())
        return y


class Trainer:
    """Stands for the training of a layer; notes what it was asked for, and how."""

    def __init__(self):
        self.inputs, self.hidden, self.encoders, self.decoders = [], [], [], []
        self.gradients = []

    def __call__(self, inputs, hidden_dim):
        """Note a call; return an encoder and a decoder that nobody trained."""
        if not isinstance(inputs, Tensor) or inputs.dim() != 2:
            shape = tuple(getattr(inputs, "shape", ()))
            raise ValueError(f"train_layer takes a tensor (N, values), got {shape}")
        self.gradients.append(torch.is_grad_enabled())
        self.inputs.append(inputs)
        self.hidden.append(hidden_dim)
        width = inputs.shape[1]
        with isolated(70 + len(self.hidden)):
            self.encoders.append(layer(width, hidden_dim, nn.LeakyReLU(0.3)))
            self.decoders.append(layer(hidden_dim, width, nn.Sigmoid()))
        return self.encoders[-1], self.decoders[-1]


def layer(inputs, outputs, activation):
    made = nn.Sequential(nn.Linear(inputs, outputs), activation)
    for parameter in made.parameters():
        nn.init.normal_(parameter)
    return made
