"""Answers to `denoising_step`, in other people's words."""

import torch
import torch.nn.functional as F


def step_on(make_loss):
    def step(model, batch, spoil, optimiser):
        optimiser.zero_grad()
        loss = make_loss(model, batch, spoil)
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def by_autograd(model, x, corrupt, optimizer):
    weights = list(model.parameters())
    loss = (x - model(corrupt(x))).pow(2).flatten(1).mean(1).mean()
    for each, grad in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        each.grad = grad
    optimizer.step()
    return float(loss.detach())


RIGHT = [step_on(lambda m, x, c: F.mse_loss(m(c(x)), x)), by_autograd]
WRONG = {
    "corrupt was called 2 times": step_on(lambda m, x, c: F.mse_loss(m(c(x)), c(x))),
    "noisy goes in, clean comes out": step_on(lambda m, x, c: F.mse_loss(m(x), c(x))),
    "you changed the model's mode": lambda m, *given: by_autograd(m.eval(), *given),
}
