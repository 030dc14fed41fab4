"""Answers to `denoising_loss`, right and wrong."""

import torch
from torch import nn
from torch.nn import functional as F

from .answers import Wrong


def loss_reference(model, x, corrupt):
    x_hat = model(corrupt(x))
    return (x_hat - x).square().mean()


def loss_by_functional(net, images, spoil):
    return F.mse_loss(net(spoil(images)), images)


def loss_by_module(model, x, corrupt):
    noisy = corrupt(x.clone()).detach()
    return nn.MSELoss(reduction="mean")(model(noisy), x)


def loss_by_sum(model, x, corrupt):
    gaps = torch.sub(x, model(corrupt(x)))
    return torch.sum(gaps * gaps) / gaps.numel()


def loss_per_image(model, x, corrupt):
    errors = ((model(corrupt(x)) - x) ** 2).flatten(1).mean(1)
    return errors.mean()


RIGHT = [
    loss_reference,
    loss_by_functional,
    loss_by_module,
    loss_by_sum,
    loss_per_image,
]


def cleaned(compare):
    """Return an answer that compares `(x_hat, x)` in another way."""
    return lambda model, x, corrupt: compare(model(corrupt(x)), x)


def target_is_corrupted(model, x, corrupt):
    noisy = corrupt(x)
    return F.mse_loss(model(noisy), noisy)


def target_is_corrupted_again(model, x, corrupt):
    return F.mse_loss(model(corrupt(x)), corrupt(x))


def the_other_way_round(model, x, corrupt):
    return F.mse_loss(model(x), corrupt(x))


def corrupts_the_output(model, x, corrupt):
    return F.mse_loss(corrupt(model(x)), x)


def compares_two_outputs(model, x, corrupt):
    return F.mse_loss(model(corrupt(x)), model(x).detach())


def without_grad(model, x, corrupt):
    with torch.no_grad():
        return loss_reference(model, x, corrupt)


def in_eval_mode(model, x, corrupt):
    model.eval()
    return loss_reference(model, x, corrupt)


def in_eval_mode_for_a_while(model, x, corrupt):
    was_training = model.training
    model.eval()
    loss = loss_reference(model, x, corrupt)
    model.train(was_training)
    return loss


def calls_backward(model, x, corrupt):
    loss = loss_reference(model, x, corrupt)
    loss.backward(retain_graph=True)
    return loss


def takes_a_step(model, x, corrupt):
    loss = loss_reference(model, x, corrupt)
    gradients = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
    with torch.no_grad():
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.sub_(gradient)
    return loss


def adds_both(model, x, corrupt):
    return F.mse_loss(model(corrupt(x)), x) + F.mse_loss(model(x), x)


def half_detached(model, x, corrupt):
    loss = loss_reference(model, x, corrupt)
    return 0.5 * loss + 0.5 * loss.detach()


WRONG = [
    Wrong(
        lambda model, x, corrupt: F.mse_loss(model(x), x), "corrupt was never called"
    ),
    Wrong(target_is_corrupted, "the target is the clean x"),
    Wrong(target_is_corrupted_again, "corrupt was called 2 times"),
    Wrong(the_other_way_round, "it is the other way round"),
    Wrong(corrupts_the_output, "first corrupt x, then let the model clean it"),
    Wrong(compares_two_outputs, "not what the model makes of the clean images"),
    Wrong(lambda m, x, corrupt: F.mse_loss(corrupt(x), x), "the model is not used"),
    Wrong(cleaned(lambda x_hat, x: (x_hat - x).square().sum()), "you summed over all"),
    Wrong(
        cleaned(lambda x_hat, x: (x_hat - x).square().sum() / len(x)),
        "you summed over each image's values",
    ),
    Wrong(cleaned(lambda x_hat, x: F.mse_loss(x_hat, x).sqrt()), "you took the root"),
    Wrong(cleaned(F.l1_loss), "you took absolute errors"),
    Wrong(cleaned(lambda x_hat, x: (x_hat - x).mean()), "you took the mean difference"),
    Wrong(cleaned(lambda x_hat, x: F.mse_loss(x_hat, x) / 2), "leave out the factor"),
    Wrong(cleaned(F.binary_cross_entropy), "you took the cross-entropy"),
    Wrong(cleaned(F.binary_cross_entropy_with_logits), "you took the cross-entropy"),
    Wrong(
        cleaned(lambda x_hat, x: F.mse_loss(x_hat.clamp(0, 1), x)),
        "you cut the model's output",
    ),
    Wrong(
        cleaned(lambda x_hat, x: (x_hat - x).square().flatten(1).mean(1)),
        "one number for the whole batch",
    ),
    Wrong(
        cleaned(lambda x_hat, x: (x_hat - x).square()), "one number for the whole batch"
    ),
    Wrong(cleaned(lambda x_hat, x: F.mse_loss(x_hat, x).item()), "(float), expected a"),
    Wrong(cleaned(lambda x_hat, x: F.mse_loss(x_hat, x)[None]), "has the shape ()"),
    Wrong(without_grad, "no gradient can flow"),
    Wrong(cleaned(lambda x_hat, x: F.mse_loss(x_hat.detach(), x)), "no gradient can"),
    Wrong(half_detached, "for the gradient of the loss by the model's weights"),
    Wrong(in_eval_mode, "you changed the model's mode"),
    Wrong(in_eval_mode_for_a_while, "you changed the model's mode"),
    Wrong(calls_backward, "you called backward()"),
    Wrong(takes_a_step, "you changed the model's weights"),
    Wrong(adds_both, "for x of shape"),
    Wrong(
        lambda m, x, corrupt: F.mse_loss(m(corrupt(x)), corrupt),
        "your function raised ",
    ),
    Wrong(lambda m, x, corrupt: F.mse_loss(m(corrupt), x), "your function raised "),
    Wrong(lambda model, x: F.mse_loss(model(x), x), "called with 3 arguments"),
]
