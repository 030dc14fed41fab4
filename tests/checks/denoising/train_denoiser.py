"""Answers to `train_denoiser`, in other people's words."""

from torch.nn import functional as F


def step(model, x, noisy, optimizer):
    optimizer.zero_grad()
    loss = (model(noisy) - x).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


def in_one_line(model, x, corrupt, optimizer, epochs):
    return [step(model, x, corrupt(x), optimizer) for _ in range(epochs)]


def with_a_copy_each(model, x, corrupt, optimizer, epochs):
    copies = [corrupt(x) for _ in range(epochs)]
    return [step(model, x, noisy, optimizer) for noisy in copies]


def by_while(model, x, corrupt, optimizer, epochs):
    losses = []
    while len(losses) < epochs:
        losses += [step(model, x, corrupt(x.clone()), optimizer)]
    return losses


def broken(model, x, corrupt, optimizer, epochs):
    noisy, losses = corrupt(x), []
    for _ in range(epochs):
        loss = F.mse_loss(model(noisy), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


RIGHT = [in_one_line, with_a_copy_each, by_while]
WRONG = {
    "corrupt is called once for all": broken,
    "optimizer steps for 3 epochs": lambda m, x, c, o, n: in_one_line(
        m, x, c, o, n // 2
    ),
    "is `return` missing?": lambda *a: in_one_line(*a) and None,
    "corrupt is a function: call it": lambda m, x, c, o, n: [step(m, x, c, o)],
}
