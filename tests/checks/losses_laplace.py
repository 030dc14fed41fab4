"""Answers to `laplace_nll`, right and wrong."""

import math

import torch
import torch.nn.functional as F
from torch.distributions import Laplace, Normal

from .answers import Wrong
from .losses_gaussian import count, squared, total

# laplace_nll: right


def laplace_reference(x_hat, x, scale):
    return ((x - x_hat).abs() / scale + math.log(2 * scale)).flatten(1).sum(1)


def laplace_by_distribution(x_hat, x, scale):
    return -Laplace(x_hat, scale).log_prob(x).sum(dim=tuple(range(1, x.dim())))


def laplace_by_l1_loss(x_hat, x, b):
    main = F.l1_loss(x_hat, x, reduction="none").reshape(len(x), -1).sum(-1) / b
    return main + x[0].numel() * (math.log(2) + math.log(b))


def laplace_by_cases(x_hat, x, scale):
    gap = x - x_hat
    size = torch.where(gap > 0, gap, -gap)
    return torch.einsum("b...->b", size / scale - math.log(1 / (2 * scale)))


def laplace_by_maximum(x_hat, x, scale):
    size = torch.maximum(x - x_hat, x_hat - x)
    return (size / scale).flatten(1).sum(1) + count(x) * math.log(2 * scale)


LAPLACE_RIGHT = [
    laplace_by_maximum,
    laplace_reference,
    laplace_by_distribution,
    laplace_by_l1_loss,
    laplace_by_cases,
]

# laplace_nll: wrong


def laplace_by_root(x_hat, x, scale):
    return total((x - x_hat).square().sqrt() / scale + math.log(2 * scale))


def laplace_detached(x_hat, x, scale):
    return laplace_reference(x_hat.detach(), x, scale)


def absolute(x_hat, x):
    return (x - x_hat).abs()


def log_of_density(x_hat, x, b, inside=0.0, outside=0.0):
    small = torch.exp(-absolute(x_hat, x) / b) + outside
    return -total(torch.log(small / (2 * b) + inside))


def log_of_density_masked(x_hat, x, b):
    u = absolute(x_hat, x) / b
    return total(torch.where(u < 80, -torch.exp(-u).log(), u) + math.log(2 * b))


LAPLACE_WRONG = [
    Wrong(log_of_density, "log(exp(-u)) is -u"),
    Wrong(lambda *a: log_of_density(*a, inside=1e-12), "log(exp(-u)) is -u"),
    Wrong(lambda *a: log_of_density(*a, outside=1e-12), "log(exp(-u)) is -u"),
    Wrong(lambda *a: log_of_density(*a, inside=1e-8), "log(exp(-u)) is -u"),
    Wrong(lambda *a: log_of_density(*a, inside=1e-40), "log(exp(-u)) is -u"),
    Wrong(
        lambda m, x, b: -total(Laplace(m, b).log_prob(x).exp().log()),
        "log(exp(-u)) is -u",
    ),
    Wrong(log_of_density_masked, "a masked branch that overflows"),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b) + 784 * math.log(2 * b),
        "784 written in your code",
    ),
    Wrong(lambda m, x, b: total(absolute(m, x) / b), "the constant is missing"),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b + math.log(b)), "the 2 in log(2 * sc"
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b + math.log(2)), "the scale in log(2"
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b) + math.log(2 * b),
        "the constant came once per image",
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b - math.log(2 * b)), "has the wrong s"
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b + 0.5 * math.log(2 * b)),
        "you halved the constant",
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / (2 * b) + math.log(2 * b)),
        "by scale, without a 2",
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) + math.log(2 * b)),
        "divide the absolute error by scale.",
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) * b + math.log(2 * b)), "you multiplied"
    ),
    Wrong(
        lambda m, x, b: total(absolute(m, x) / b**2 + math.log(2 * b)),
        "not by its square",
    ),
    Wrong(
        lambda m, x, b: total(squared(m, x) / b + math.log(2 * b)),
        "you squared the errors",
    ),
    Wrong(
        lambda m, x, b: -Normal(m, b).log_prob(x).flatten(1).sum(1),
        "you squared the errors",
    ),
    Wrong(
        lambda m, x, b: total((x - m) / b + math.log(2 * b)),
        "take the absolute value of every error",
    ),
    Wrong(
        lambda m, x, b: laplace_reference(m, x, b / math.sqrt(2)),
        "scale is no standard deviation",
    ),
    Wrong(
        lambda m, x, b: (
            total(absolute(m, x)) / count(x) / b + count(x) * math.log(2 * b)
        ),
        "absolute errors were averaged",
    ),
    Wrong(lambda *a: -laplace_reference(*a), "the sign is the wrong way round"),
    Wrong(lambda m, x, b: laplace_reference(m, x, b) / count(x), "take their sum"),
    Wrong(lambda *a: laplace_reference(*a) / math.log(10), "not log10"),
    Wrong(lambda *a: laplace_reference(*a).mean(), "one number for the whole batch"),
    Wrong(
        lambda *a: laplace_reference(*a).mean().repeat(len(a[0])),
        "the mean of the whole batch",
    ),
    Wrong(lambda m, x, b: -Laplace(m, b).log_prob(x), "one value per pixel"),
    Wrong(lambda m, x, b: -Laplace(m, b).log_prob(x).sum(-1), "flatten(1) first"),
    Wrong(laplace_by_root, "their gradient is nan or inf"),
    Wrong(laplace_detached, "no gradient flows back to x_hat"),
]
