"""Answers to `denoising_step`, in other people's words."""

import torch
import torch.nn.functional as F


def step_on(make_loss, returns=lambda loss: loss.item()):
    def step(model, batch, spoil, optimiser):
        optimiser.zero_grad()
        loss = make_loss(model, batch, spoil)
        loss.backward()
        optimiser.step()
        return returns(loss)

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
    "by two draws": step_on(lambda m, x, c: F.mse_loss(m(c(x)), c(x))),
    "are swapped": step_on(lambda m, x, c: F.mse_loss(m(x), c(x))),
    "corrupt was never called": step_on(lambda m, x, c: F.mse_loss(m(x), x)),
    "new optimizer": lambda m, x, c, _: by_autograd(
        m, x, c, torch.optim.SGD(m.parameters(), lr=0.5)
    ),
    "something else than x": step_on(lambda m, x, c: F.mse_loss(m(c(c(x))), x)),
    "you changed the model's mode": lambda m, *given: by_autograd(m.eval(), *given),
    "your step is 0.5 times": step_on(lambda m, x, c: F.mse_loss(m(c(x)), x) / 2),
    "Call `.item()` on it": step_on(lambda m, x, c: F.mse_loss(m(c(x)), x), abs),
}
