"""Answers to `vae_loss`, in other people's words."""

import torch
import torch.nn.functional as F


def price(mu, v):
    return -0.5 * (1 + v - mu.pow(2) - v.exp())


def sums_over_batch_size(x_hat, x, mu, log_var):
    return (F.mse_loss(x_hat, x, reduction="sum") + price(mu, log_var).sum()) / len(x)


def one_by_one(x_hat, x, mean, logvar):
    errors = [(a - b).square().sum() for a, b in zip(x_hat, x, strict=True)]
    return (torch.stack(errors) + price(mean, logvar).sum(-1)).mean()


RIGHT = [sums_over_batch_size, one_by_one]
WRONG = {
    "still a mean": lambda h, x, m, v: F.mse_loss(h, x) + price(m, v).sum() / len(m),
    "is logvar cut": lambda h, x, m, v: one_by_one(h, x, m, v.clamp(-30, 20)),
    "no gradient reaches mean": lambda h, x, m, v: one_by_one(h, x, m.detach(), v),
}
