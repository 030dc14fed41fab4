"""Answers to `mse_logit_gradient` and `bce_logit_gradient`, right and wrong."""

import torch
import torch.nn.functional as F

from .answers import Wrong

# mse_logit_gradient: right


def mse_reference(logits, x):
    s = torch.sigmoid(logits)
    return 2 * (s - x) * s * (1 - s)


def mse_by_autograd(logits, x):
    a = logits.clone().requires_grad_()
    F.mse_loss(a.sigmoid(), x, reduction="sum").backward()
    return a.grad


def mse_by_tanh(a, x):
    s = (1 + torch.tanh(a / 2)) / 2
    return (s - x) * (1 - torch.tanh(a / 2) ** 2) / 2


def mse_by_two_sigmoids(logits, x):
    up, down = logits.sigmoid(), (-logits).sigmoid()
    return torch.mul(up - x, up * down).mul(2)


MSE_RIGHT = [mse_reference, mse_by_autograd, mse_by_tanh, mse_by_two_sigmoids]

# mse_logit_gradient: wrong


def slope(logits):
    s = logits.sigmoid()
    return s * (1 - s)


def error(logits, x):
    return logits.sigmoid() - x


def mse_by_exp(logits, x):
    e = torch.exp(-logits)
    return 2 * error(logits, x) * e / (1 + e) ** 2


def mse_mean_by_autograd(logits, x):
    a = logits.clone().requires_grad_()
    F.mse_loss(a.sigmoid(), x).backward()
    return a.grad


def mse_without_graph(logits, x):
    return torch.autograd.grad(error(logits, x).square().sum(), logits)[0]


MSE_WRONG = [
    Wrong(lambda a, x: error(a, x) * slope(a), "the factor 2, from the square"),
    Wrong(lambda a, x: 2 * error(a, x), "s'(a) = s (1 - s) is missing"),
    Wrong(lambda a, x: 2 * (x - a.sigmoid()) * slope(a), "it is s - x, not x - s"),
    Wrong(lambda a, x: error(a, x), "s (1 - s) is missing"),
    Wrong(lambda a, x: 2 * error(a, x) * a * (1 - a), "not the logit"),
    Wrong(lambda a, x: 2 * error(a, x) * a.sigmoid(), "you have another slope"),
    Wrong(
        lambda a, x: 2 * error(a, x) * (1 - a.sigmoid() ** 2), "you have another slope"
    ),
    Wrong(lambda a, x: 2 * (a - x), "the error is sigmoid(a) - x"),
    Wrong(lambda a, x: 2 * (a - x) * slope(a), "the error is sigmoid(a) - x"),
    Wrong(lambda a, x: slope(a), "the slope of the sigmoid alone"),
    Wrong(lambda a, x: -mse_reference(a, x), "the sign is the wrong way round"),
    Wrong(mse_mean_by_autograd, "it is the gradient of the sum"),
    Wrong(lambda a, x: mse_reference(a, x) / len(x), "it is the gradient of the sum"),
    Wrong(lambda a, x: error(a, x) ** 2, "this is the loss itself"),
    Wrong(lambda a, x: mse_reference(a.sigmoid(), x), "went through the sigmoid twice"),
    Wrong(mse_by_exp, "your gradient is nan or inf"),
    Wrong(lambda a, x: mse_reference(a, x).flatten(1), "no flatten"),
    Wrong(lambda a, x: mse_reference(a, x).flatten(1).sum(1), "do not sum"),
    Wrong(lambda a, x: mse_reference(a, x).mean(), "do not sum"),
    Wrong(mse_without_graph, "does not require grad"),
    Wrong(lambda a, x: mse_reference(a.sigmoid_(), x), "changes its input logits"),
]

# bce_logit_gradient: right


def bce_reference(logits, x):
    return torch.sigmoid(logits) - x


def bce_by_autograd(logits, x):
    a = logits.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(a, x, reduction="sum").backward()
    return a.grad


def bce_by_both_halves(a, x):
    return (1 - x) * a.sigmoid() - x * (-a).sigmoid()


def bce_by_softmax(logits, x):
    both = torch.stack([logits, torch.zeros_like(logits)])
    return both.softmax(0)[0] - x


BCE_RIGHT = [bce_reference, bce_by_autograd, bce_by_both_halves, bce_by_softmax]

# bce_logit_gradient: wrong


def bce_uncancelled(logits, x):
    s = logits.sigmoid()
    return ((1 - x) / (1 - s) - x / s) * s * (1 - s)


def bce_mean_by_autograd(logits, x):
    a = logits.clone().requires_grad_()
    F.binary_cross_entropy_with_logits(a, x).backward()
    return a.grad


def bce_values(logits, x):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none")


BCE_WRONG = [
    Wrong(lambda a, x: error(a, x) / slope(a), "you stopped at the probability"),
    Wrong(bce_uncancelled, "Shorten the formula on paper"),
    Wrong(lambda a, x: error(a, x) * slope(a), "is once too many"),
    Wrong(lambda a, x: a - x, "put the logit through the sigmoid"),
    Wrong(lambda a, x: 2 * error(a, x), "belongs to the squared error"),
    Wrong(mse_reference, "belongs to the squared error"),
    Wrong(lambda a, x: -x * (-a).sigmoid(), "of the second half is missing"),
    Wrong(lambda a, x: (1 - x) * a.sigmoid(), "of the first half is missing"),
    Wrong(
        lambda a, x: (1 - x) * a.sigmoid() + x * (-a).sigmoid(),
        "one half has the wrong sign",
    ),
    Wrong(lambda a, x: a.sigmoid(), "x is missing"),
    Wrong(lambda a, x: error(a, x.round()), "you rounded the pixels"),
    Wrong(lambda a, x: x - a.sigmoid(), "it is s - x, not x - s"),
    Wrong(bce_mean_by_autograd, "it is the gradient of the sum"),
    Wrong(lambda a, x: error(a, x) / x[0].numel(), "it is the gradient of the sum"),
    Wrong(bce_values, "this is the loss itself"),
    Wrong(lambda a, x: error(a.sigmoid(), x), "went through the sigmoid twice"),
    Wrong(lambda a, x: error(a, x).flatten(), "no flatten"),
    Wrong(lambda a, x: error(a, x).sum(0), "do not sum"),
    Wrong(lambda a, x: error(a, x).float(), "torch.float64"),
    Wrong(lambda a, x: a.sigmoid_() - x, "changes its input logits"),
]
