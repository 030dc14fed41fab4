"""Wrong answers to `contractive_penalty`."""

import copy

import torch
from torch import nn
from torch.autograd.functional import jacobian

from .answers import Wrong
from .regularised_contractive import copy_of, reference, slopes_of


def no_graph(encoder, x):
    return slopes_of(encoder, x, create_graph=False).square().sum((1, 2))


def no_graph_kept_alive(encoder, x):
    return no_graph(encoder, x) + 0 * encoder(x).sum(1)


def first_graph_only(encoder, x):
    slopes = slopes_of(encoder, x)
    slopes = torch.cat([slopes[:, :1], slopes[:, 1:].detach()], dim=1)
    return slopes.square().sum((1, 2))


def slopes_of_sum(encoder, x, reduce=torch.sum):
    x = copy_of(x)
    (slopes,) = torch.autograd.grad(reduce(encoder(x)), x, create_graph=True)
    return slopes.square().flatten(1).sum(1)


def slopes_of_mean(encoder, x):
    return slopes_of_sum(encoder, x, lambda z: z.mean(1).sum())


def weight_of(encoder):
    linear = encoder if isinstance(encoder, nn.Linear) else encoder[1]
    return linear.weight


def sigmoid_formula(encoder, x):
    z = encoder(x)
    return (z * (1 - z)).square() @ weight_of(encoder).square().sum(1)


def tanh_formula(encoder, x):
    z = encoder(x)
    return (1 - z.square()).square() @ weight_of(encoder).square().sum(1)


def formula_by_attribute(encoder, x):
    z = encoder(x)
    return (z * (1 - z)).square() @ encoder.weight.square().sum(1)


def formula_of_the_last_layer(encoder, x):
    last = [m for m in encoder.modules() if isinstance(m, nn.Linear)][-1]
    z = encoder(x)
    return (z * (1 - z)).square() @ last.weight.square().sum(1)


def sequential_chain(encoder, x):
    """Multiply weights and slopes through a Sequential; nothing else will do."""
    a = x
    total = torch.eye(x[0].numel()).expand(len(x), -1, -1)
    for layer in encoder:
        a = layer(a)
        if isinstance(layer, nn.Linear):
            total = layer.weight @ total
        elif isinstance(layer, nn.Sigmoid):
            total = (a * (1 - a))[:, :, None] * total
        elif isinstance(layer, nn.Tanh):
            total = (1 - a.square())[:, :, None] * total
    return total.square().sum((1, 2))


def weight_decay(encoder, x):
    total = sum(p.square().sum() for p in encoder.parameters() if p.dim() > 1)
    return total.expand(len(x))


def by_backward(encoder, x):
    x = copy_of(x)
    total = 0
    for unit in range(encoder(x).shape[1]):
        x.grad = None
        encoder(x)[:, unit].sum().backward(create_graph=True)
        total = total + x.grad.square().flatten(1).sum(1)
    return total


def x_left_with_gradients(encoder, x):
    x.requires_grad_()
    z = encoder(x)
    total = 0
    for unit in z.T:
        (slopes,) = torch.autograd.grad(unit.sum(), x, create_graph=True)
        total = total + slopes.square().flatten(1).sum(1)
    return total


def x_without_gradients(encoder, x):
    z = encoder(x)
    (slopes,) = torch.autograd.grad(z.sum(), x, create_graph=True)
    return slopes.square().flatten(1).sum(1)


def copy_not_used(encoder, x):
    copy = copy_of(x)
    z = encoder(x)
    (slopes,) = torch.autograd.grad(z[:, 0].sum(), copy, create_graph=True)
    return slopes.square().flatten(1).sum(1)


def grad_of_a_vector(encoder, x):
    x = copy_of(x)
    (slopes,) = torch.autograd.grad(encoder(x), x, create_graph=True)
    return slopes.square().flatten(1).sum(1)


def random_directions(encoder, x):
    x = copy_of(x)
    z = encoder(x)
    direction = torch.randn_like(z)
    (slopes,) = torch.autograd.grad(z, x, direction, create_graph=True)
    return slopes.square().flatten(1).sum(1)


def overwritten(encoder, x):
    for unit in slopes_of(encoder, x).unbind(1):
        total = unit.square().sum(1)
    return total


def one_too_few(encoder, x):
    slopes = slopes_of(encoder, x)
    return slopes[:, :-1].square().sum((1, 2))


def under_no_grad(encoder, x):
    with torch.no_grad():
        return reference(encoder, x)


def finite_differences(encoder, x, step=1e-2):
    total = 0
    for pixel in range(x[0].numel()):
        moved = x.flatten(1).clone()
        moved[:, pixel] += step
        change = (encoder(moved.reshape(x.shape)) - encoder(x)) / step
        total = total + change.square().sum(1)
    return total


def gradients_cleared(encoder, x):
    encoder.zero_grad()
    return reference(encoder, x)


def one_image_without_batch(encoder, x):
    each = [jacobian(encoder, image, create_graph=True) for image in x]
    return torch.stack([slopes.square().sum() for slopes in each])


def graph_not_kept(encoder, x):
    x = copy_of(x)
    total = 0
    for unit in encoder(x).T:
        (slopes,) = torch.autograd.grad(unit.sum(), x)
        total = total + slopes.square().flatten(1).sum(1)
    return total


def frozen(encoder, x):
    encoder.requires_grad_(False)
    return reference(encoder, x)


def in_eval(encoder, x):
    encoder.eval()
    return reference(encoder, x)


def by_the_weights(encoder, x):
    z = encoder(x)
    total = []
    for code in z:
        slopes = [
            torch.autograd.grad(value, tuple(encoder.parameters()), create_graph=True)
            for value in code
        ]
        total.append(sum(s.square().sum() for each in slopes for s in each))
    return torch.stack(total)


WRONG = [
    Wrong(
        lambda e, x: slopes_of(e, x).sum(2).square().sum(1),
        "you added up the slopes by the pixels",
    ),
    Wrong(
        lambda e, x: reference(e, x) / len(x) ** 2, "mean of each unit over the images"
    ),
    Wrong(lambda e, x: slopes_of(e, x).square().sum((0, 1)), "summed over the batch"),
    Wrong(lambda e, x: reference(e, x).sqrt(), "this is the norm: return its square"),
    Wrong(lambda e, x: reference(e, x).square(), "the norm to the power 4"),
    Wrong(lambda e, x: slopes_of(e, x).square().sum(2).mean(1), "over the code units"),
    Wrong(lambda e, x: slopes_of(e, x).square().sum(1).mean(1), "over the pixels"),
    Wrong(lambda e, x: slopes_of(e, x).square().mean((1, 2)), "code units and pixels"),
    Wrong(slopes_of_sum, "these are the slopes of the sum of all code units"),
    Wrong(lambda e, x: slopes_of_sum(e, x).sqrt(), "slopes of the sum of all code un"),
    Wrong(slopes_of_mean, "these are the slopes of the mean of all code units"),
    Wrong(lambda e, x: slopes_of(e, x).sum((1, 2)), "slopes of the sum of all code"),
    Wrong(lambda e, x: slopes_of(e, x).sum((1, 2)) ** 2, "the slopes are not squared"),
    Wrong(lambda e, x: slopes_of(e, x).abs().sum((1, 2)), "you added up absolute"),
    Wrong(lambda e, x: slopes_of(e, x).norm(dim=2).sum(1), "you added up the lengths"),
    Wrong(lambda e, x: reference(e, x).sum().expand(len(x)), "the sum of the whole b"),
    Wrong(lambda e, x: reference(e, x).mean().expand(len(x)), "the mean of the whole"),
    Wrong(lambda e, x: reference(e, x) / len(x), "you divided by the size of the batc"),
    Wrong(lambda e, x: reference(e, x) / 2, "the factor 1/2 does not belong here"),
    Wrong(lambda e, x: -reference(e, x), "the sign is the wrong way round"),
    Wrong(
        lambda e, x: torch.linalg.matrix_norm(slopes_of(e, x), 2) ** 2,
        "the largest singular value",
    ),
    Wrong(lambda e, x: slopes_of(e, x)[:, 0].square().sum(1), "the first code unit al"),
    Wrong(overwritten, "Do you overwrite the result in each turn of a loop"),
    Wrong(one_too_few, "the last code unit is missing"),
    Wrong(
        lambda e, x: slopes_of(e, x).sum(0).square().sum().expand(len(x)),
        "are added up before they are squared",
    ),
    Wrong(lambda e, x: reference(e, x).sum(), "one number for the whole batch"),
    Wrong(lambda e, x: reference(e, x).mean(), "one number for the whole batch"),
    Wrong(lambda e, x: slopes_of(e, x), "these are the Jacobians"),
    Wrong(lambda e, x: slopes_of(e, x).square().sum(2), "one value per code unit"),
    Wrong(lambda e, x: slopes_of(e, x).square().sum(1), "one value per pixel"),
    Wrong(lambda e, x: reference(e, x)[:, None], "without `keepdim`"),
    Wrong(sigmoid_formula, "there is no formula for one kind of layer"),
    Wrong(tanh_formula, "there is no formula for one kind of layer"),
    Wrong(formula_by_attribute, "there is no formula for one kind of layer"),
    Wrong(formula_of_the_last_layer, "there is no formula for one kind of layer"),
    Wrong(sequential_chain, "for two layers"),
    Wrong(weight_decay, "these are squared weights, as in weight decay"),
    Wrong(lambda e, x: e(x).square().sum(1), "this is the size of the code"),
    Wrong(no_graph, "create_graph=True"),
    Wrong(no_graph_kept_alive, "create_graph=True is missing, or a detach"),
    Wrong(first_graph_only, "the gradient by 1.weight"),
    Wrong(under_no_grad, "and not under no_grad()"),
    Wrong(lambda e, x: reference(e, x).detach(), "create_graph=True"),
    Wrong(by_backward, "your function changes .grad of 1.weight"),
    Wrong(x_left_with_gradients, "makes the caller's x need gradients"),
    Wrong(x_without_gradients, "x needs no gradient"),
    Wrong(copy_not_used, "make the copy first"),
    Wrong(grad_of_a_vector, "autograd.grad wants one number"),
    Wrong(random_directions, "an estimate from random directions"),
    Wrong(finite_differences, "nearly right, but not exact"),
    Wrong(gradients_cleared, "your function changes .grad of 1.weight"),
    Wrong(lambda e, x: reference(copy.deepcopy(e), x), "no gradient reaches 1.weight"),
    Wrong(lambda e, x: reference(e, x.flatten(1)), "no flatten before it"),
    Wrong(one_image_without_batch, "for one image x[i : i + 1]"),
    Wrong(graph_not_kept, "the graph is gone after the first unit"),
    Wrong(lambda e, x: slopes_of(e, x)[0].square().sum(1), "one value per code unit"),
    Wrong(by_the_weights, "for a layer with a sigmoid"),
    Wrong(frozen, "your function freezes 1.weight"),
    Wrong(in_eval, "your function changes the encoder's mode"),
    Wrong(lambda e, x: reference(e, x).tolist(), "expected a torch tensor"),
]
