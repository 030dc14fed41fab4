"""What the valid calls are made of, and the reasons why a bad value is legal."""

from pathlib import Path

import torch
from torch import nn

from aelesson import corruptions, recurrent, training
from aelesson.models import VAE, Autoencoder
from aelesson.training.history import Epoch, History

torch.manual_seed(0)
G = torch.Generator().manual_seed(0)
X = torch.rand(6, 1, 12, 12)  # images
FLAT = torch.rand(6, 9)
Z = torch.rand(6, 3)  # codes
Z2 = torch.rand(6, 2)
LABELS = torch.tensor([0, 1, 0, 1, 0, 1])
NET = Autoencoder.mlp((144, 8, 3), (1, 12, 12)).eval()
VAE_NET = VAE.mlp((144, 8, 3), (1, 12, 12)).eval()
RNN = recurrent.RecurrentAutoencoder(2, 4, 3).eval()
SEQUENCES = torch.rand(6, 5, 2)
LENGTHS = torch.tensor([5, 4, 3, 2, 1, 5])
MASK = torch.arange(5) < LENGTHS[:, None]
CLASSIFIER = nn.Sequential(nn.Flatten(), nn.Linear(144, 2))
SHAPE = (1, 12, 12)
ROWS = {"a": [1.0, 2.0, 3.0], "b": [3.0, 2.0, 1.0]}
HISTORY = History([Epoch({"loss": 1.0}, {"loss": 2.0}, 0.1)])
CONFIG = training.TrainConfig(epochs=1, batch_size=3)
ADAM = torch.optim.Adam(NET.parameters())
FOLDER = Path("checkpoints")
DRAWN = corruptions.gaussian_noise(0.1)

ANY_SHAPE = "any shape of an image, or of a code, is right"
FLATTENED = "the network flattens: one image without a channel axis is an image"
ANY_CHANNELS = "any number of channels is right"
ANY_DTYPE = "numbers of any dtype can be laid side by side"
HIT = "the noise may fall on it"
ANY_CLASS = "any whole number may be a class"
ANY_LENGTH = "any length is right"
ZERO = "0 is right"
SCALAR_TOO = "a number is right, too"
SATURATED = "the gates of a GRU saturate; the objectives refuse it"
NOT_IN_STEP = "these two need not be equally long"
EMPTY = "none of them is right"
