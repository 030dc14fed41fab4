"""Answers to `kl_to_standard_normal`, in other people's words."""

import torch
from torch.distributions import Independent, Normal, kl_divergence

from aelesson.losses import kl_to_standard_normal as kl


def by_torch(mean, logvar):
    q = Independent(Normal(mean, logvar.mul(0.5).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    return kl_divergence(q, p)


RIGHT = [kl, by_torch]
WRONG = {
    "mean and logvar are swapped": lambda m, v: kl(v, m),
    "log(sigma^2) is logvar itself": (
        lambda m, v: 0.5 * (m * m + v.exp() - (v.exp() + 1e-8).log() - 1).sum(1)
    ),
    "is logvar cut to a range?": lambda m, v: kl(m, v.clamp(-10, 10)),
    "NumPy has no gradients": lambda m, v: torch.tensor(m.numpy()),
}
