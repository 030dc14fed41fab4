"""Answers to `contractive_penalty`, in other people's words."""

import copy

import torch
from torch.autograd.functional import jacobian

from aelesson import regularisers


def by_loop(encoder, x, keep=True, copied=True):
    x = x.clone().requires_grad_() if copied else x.requires_grad_()
    total = 0
    for unit in encoder(x).T:
        (slopes,) = torch.autograd.grad(unit.sum(), x, create_graph=keep)
        total = total + slopes.square().flatten(1).sum(1)
    return total


def of_the_batch(encoder, x):
    return jacobian(encoder, x, create_graph=True).square().flatten(1).sum(1)


def small_steps(encoder, x, step=1e-2):
    total = 0
    for pixel in torch.eye(x[0].numel(), dtype=x.dtype):
        moved = x + step * pixel.reshape(x[:1].shape)
        total = total + ((encoder(moved) - encoder(x)) / step).square().sum(1)
    return total


def by_backward(encoder, x):
    x = x.clone().requires_grad_()
    encoder(x).sum().backward(create_graph=True)
    return x.grad.square().flatten(1).sum(1)


RIGHT = [by_loop, of_the_batch, regularisers.contractive_penalty]
WRONG = {
    "the graph is gone after the first unit": lambda e, x: by_loop(e, x, keep=False),
    "makes the caller's x need gradients": lambda e, x: by_loop(e, x, copied=False),
    "differences over small steps": small_steps,
    "your function changes .grad of": by_backward,
    "changes the encoder's mode": lambda e, x: by_loop(e.eval(), x),
    "no gradient reaches the weights": lambda e, x: by_loop(copy.deepcopy(e), x),
    "no flatten before it": lambda e, x: by_loop(e, x.flatten(1)),
}
