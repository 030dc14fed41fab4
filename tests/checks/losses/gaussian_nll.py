"""Answers to `gaussian_nll`, in other people's words."""

import torch
from torch.distributions import Normal
from torch.nn import functional as F

from aelesson.losses import gaussian_nll


def by_torch(mean, image, sigma):
    variance = torch.full_like(image, sigma**2)
    nll = F.gaussian_nll_loss(mean, image, variance, full=True, reduction="none")
    return nll.sum(dim=tuple(range(1, image.dim())))


def by_density(x_hat, x, std, tiny=0.0):
    return -(Normal(x_hat, std).log_prob(x).exp() + tiny).log().flatten(1).sum(1)


RIGHT = [gaussian_nll, by_torch, lambda m, x, s: by_torch(x, m, s)]
WRONG = {
    "45 times std: got inf": by_density,
    "30 times std": lambda m, x, s: by_density(m, x, s, 1e-8),
    "std was taken for the variance": lambda m, x, s: by_torch(m, x, s**0.5),
    "NumPy has no gradients": lambda m, x, s: x.numpy() - m.numpy(),
}
