"""Answers to `train_step`, in other people's words."""

import torch
from torch.nn import functional as F


def step_by(loss=F.mse_loss, mode=None):
    def train_step(model, x, optimizer):
        model.train(model.training if mode is None else mode)
        for parameter in model.parameters():
            parameter.grad = None
        error = loss(model(x), x)
        error.backward()
        optimizer.step()
        return float(error.detach())

    return train_step


def with_closure(model, x, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = ((model(x) - x) ** 2).flatten(1).mean(1).mean()
        loss.backward()
        return loss

    return optimizer.step(closure).detach().item()


def with_autograd_grad(model, x, optimizer):
    parameters = list(model.parameters())
    loss = torch.sum((x - model(x)) ** 2) / x.numel()
    slopes = torch.autograd.grad(loss, parameters)
    for parameter, slope in zip(parameters, slopes, strict=True):
        parameter.grad = slope
    optimizer.step()
    return loss.detach().numpy()[()]


def with_own_optimizer(model, x, optimizer):
    return step_by()(model, x, torch.optim.SGD(model.parameters(), lr=0.3))


RIGHT = [step_by(), with_closure, with_autograd_grad]
WRONG = {
    "you changed the model's mode": [step_by(mode=True), step_by(mode=False)],
    "images may have any shape": step_by(lambda a, x: (a - x).square().mean((1, 2, 3))),
    "10 times the right one": step_by(lambda a, x: 10 * F.mse_loss(a, x)),
    "Did you make a new optimizer": with_own_optimizer,
    "computed under no_grad()": step_by(lambda a, x: F.mse_loss(a.detach(), x)),
    "rounded to 4 decimals": lambda *a: round(step_by()(*a), 4),
}
