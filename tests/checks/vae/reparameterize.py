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


RIGHT = [right, by_normal, by_sizes]
WRONG = {
    "mean and logvar are swapped": lambda m, v, g: right(v, m, g),
    "global random state": lambda m, v, g: m + (0.5 * v).exp() * torch.randn_like(m),
    "the generator that came in was not used": numpy_noise,
    "do you seed it": lambda m, v, g: right(m, v, g and g.manual_seed(4)),
    "changes its input logvar in place": lambda m, v, g: right(m, v.data.mul_(2), g),
}
