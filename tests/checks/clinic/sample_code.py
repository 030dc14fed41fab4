"""Answers to `sample_code`, in other people's words."""

import torch
from torch.distributions import Normal


def wide(sigma):
    return lambda mu, v, eps: mu + sigma(v) * eps


def own_noise(mean, logvar, noise):
    return Normal(mean, torch.exp(logvar / 2)).rsample()


RIGHT = [
    lambda m, v, e: e * torch.e ** (v / 2) + m,
    lambda m, v, e: torch.stack([m, (0.5 * v).exp() * e]).sum(0),
]
WRONG = {
    "divided by 100": wide(lambda v: torch.exp(0.5 * v.clamp(-7, 7))),
    "something is added to the variance": wide(lambda v: (v.exp() + 1e-6) ** 0.5),
    "is something drawn anew": own_noise,
    "// cuts to whole numbers": wide(lambda v: torch.exp(v // 2)),
    "mean and logvar are swapped": lambda m, v, e: v + (0.5 * m).exp() * e,
}
