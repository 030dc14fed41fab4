"""Answers to `mse_logit_gradient`, in other people's words."""

import torch


def right(logits, x):
    s = 1 / (1 + torch.exp(-logits))
    return 2 * (s - x) * s * (1 - s)


def by_tanh(a, x):
    s = (1 + torch.tanh(a / 2)) / 2
    return (s - x) * (1 - torch.tanh(a / 2) ** 2) / 2


def by_functional(logits, x):
    return torch.func.grad(lambda a: (a.sigmoid() - x).square().sum())(logits)


RIGHT = [right, by_tanh, lambda a, x: by_tanh(-a, 1 - x) * -1]
WRONG = {
    "you let autograd compute": by_functional,
    "an exp of the logit": lambda a, x: right(a, x) / a.exp() * a.exp(),
    "an epsilon or a clamp": lambda a, x: by_tanh(a.clamp(-7, 7), x),
}
