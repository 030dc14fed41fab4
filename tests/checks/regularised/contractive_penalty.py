"""Answers to `contractive_penalty`, in other people's words."""

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


RIGHT = [by_loop, of_the_batch, regularisers.contractive_penalty]
WRONG = {
    "keeps the graph for all units": lambda e, x: by_loop(e, x, keep=False),
    "x.requires_grad must stay False": lambda e, x: by_loop(e, x, copied=False),
    "you changed the module's mode": lambda e, x: by_loop(e.eval(), x),
    "no flatten before it": lambda e, x: by_loop(e, x.flatten(1)),
    "you changed requires_grad of": lambda e, x: by_loop(e.requires_grad_(False), x),
}
