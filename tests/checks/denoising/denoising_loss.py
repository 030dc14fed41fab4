"""Answers to `denoising_loss`, in other people's words."""

import torch
from torch import nn
from torch.nn import functional as F


def by_module(model, x, corrupt):
    noisy = corrupt(x.clone()).detach()
    return nn.MSELoss(reduction="mean")(model(noisy), x)


def by_sum(model, x, corrupt):
    gaps = torch.sub(x, model(corrupt(x)))
    return torch.sum(gaps * gaps) / gaps.numel()


def per_image(model, x, corrupt):
    return ((model(corrupt(x)) - x) ** 2).flatten(1).mean(1).mean()


RIGHT = [by_module, by_sum, per_image]
WRONG = {
    "corrupt was called 2 times": lambda m, x, c: (m(c(x)) - c(x)).square().mean(),
    "something other than x": lambda m, x, c: F.mse_loss(c(m(x)), x),
    "the model takes corrupt(x)": lambda m, x, c: F.mse_loss(m(x), x),
    "corrupt is a function: call it": lambda m, x, c: F.mse_loss(m(c), x),
    "the module's mode": lambda m, x, c: by_sum(m.train(not m.training), x, c),
    "no gradient flows back": lambda m, x, c: by_sum(m, x, c).detach(),
}
