"""Answers to `bernoulli_entropy`, in other people's words."""

import torch
from scipy.special import entr
from torch.distributions import Bernoulli

from aelesson.losses import bernoulli_entropy


def by_scipy(x):
    return torch.from_numpy(entr(x.numpy()) + entr(1 - x.numpy())).flatten(1).sum(1)


def naive(x, tiny=0.0):
    return -(x * (x + tiny).log() + (1 - x) * (1 - x + tiny).log()).flatten(1).sum(1)


RIGHT = [bernoulli_entropy, by_scipy, lambda x: by_scipy(1 - x)]
WRONG = {
    "got nan": naive,
    "after the sum is too late": lambda x: naive(x).nan_to_num(),
    "or a clamp adds up": lambda x: naive(x, 1e-8),
    "inside a function of PyTorch": lambda x: Bernoulli(x).entropy().flatten(1).sum(1),
    "one value per pixel": torch.special.entr,
}
