"""Answers to `denoising_figure` and `denoising_step`, right and wrong."""

import torch
import torch.nn.functional as F

from aelesson import metrics

from .answers import Wrong


def denoising_figure_broken(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, metrics.apply(model, model, images)


# denoising_figure: right


def one_noisy(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, metrics.apply(model, model, noisy)


@torch.no_grad()
def by_hand(model, images, corrupt):
    inputs, kept = corrupt(images), model.training
    model.eval()
    outputs = model(inputs)
    model.train(kept)
    return [inputs, outputs]


def detached(model, x, spoil):
    kept, spoilt = model.training, spoil(x)
    result = model.eval()(spoilt).detach()
    model.train(kept)
    return spoilt, result


FIGURE_RIGHT = [one_noisy, by_hand, detached]


# denoising_figure: wrong


def clean(model, x):
    return metrics.apply(model, model, x)


def drawn_twice(model, images, corrupt):
    return corrupt(images), clean(model, corrupt(images))


def corrupted_twice(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, clean(model, corrupt(noisy))


def clean_shown(model, images, corrupt):
    return images, clean(model, corrupt(images))


def no_noise(model, images, corrupt):
    return images, clean(model, images)


def swapped(model, images, corrupt):
    return one_noisy(model, images, corrupt)[::-1]


def in_training_mode(model, images, corrupt):
    noisy = corrupt(images)
    kept = model.training
    with torch.no_grad():
        outputs = model.train()(noisy)
    model.train(kept)
    return noisy, outputs


def with_graph(model, images, corrupt):
    noisy, kept = corrupt(images), model.training
    outputs = model.eval()(noisy)
    model.train(kept)
    return noisy, outputs


def left_in_eval(model, images, corrupt):
    model.eval()
    return one_noisy(model, images, corrupt)


def decoded_twice(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, clean(model, clean(model, noisy))


def cut(model, images, corrupt):
    noisy = corrupt(images).clamp(0, 1)
    return noisy, clean(model, noisy)


def cut_inside(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, clean(model, noisy.clamp(0, 1))


def outputs_cut(model, images, corrupt):
    noisy, outputs = one_noisy(model, images, corrupt)
    return noisy, outputs.clamp(0, 1)


@torch.no_grad()
def only_named(model, images, corrupt):
    noisy, kept = corrupt(images), model.training
    model.training = False
    outputs = model(noisy)
    model.training = kept
    return noisy, outputs


def never_used(model, images, corrupt):
    noisy = corrupt(images)
    return noisy, noisy


def outputs_alone(model, images, corrupt):
    return one_noisy(model, images, corrupt)[1]


FIGURE_WRONG = [
    Wrong(denoising_figure_broken, "was given the clean images, not the noisy ones"),
    Wrong(drawn_twice, "corrupt was called 2 times"),
    Wrong(corrupted_twice, "corrupt was called 2 times"),
    Wrong(clean_shown, "the inputs are the clean images"),
    Wrong(no_noise, "corrupt was never called"),
    Wrong(swapped, "return inputs first"),
    Wrong(in_training_mode, "is in training mode still"),
    Wrong(with_graph, "the outputs carry the graph"),
    Wrong(left_in_eval, "the model is in another mode"),
    Wrong(decoded_twice, "the model was used twice in a row"),
    Wrong(cut, "the inputs are cut to [0, 1]"),
    Wrong(cut_inside, "given inputs cut to [0, 1]"),
    Wrong(outputs_cut, "the outputs are cut to [0, 1]"),
    Wrong(only_named, "or a part of it, is in training mode still"),
    Wrong(never_used, "the outputs are the inputs"),
    Wrong(outputs_alone, "expected two tensors"),
]


# denoising_step


def denoising_step_broken(model, x, corrupt, optimizer):
    noisy = corrupt(x)
    loss = F.mse_loss(model(noisy), noisy)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def step_on(make_loss, clear=True, returns=lambda loss: loss.item()):
    """Return a `denoising_step` on a loss of its own, from model, x and corrupt."""

    def denoising_step(model, x, corrupt, optimizer):
        loss = make_loss(model, x, corrupt)
        if clear:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return returns(loss)

    return denoising_step


# right

to_clean = step_on(lambda model, x, corrupt: F.mse_loss(model(corrupt(x)), x))
written_out = step_on(
    lambda m, x, noise: (x - m(noise(x))).pow(2).flatten(1).mean(1).mean(),
    returns=lambda loss: float(loss.detach()),
)


def with_autograd(model, x, corrupt, optimizer):
    parameters = list(model.parameters())
    loss = torch.nn.MSELoss()(model(corrupt(x)), x)
    for parameter, grad in zip(
        parameters, torch.autograd.grad(loss, parameters), strict=True
    ):
        parameter.grad = grad
    optimizer.step()
    return loss.item()


STEP_RIGHT = [to_clean, written_out, with_autograd]


# wrong


def own_noise(model, x, corrupt):
    return F.mse_loss(model(x + 0.7 * torch.randn_like(x)), x)


def target_cut(model, x, corrupt):
    noisy = corrupt(x)
    return F.mse_loss(model(noisy), noisy.clamp(0, 1))


def noise_predicted(model, x, corrupt):
    noisy = corrupt(x)
    return F.mse_loss(model(noisy), noisy - x)


def plain(model, x, corrupt):
    corrupt(x)
    return F.mse_loss(model(x), x)


def no_step(model, x, corrupt, optimizer):
    loss = F.mse_loss(model(corrupt(x)), x)
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


def returns_other(model, x, corrupt, optimizer):
    with torch.no_grad():
        before = F.mse_loss(model(x), x).item()
    to_clean(model, x, corrupt, optimizer)
    return before


def without_grad(model, x, corrupt):
    with torch.no_grad():
        return F.mse_loss(model(corrupt(x)), x)


def in_mode(training, restored=True):
    def denoising_step(model, x, corrupt, optimizer):
        kept = model.training
        model.train(training)
        loss = to_clean(model, x, corrupt, optimizer)
        model.train(kept if restored else training)
        return loss

    return denoising_step


def in_place(model, x, corrupt, optimizer):
    clean = x.clone()
    x.copy_(corrupt(x))
    return step_on(lambda m, x, c: F.mse_loss(m(x), clean))(
        model, x, corrupt, optimizer
    )


STEP_WRONG = [
    Wrong(denoising_step_broken, "the target is the noisy batch"),
    Wrong(step_on(lambda m, x, c: F.mse_loss(m(c(x)), c(x))), "noise of its own"),
    Wrong(step_on(lambda m, x, c: F.mse_loss(m(x), c(x))), "target are swapped"),
    Wrong(step_on(plain), "the noise is nowhere in the step"),
    Wrong(step_on(lambda m, x, c: F.mse_loss(m(x), x)), "corrupt was never called"),
    Wrong(step_on(own_noise), "corrupt was never called"),
    Wrong(step_on(target_cut), "the target is cut to [0, 1]"),
    Wrong(
        step_on(lambda m, x, c: F.mse_loss(m(c(x).clamp(0, 1)), x)),
        "the input is cut to [0, 1]",
    ),
    Wrong(step_on(noise_predicted), "the target is the noise alone"),
    Wrong(
        step_on(lambda m, x, c: F.mse_loss(m(c(c(x))), x)),
        "corrupt was given something else",
    ),
    Wrong(
        step_on(lambda m, x, c: F.mse_loss(m(c(x)), x), clear=False),
        "the gradients of the step before",
    ),
    Wrong(in_mode(False), "the step was taken in evaluation mode"),
    Wrong(in_mode(False, restored=False), "the step was taken in evaluation mode"),
    Wrong(in_mode(True), "the step was taken in training mode"),
    Wrong(step_on(lambda m, x, c: F.mse_loss(m(c(x)), x.clamp(0, 1))), "take x as it"),
    Wrong(no_step, "the weights did not move"),
    Wrong(
        step_on(lambda m, x, c: (m(c(x)) - x).square().sum()),
        "sum over pixels or batch",
    ),
    Wrong(returns_other, "you return another"),
    Wrong(step_on(without_grad), "no gradient can flow back"),
    Wrong(
        step_on(lambda m, x, c: F.mse_loss(m(c(x)), x), returns=lambda loss: loss),
        "Call `.item()` on it",
    ),
    Wrong(in_place, "changes its input x in place"),
]
