"""Answers to `gaussian_nll`, right and wrong."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.distributions import Independent, Laplace, Normal

from .answers import Wrong

HALF = 0.5 * math.log(2 * math.pi)


def total(values):
    return values.flatten(1).sum(1)


def count(x):
    return x[0].numel()


# gaussian_nll: right


def gaussian_reference(x_hat, x, std):
    squares = ((x - x_hat) / std).square() / 2
    return (squares + math.log(std) + HALF).flatten(1).sum(1)


def gaussian_by_distribution(x_hat, x, std):
    noise = Normal(x_hat, torch.full_like(x_hat, std))
    return -Independent(noise, x.dim() - 1).log_prob(x)


def gaussian_by_torch_loss(mean, image, sigma):
    variance = torch.full_like(image, sigma**2)
    nll = F.gaussian_nll_loss(mean, image, variance, full=True, reduction="none")
    return nll.sum(dim=tuple(range(1, image.dim())))


def gaussian_by_loop(x_hat, x, std):
    errors = []
    for image, back in zip(x, x_hat, strict=True):
        main = F.mse_loss(back, image, reduction="sum") / 2 / std**2
        errors.append(main + image.numel() * (math.log(std) + HALF))
    return torch.stack(errors)


GAUSSIAN_RIGHT = [
    gaussian_reference,
    gaussian_by_distribution,
    gaussian_by_torch_loss,
    gaussian_by_loop,
]

# gaussian_nll: wrong


def gaussian_in_place(x_hat, x, std):
    x -= x_hat
    return total((x / std).square() / 2 + math.log(std) + HALF)


def gaussian_without_graph(x_hat, x, std):
    with torch.no_grad():
        return gaussian_reference(x_hat, x, std)


def gaussian_by_log_of_density(x_hat, x, std):
    density = torch.exp(-((x - x_hat) ** 2) / (2 * std**2))
    return -torch.log(density / (std * np.sqrt(2 * np.pi))).reshape(len(x), -1).sum(-1)


def gaussian_by_numpy(x_hat, x, std):
    gap = x.numpy() - x_hat.numpy()
    nll = (gap / std) ** 2 / 2 + math.log(std) + HALF
    return torch.from_numpy(nll.reshape(len(x), -1).sum(1))


def squared(x_hat, x):
    return (x - x_hat).square()


def gaussian_by_log_of_doubles(x_hat, x, std, tiny=0.0):
    density = Normal(x_hat.double(), std).log_prob(x.double()).exp()
    return -torch.log(density + tiny).flatten(1).sum(1).to(x.dtype)


GAUSSIAN_WRONG = [
    Wrong(gaussian_by_log_of_doubles, "log(exp(-u)) is -u"),
    Wrong(lambda *a: gaussian_by_log_of_doubles(*a, tiny=1e-12), "log(exp(-u)) is -u"),
    Wrong(lambda *a: gaussian_by_log_of_doubles(*a, tiny=1e-8), "log(exp(-u)) is -u"),
    Wrong(
        lambda m, x, s: total((x - m) / (2 * s**2) + math.log(s) + HALF),
        "you forgot to square",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) - math.log(s) - HALF),
        "both constants have the wrong sign",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s) - HALF),
        "log(2 pi) / 2 has the wrong sign",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2)) + 784 * (math.log(s) + HALF),
        "784 written in your code",
    ),
    Wrong(
        lambda *a: gaussian_reference(*a) / count(a[0]) * 784,
        "784 written in your code",
    ),
    Wrong(lambda m, x, s: total(squared(m, x) / (2 * s**2)), "constant is missing"),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s)),
        "log(2 pi) / 2 is missing",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + HALF), "log(std) is missing"
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2)) + math.log(s) + HALF,
        "came once per image",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s)) + HALF,
        "came once per image",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s) + 2 * HALF),
        "must be halved",
    ),
    Wrong(
        lambda m, x, s: total(
            squared(m, x) / (2 * s**2) + math.log(s) + 0.5 * math.log(math.pi)
        ),
        "log(2 pi) is wanted",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) - math.log(s) + HALF),
        "log(std) has the wrong sign",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s**2) + HALF),
        "twice log(std)",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + math.log(s) / 2 + HALF),
        "you halved log(std)",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / s**2 + math.log(s) + HALF),
        "the factor 1/2 of the squared error",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s) + math.log(s) + HALF),
        "the square is missing",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / 2 + math.log(s) + HALF),
        "divide the squared error by std ** 2.",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / 2 * s**2 + math.log(s) + HALF),
        "brackets are missing",
    ),
    Wrong(
        lambda m, x, s: total((x - m).abs() / (2 * s**2) + math.log(s) + HALF),
        "you took absolute errors",
    ),
    Wrong(
        lambda m, x, s: -Laplace(m, s).log_prob(x).flatten(1).sum(1),
        "you took absolute errors",
    ),
    Wrong(
        lambda m, x, s: total(
            F.gaussian_nll_loss(m, x, torch.full_like(x, s), reduction="none")
        ),
        "F.gaussian_nll_loss wants std ** 2",
    ),
    Wrong(
        lambda m, x, s: (
            total(squared(m, x) / (2 * s**2)) / count(x)
            + count(x) * (math.log(s) + HALF)
        ),
        "squared errors were averaged",
    ),
    Wrong(lambda *a: -gaussian_reference(*a), "the sign is the wrong way round"),
    Wrong(lambda m, x, s: gaussian_reference(m, x, s) / count(x), "take their sum"),
    Wrong(lambda *a: gaussian_reference(*a) / 784, "784 written in your code"),
    Wrong(lambda *a: gaussian_reference(*a) / math.log(2), "this is in bits"),
    Wrong(lambda *a: gaussian_reference(*a).sum(), "one number for the whole batch"),
    Wrong(
        lambda *a: gaussian_reference(*a).sum().expand(len(a[0])),
        "the sum of the whole batch",
    ),
    Wrong(lambda m, x, s: -Normal(m, s).log_prob(x), "one value per pixel"),
    Wrong(lambda m, x, s: -Normal(m, s).log_prob(x).sum(0), "summed over the batch"),
    Wrong(lambda m, x, s: -Normal(m, s).log_prob(x).sum((2, 3)), "flatten(1) first"),
    Wrong(
        lambda m, x, s: -Normal(m, s).log_prob(x).flatten(1).sum(1, keepdim=True),
        "sum without `keepdim`",
    ),
    Wrong(
        lambda m, x, s: gaussian_reference(m.view(-1, 784), x.view(-1, 784), s),
        "784 written in your code",
    ),
    Wrong(
        lambda m, x, s: total(squared(m, x) / (2 * s**2) + torch.log(s) + HALF),
        "math.log works on plain numbers",
    ),
    Wrong(lambda m, x, s: gaussian_reference(m, x, s).float(), "torch.float64"),
    Wrong(gaussian_without_graph, "no gradient flows back to x_hat"),
    Wrong(gaussian_by_numpy, "numpy hands no gradient on"),
    Wrong(gaussian_by_log_of_density, "exp underflows"),
    Wrong(gaussian_in_place, "changes its input x in place"),
]
