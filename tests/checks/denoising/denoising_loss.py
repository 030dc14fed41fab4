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


def backwards(model, x, corrupt):
    loss = by_sum(model, x, corrupt)
    loss.backward(retain_graph=True)
    return loss


def seeding(model, x, corrupt):
    torch.manual_seed(0)
    return by_sum(model, x, corrupt)


RIGHT = [by_module, by_sum, per_image]
WRONG = {
    "corrupt was called 2 times": lambda m, x, c: (m(c(x)) - c(x)).square().mean(),
    "corrupt got something other than x": lambda m, x, c: F.mse_loss(c(m(x)), x),
    "corrupt was not called, or after the model": lambda m, x, c: F.mse_loss(m(x), x),
    "corrupt is a function: call it": lambda m, x, c: F.mse_loss(m(c), x),
    "you changed the model's mode": lambda m, x, c: by_sum(
        m.train(not m.training), x, c
    ),
    "you called backward()": backwards,
    "your function seeds PyTorch": seeding,
    "no gradient flows back": lambda m, x, c: by_sum(m, x, c).detach(),
}
