"""Answers to `skill`, in other people's words."""

import numpy as np
from torch.nn import functional as F


def by_numpy(x_hat, x, mean_image):
    a, b, c = (t.double().numpy() for t in (x_hat, x, mean_image))
    return 1 - np.square(a - b).mean() / np.square(c - b).mean()


def by_library(x_hat, x, mean_image):
    return 1 - (F.mse_loss(x_hat, x) / F.mse_loss(mean_image.expand_as(x), x)).item()


def balanced_accuracy(x_hat, x, mean_image):
    right, ink = x_hat.round() == x.round(), x > 0.5
    return 0.5 * (right[ink].float().mean() + right[~ink].float().mean()).item()


RIGHT = [by_numpy, by_library]
WRONG = {
    "the symptom, not the cause": balanced_accuracy,
    "times the right ratio": lambda h, x, m: (
        1 - (F.mse_loss(h, x) / m.square().mean()).item()
    ),
    "x_hat and x are swapped": lambda h, x, m: by_library(x, h, m),
}
