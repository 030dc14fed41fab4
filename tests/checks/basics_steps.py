"""Answers to `train_step`, right and wrong."""

import torch
import torch.nn.functional as F
from torch import nn

from .answers import Wrong

# train_step: right


def step_reference(model, x, optimizer):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def step_spelt_out(m, batch, opt):
    for parameter in m.parameters():
        parameter.grad = None
    errors = (m(batch) - batch) ** 2
    loss = errors.flatten(1).mean(1).mean()
    loss.backward()
    opt.step()
    return float(loss.detach())


def step_with_closure(model, x, optimizer):
    def closure():
        optimizer.zero_grad()
        loss = nn.MSELoss()(model(x), x)
        loss.backward()
        return loss

    return optimizer.step(closure).detach().item()


def step_with_autograd_grad(model, x, optimizer):
    model.train()
    parameters = list(model.parameters())
    loss = torch.sum((x - model(x)) ** 2) / x.numel()
    gradients = torch.autograd.grad(loss, parameters)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
    return loss.detach().numpy()[()]


def step_measured_twice(model, x, optimizer):
    before = F.mse_loss(model(x), x).item()
    step_reference(model, x, optimizer)
    model.zero_grad()
    return before


# train_step: wrong


def step_in_eval_mode(model, x, optimizer):
    model.eval()
    return step_reference(model, x, optimizer)


def step_clipped(model, x, optimizer, clip=nn.utils.clip_grad_norm_, limit=1.0):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    clip(model.parameters(), limit)
    optimizer.step()
    return loss.item()


def step_clipped_by_value(model, x, optimizer):
    return step_clipped(model, x, optimizer, nn.utils.clip_grad_value_)


def step_without_brackets(model, x, optimizer):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step  # noqa: B018
    return loss.item()


def clear_without_brackets(model, x, optimizer):
    loss = F.mse_loss(model(x), x)
    optimizer.zero_grad  # noqa: B018
    loss.backward()
    optimizer.step()
    return loss.item()


def clear_by_hand_in_between(model, x, optimizer):
    loss = F.mse_loss(model(x), x)
    loss.backward()
    for parameter in model.parameters():
        parameter.grad.zero_()
    optimizer.step()
    return loss.item()


def make_step(*parts, loss=F.mse_loss, returns=lambda loss: loss.item()):
    """Return a `train_step` that does its parts in this order."""

    def train_step(model, x, optimizer):
        value = loss(model(x), x)
        actions = {
            "clear": optimizer.zero_grad,
            "backward": value.backward,
            "step": optimizer.step,
        }
        for part in parts:
            actions[part]()
        return returns(value)

    return train_step


IN_ORDER = ("clear", "backward", "step")


def squared_sum(x_hat, x):
    return (x_hat - x).square().sum()


def step_without_grad(model, x, optimizer):
    with torch.no_grad():
        loss = F.mse_loss(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def step_on_a_number(model, x, optimizer):
    loss = F.mse_loss(model(x), x).item()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def step_with_own_optimizer(model, x, optimizer):
    return step_reference(model, x, torch.optim.SGD(model.parameters(), lr=0.3))


def step_and_loss_after(model, x, optimizer):
    step_reference(model, x, optimizer)
    return F.mse_loss(model(x), x).item()


def step_reinitialised(model, x, optimizer):
    for layer in (model[1], model[2]):
        layer.reset_parameters()
    return step_reference(model, x, optimizer)


def step_twice(model, x, optimizer):
    loss = step_reference(model, x, optimizer)
    step_reference(model, x, optimizer)
    return loss


def step_leaves_gradients_off(model, x, optimizer):
    loss = step_reference(model, x, optimizer)
    torch.set_grad_enabled(False)
    return loss


def step_changes_x(model, x, optimizer):
    loss = step_reference(model, x, optimizer)
    x.clamp_(0.1, 0.9)
    return loss


RIGHT = [
    step_reference,
    step_spelt_out,
    step_with_closure,
    step_with_autograd_grad,
    step_measured_twice,
    make_step("clear", "backward", "step", "clear"),
]

WRONG = [
    Wrong(make_step("backward", "step"), "gradients of the step before"),
    Wrong(make_step("backward", "step", "clear"), "gradients of the step before"),
    Wrong(make_step("clear", "backward"), "given never stepped"),
    Wrong(make_step("clear", "step"), "no gradient of your loss"),
    Wrong(make_step("step"), "no gradient of your loss"),
    Wrong(make_step("clear", "step", "backward"), "you stepped before backward()"),
    Wrong(make_step("step", "backward", "clear"), "you stepped before backward()"),
    Wrong(
        make_step("backward", "clear", "step"),
        "you cleared the gradients between backward() and step()",
    ),
    Wrong(make_step(), "given never stepped"),
    Wrong(clear_by_hand_in_between, "you cleared the gradients between backward()"),
    Wrong(make_step(*IN_ORDER, loss=F.cross_entropy), "your loss has gradient 0"),
    Wrong(make_step("backward", "step", loss=F.cross_entropy), "has gradient 0"),
    Wrong(
        make_step("backward", "clear", "step", loss=F.cross_entropy),
        "you cleared the gradients between backward()",
    ),
    Wrong(step_in_eval_mode, "you changed the model's mode"),
    Wrong(step_clipped, "are the gradients clipped?"),
    Wrong(step_clipped_by_value, "for the weights after one step"),
    Wrong(step_without_brackets, "or forget the brackets of step()?"),
    Wrong(clear_without_brackets, "call optimizer.zero_grad(), with its brackets"),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: (x_hat - x).mean()),
        "you stepped on the mean difference: square it first",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: (x - x_hat).mean()),
        "you stepped on the mean difference: square it first",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: 0.5 * F.mse_loss(x_hat, x)),
        "you stepped on half the mean squared error",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: 10 * F.mse_loss(x_hat, x)),
        "your step is 10 times as long as the right one",
    ),
    Wrong(make_step(*IN_ORDER, returns=lambda loss: loss.item), "the brackets, `()`?"),
    Wrong(step_with_own_optimizer, "Did you make a new optimizer"),
    Wrong(step_twice, "you took 2 steps"),
    Wrong(step_without_grad, "was it computed under no_grad()"),
    Wrong(step_on_a_number, "your loss is a plain number by then"),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: F.mse_loss(x_hat.detach(), x)),
        "cut off by .detach()",
    ),
    Wrong(make_step(*IN_ORDER, returns=lambda loss: loss), "Call `.item()`"),
    Wrong(make_step(*IN_ORDER, returns=lambda loss: None), "is `return` missing?"),
    Wrong(make_step(*IN_ORDER, loss=squared_sum), "you stepped on the sum"),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: squared_sum(x_hat, x) / len(x)),
        "you summed over each image's pixels",
    ),
    Wrong(make_step(*IN_ORDER, loss=F.l1_loss), "on the absolute error"),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: F.mse_loss(x_hat, x).sqrt()),
        "you stepped on the root",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=F.binary_cross_entropy),
        "you stepped on the cross-entropy",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: (x_hat**2).mean()),
        "you compared model(x) with zeros",
    ),
    Wrong(
        make_step(*IN_ORDER, loss=lambda x_hat, x: -F.mse_loss(x_hat, x)),
        "you stepped uphill",
    ),
    Wrong(step_and_loss_after, "this is the loss after the step"),
    Wrong(
        make_step(*IN_ORDER, returns=lambda loss: loss.sqrt().item()),
        "you returned the root",
    ),
    Wrong(
        make_step(*IN_ORDER, returns=lambda loss: loss.item() * 72),
        "you returned the sum over all pixels",
    ),
    Wrong(
        make_step(*IN_ORDER, returns=lambda loss: loss.item() / 2),
        "You got 0.5 times the right result",
    ),
    Wrong(step_reinitialised, "for the weights after one step on the mean squared"),
    Wrong(step_leaves_gradients_off, "leaves gradients switched off"),
    Wrong(step_changes_x, "changes its input x in place"),
    Wrong(lambda model, x: 0.0, "called with 3 arguments: (model, x, optimizer)"),
]
