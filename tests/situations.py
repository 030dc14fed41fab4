"""What people write with their own data: digits, models, and how they train."""

import torch
from torch import nn

from aelesson import Autoencoder, TrainConfig, fit, load, reconstruction

DIGITS = load("mnist-5k").train.images[:256]
LABELS = torch.zeros(256, dtype=torch.int64)
CONFIG = TrainConfig(1, 64)


def digits_model(likelihood=None):
    torch.manual_seed(0)
    return Autoencoder.mlp((784, 32, 8), likelihood=likelihood)


def flat_model():
    """A network that gives rows, whatever shape came in."""
    return Autoencoder(nn.Sequential(nn.Flatten(), nn.Linear(64, 3)), nn.Linear(3, 64))


def train(model, x, objective=None, config=CONFIG, **options):
    objective = reconstruction() if objective is None else objective
    return fit(model, x, objective, config, progress=False, **options)
