"""Answers to `reparameterize`, in other people's words."""

import numpy as np
import torch

from aelesson.latent import reparameterize as right


def by_normal(mu, log_variance, rng):
    noise = torch.normal(torch.zeros_like(mu), torch.ones_like(mu), generator=rng)
    return torch.addcmul(mu, log_variance.exp().sqrt(), noise.detach())


def by_sizes(mean, logvar, generator=None):
    noise = torch.empty(*mean.size(), dtype=logvar.dtype).normal_(generator=generator)
    return noise * torch.pow(torch.e, logvar * 0.5) + mean


def numpy_noise(mean, logvar, generator):
    return mean + (0.5 * logvar).exp() * mean.new_tensor(np.random.randn(*mean.shape))


def seeding(mean, logvar, generator):
    return right(mean, logvar, generator and generator.manual_seed(42))


RIGHT = [right, by_normal, by_sizes]
WRONG = {
    "mean and logvar are swapped": lambda m, v, g: right(v, m, g),
    "noise is drawn twice": lambda m, v, g: right(right(m, v, g), v, g),
    "global random state": lambda m, v, g: m + (0.5 * v).exp() * torch.randn_like(m),
    "the generator that came in was not used": numpy_noise,
    "draw also where mean needs no gradient": lambda m, v, g: (
        right(m, v, g) if m.requires_grad else m
    ),
    "PyTorch's own must draw": lambda m, v, g: right(m, v, g or torch.Generator()),
    "do you seed it": seeding,
    "no gradient reaches mean: a `detach`": lambda m, v, g: right(m.detach(), v, g),
    "changes its input logvar in place": lambda m, v, g: right(m, v.data.mul_(2), g),
    "got a tensor of torch.float32": lambda m, v, g: right(m, v, g).float(),
}
