"""Right and wrong answers to the exercises of lesson 01."""

import copy
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from aelesson.checks import basics

from .answers import Wrong, assert_named, assert_passes, cases


def mirrored(sizes):
    return sizes + sizes[-2::-1]


# count_parameters: right


def count_by_pairs(sizes):
    return sum(n * m + m for n, m in pairwise(mirrored(sizes)))


def count_by_closed_form(sizes):
    weights = 2 * sum(n * m for n, m in pairwise(sizes))
    return weights + sum(sizes[1:]) + sum(sizes[:-1])


def count_by_building(sizes):
    layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(mirrored(sizes)))
    return sum(parameter.numel() for parameter in layers.parameters())


def count_by_numpy(sizes):
    layers = np.array(mirrored(sizes))
    return (layers[:-1] * layers[1:]).sum() + layers[1:].sum()


# build_autoencoder: right


def layers_of(sizes, hidden=nn.ReLU, code=nn.Identity, output=nn.Sigmoid, **options):
    """Return the layers of a right answer, or of one with a wrong piece put in."""
    layers, last = [], 2 * (len(sizes) - 1) - 1
    for i, (n, m) in enumerate(pairwise(mirrored(sizes))):
        layers.append(nn.Linear(n, m, **options))
        layers.append(
            output() if i == last else code() if i == len(sizes) - 2 else hidden()
        )
    return layers


class Reference(nn.Module):
    """Flatten, a stack of layers, and back to the shape of the image."""

    def __init__(self, sizes, layers=None):
        super().__init__()
        self.body = nn.Sequential(*(layers or layers_of(sizes)))

    def forward(self, x):
        return self.body(x.flatten(1)).view_as(x)


class Split(nn.Module):
    """Encoder and decoder as modules of their own, tanh activations, a reshape."""

    def __init__(self, sizes):
        super().__init__()
        layers = layers_of(sizes, hidden=nn.Tanh)
        self.encoder = nn.Sequential(nn.Flatten(), *layers[: len(layers) // 2])
        self.decoder = nn.Sequential(*layers[len(layers) // 2 :])

    def encode(self, x):
        return self.encoder(x)

    def forward(self, x):
        return self.decoder(self.encode(x)).reshape(x.shape)


class Functional(nn.Module):
    """A ModuleList and functional activations; the code is told by its index."""

    def __init__(self, sizes):
        super().__init__()
        self.linear = nn.ModuleList(
            nn.Linear(n, m) for n, m in pairwise(mirrored(sizes))
        )
        self.code = len(sizes) - 2

    def forward(self, x):
        h = x.view(x.size(0), -1)
        for i, linear in enumerate(self.linear):
            h = linear(h)
            if i not in (self.code, len(self.linear) - 1):
                h = F.leaky_relu(h, 0.2)
        return (h.tanh() / 2 + 0.5).view(x.shape)


class Matrices(nn.Module):
    """No nn.Linear at all: matrices of its own."""

    def __init__(self, sizes, activation=F.gelu):
        super().__init__()
        pairs = list(pairwise(mirrored(sizes)))
        self.weights = nn.ParameterList(torch.randn(n, m) / n**0.5 for n, m in pairs)
        self.biases = nn.ParameterList(torch.zeros(m) for _, m in pairs)
        self.code, self.activation = len(sizes) - 2, activation

    def forward(self, x):
        h = torch.einsum("b...->b...", x).flatten(start_dim=1)
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.einsum("bn,nm->bm", h, weight) + bias
            if i not in (self.code, len(self.weights) - 1):
                h = self.activation(h)
        return torch.special.expit(h).unflatten(1, x.shape[1:])


def with_dropout(sizes):
    layers = layers_of(sizes, hidden=lambda: nn.Sequential(nn.ReLU(), nn.Dropout(0.1)))
    return Reference(sizes, layers)


# build_autoencoder: wrong


class Not(Reference):
    """The reference with another last step: `finish(x_hat, x)`."""

    def __init__(self, sizes, finish, layers=None):
        super().__init__(sizes, layers)
        self.finish = finish

    def forward(self, x):
        return self.finish(self.body(x.flatten(1)), x)


class Unflattened(Reference):
    def forward(self, x):
        return self.body(x)


class FlattenedBatch(Reference):
    def forward(self, x):
        return self.body(x.view(1, -1)).view_as(x)


class MixedUp(Reference):
    def forward(self, x):
        pixels = x.reshape(x[0].numel(), -1).T
        return self.body(pixels).T.reshape(x.shape)


class InAList(Reference):
    def __init__(self, sizes):
        nn.Module.__init__(self)
        self.layers = layers_of(sizes)

    def forward(self, x):
        h = x.flatten(1)
        for layer in self.layers:
            h = layer(h)
        return h.view_as(x)


class NoForward(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.body = nn.Sequential(*layers_of(sizes))

    def foward(self, x):
        return self.body(x.flatten(1)).view_as(x)


class Detached(Reference):
    def forward(self, x):
        half = len(self.body) // 2
        z = self.body[:half](x.flatten(1)).detach()
        return self.body[half:](z).view_as(x)


class Clamping(nn.Module):
    def forward(self, x):
        return x.clamp(0, 1)


class InPlace(Reference):
    def forward(self, x):
        x -= 0.5
        return super().forward(x)


class Pair(Reference):
    def forward(self, x):
        half = len(self.body) // 2
        z = self.body[:half](x.flatten(1))
        return z, self.body[half:](z).view_as(x)


class Negated(nn.Module):
    def forward(self, x):
        return 0.5 * x.abs()


class UnusedLayer(Reference):
    """As many parameters as the mirror, but `forward` takes a short cut."""

    def forward(self, x):
        body = [layer for layer in self.body if isinstance(layer, nn.Linear)]
        h = F.linear(x.flatten(1), body[0].weight, body[0].bias).relu()
        h = F.linear(h, body[-1].weight, body[-1].bias)
        return h.sigmoid().view_as(x)


def tied(sizes):
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(sizes))
            self.biases = nn.ParameterList(torch.zeros(n) for n in sizes[-2::-1])

        def forward(self, x):
            h = x.flatten(1)
            for linear in self.encoder[:-1]:
                h = linear(h).relu()
            h = self.encoder[-1](h)
            for linear, bias in zip(reversed(self.encoder), self.biases, strict=True):
                h = F.linear(h.relu(), linear.weight.T, bias)
            return h.sigmoid().view_as(x)

    return Tied()


def only_encoder(sizes):
    layers = layers_of(sizes)
    return nn.Sequential(nn.Flatten(), *layers[: len(layers) // 2])


def one_step_decoder(sizes):
    layers = layers_of(sizes)
    last = nn.Linear(sizes[-1], sizes[0])
    return Reference(sizes, [*layers[: len(layers) // 2], last, nn.Sigmoid()])


def code_to_code(sizes):
    layers = layers_of(sizes)
    half = len(layers) // 2
    extra = nn.Linear(sizes[-1], sizes[-1])
    return Reference(sizes, [*layers[:half], extra, *layers[half:]])


def linear_decoder(sizes):
    layers = layers_of(sizes)
    half = len(layers) // 2
    decoder = [layer for layer in layers[half:] if not isinstance(layer, nn.ReLU)]
    return Reference(sizes, [*layers[:half], *decoder])


def fixed_784(sizes):
    return Reference(sizes, layers_of((784, *sizes[1:])))


def fixed_28(sizes):
    layers = [nn.Flatten(), *layers_of(sizes), nn.Unflatten(1, (1, 28, 28))]
    return nn.Sequential(*layers)


def with_layers(**pieces):
    """Return a builder of the reference with wrong pieces put in."""
    return lambda sizes: Reference(sizes, layers_of(sizes, **pieces))


def finishing(finish, **pieces):
    return lambda sizes: Not(sizes, finish, layers_of(sizes, **pieces))


def rescaled(x_hat, x):
    low, high = x_hat.min(1, keepdim=True)[0], x_hat.max(1, keepdim=True)[0]
    return ((x_hat - low) / (high - low)).view_as(x)


def naive_sigmoid(x_hat, x):
    return (x_hat.exp() / (1 + x_hat.exp())).view_as(x)


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


# reconstruction_error: right


def error_reference(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        errors = (model(images) - images).square().flatten(1).mean(1)
    model.train(was_training)
    return errors


@torch.inference_mode()
def error_one_by_one(model, images):
    was_training = model.training
    model.train(False)
    errors = [F.mse_loss(model(image[None])[0], image) for image in images]
    model.train(mode=was_training)
    return torch.stack(errors)


def error_einsum(net, batch):
    twin = copy.deepcopy(net).eval().requires_grad_(False)
    gap = (twin(batch) - batch).double()
    return torch.einsum("bchw,bchw->b", gap, gap) / batch[0].numel()


@torch.no_grad()
def error_in_pieces(model, images):
    training = model.training
    model.eval()
    pieces = [
        F.mse_loss(model(x), x, reduction="none").mean(dim=(1, 2, 3))
        for x in images.split(2)
    ]
    if training:
        model.train()
    return torch.cat(pieces)


# reconstruction_error: wrong


def make_error(reduce, mode=False, after=None):
    """Return a `reconstruction_error` with its own reduction and modes."""

    def reconstruction_error(model, images):
        was_training = model.training
        if mode is not None:
            model.train(mode)
        with torch.no_grad():
            errors = reduce(model(images) - images)
        model.train(was_training if after is None else after)
        return errors

    return reconstruction_error


def per_image(gap):
    return gap.square().flatten(1).mean(1)


def error_with_graph(model, images):
    was_training = model.training
    model.eval()
    errors = per_image(model(images) - images)
    model.train(was_training)
    return errors


def error_shallow_eval(model, images):
    """Only the outermost module is put in eval mode."""
    was_training, model.training = model.training, False
    with torch.no_grad():
        errors = per_image(model(images) - images)
    model.training = was_training
    return errors


def error_that_learns(model, images):
    errors = error_reference(model, images)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.sub_(0.01)
    return errors


def error_that_centres(model, images):
    images -= images.mean()
    return error_reference(model, images)


# compression_ratio: right


def ratio_reference(image_shape, latent_dim, image_bits, code_bits):
    return math.prod(image_shape) * image_bits / (latent_dim * code_bits)


def ratio_by_torch(shape, latent_dim, image_bits, code_bits):
    image = torch.zeros(shape).numel() * image_bits
    return (torch.tensor(float(image)) / (latent_dim * code_bits)).item()


def ratio_by_numpy(image_shape, latent_dim, image_bits, code_bits):
    values = np.prod(image_shape) / latent_dim
    return np.float32(values * (image_bits / code_bits))


def ratio_by_loop(image_shape, latent_dim, image_bits, code_bits):
    bits = image_bits
    for side in image_shape:
        bits *= side
    return bits / latent_dim / code_bits


RIGHT = {
    "count_parameters": [
        count_by_pairs,
        count_by_closed_form,
        count_by_building,
        count_by_numpy,
    ],
    "build_autoencoder": [
        Reference,
        Split,
        Functional,
        Matrices,
        with_dropout,
        with_layers(hidden=nn.GELU, code=nn.Identity),
        with_layers(hidden=lambda: nn.ReLU(inplace=True)),
        with_layers(output=nn.Hardsigmoid),
    ],
    "train_step": [
        step_reference,
        step_spelt_out,
        step_with_closure,
        step_with_autograd_grad,
        step_measured_twice,
        make_step("clear", "backward", "step", "clear"),
    ],
    "reconstruction_error": [
        error_reference,
        error_one_by_one,
        error_einsum,
        error_in_pieces,
    ],
    "compression_ratio": [
        ratio_reference,
        ratio_by_torch,
        ratio_by_numpy,
        ratio_by_loop,
    ],
}

WRONG = {
    "count_parameters": [
        Wrong(
            lambda sizes: sum(n * m for n, m in pairwise(mirrored(sizes))),
            "the biases are missing",
        ),
        Wrong(
            lambda sizes: sum(n * m + m for n, m in pairwise(sizes)),
            "you counted the encoder only",
        ),
        Wrong(
            lambda sizes: sum(n * m + n for n, m in pairwise(sizes)),
            "you counted the decoder only",
        ),
        Wrong(
            lambda sizes: 2 * sum(n * m + m for n, m in pairwise(sizes)),
            "you took the encoder twice",
        ),
        Wrong(
            lambda sizes: 2 * sum(n * m + n for n, m in pairwise(sizes)),
            "you took the decoder twice",
        ),
        Wrong(
            lambda sizes: sum(n * m + m for n, m in pairwise(sizes + sizes[::-1])),
            "a layer from code to code",
        ),
        Wrong(
            lambda sizes: sum(n * m + n + m for n, m in pairwise(mirrored(sizes))),
            "you counted the biases twice",
        ),
        Wrong(
            lambda sizes: sum(n * m + 1 for n, m in pairwise(mirrored(sizes))),
            "you counted one bias per layer",
        ),
        Wrong(
            lambda sizes: sum(n * m + m + n for n, m in pairwise(sizes)),
            "you counted weights once for both halves",
        ),
        Wrong(
            lambda sizes: sum(n * m + m for n, m in pairwise(mirrored(sizes)[:-1])),
            "the last layer is missing",
        ),
        Wrong(
            lambda sizes: sum(n * m + m for n, m in pairwise(mirrored(sizes)[1:])),
            "the first layer is missing",
        ),
        Wrong(lambda sizes: sum(mirrored(sizes)), "you counted units"),
        Wrong(lambda sizes: count_by_pairs(sizes) + 1, "got 222,385, expected 222,384"),
        Wrong(lambda sizes: 222384, "for sizes = (784, 32)"),
        Wrong(lambda sizes: float(count_by_pairs(sizes)), "(float), expected an int"),
        Wrong(lambda sizes: torch.tensor(count_by_pairs(sizes)), "Call `.item()`"),
        Wrong(lambda sizes: print(count_by_pairs(sizes)), "is `return` missing?"),
        Wrong(lambda sizes: sizes.reverse(), "raised AttributeError: 'tuple' object"),
        Wrong(lambda n, m: n * m + m, "takes (n, m), but it is called with 1 argument"),
    ],
    "build_autoencoder": [
        Wrong(Unflattened, "Flatten each image first"),
        Wrong(FlattenedBatch, "you flattened the whole batch into one row"),
        Wrong(MixedUp, "depends on the others in the batch"),
        Wrong(finishing(lambda x_hat, x: x_hat), "the image is still flat"),
        Wrong(fixed_784, "Is a number such as 784 or 28 written in your code?"),
        Wrong(fixed_28, "Is a number such as 784 or 28 written in your code?"),
        Wrong(with_layers(code=nn.ReLU), "the code goes through ReLU"),
        Wrong(with_layers(code=nn.Sigmoid), "the code goes through a sigmoid"),
        Wrong(with_layers(code=nn.Tanh), "the code goes through Tanh"),
        Wrong(with_layers(code=nn.LeakyReLU), "the code goes through leaky ReLU"),
        Wrong(with_layers(code=nn.Softplus), "the code goes through something"),
        Wrong(
            with_layers(code=lambda: nn.ReLU(inplace=True)),
            "the code goes through ReLU",
        ),
        Wrong(with_layers(output=nn.Tanh), "Tanh at the end reaches down to -1"),
        Wrong(with_layers(output=nn.ReLU), "ReLU at the end has no upper limit"),
        Wrong(with_layers(output=nn.Identity), "the output must stay in [0, 1]"),
        Wrong(with_layers(output=lambda: nn.Softmax(1)), "as after a softmax"),
        Wrong(with_layers(output=Clamping), "some outputs are exactly 0 or 1"),
        Wrong(
            finishing(rescaled, output=nn.Identity), "some outputs are exactly 0 or 1"
        ),
        Wrong(
            finishing(naive_sigmoid, output=nn.Identity), "large inputs give nan or inf"
        ),
        Wrong(with_layers(hidden=nn.Identity), "no activation between layers 1 and 2"),
        Wrong(linear_decoder, "no activation between layers 4 and 5"),
        Wrong(
            lambda sizes: Matrices(sizes, activation=lambda h: h),
            "your model is linear up to its last sigmoid",
        ),
        Wrong(with_layers(bias=False), "the layers have no biases"),
        Wrong(one_step_decoder, "the decoder is not the mirror"),
        Wrong(code_to_code, "there is a layer from code to code"),
        Wrong(tied, "you use the encoder's weights twice"),
        Wrong(only_encoder, "this is the code"),
        Wrong(InAList, "self.layers is a plain Python list"),
        Wrong(lambda sizes: Negated(), "your model has no parameters"),
        Wrong(Pair, "your model returns 2 things"),
        Wrong(NoForward, "your NoForward has no `forward`"),
        Wrong(Detached, "no gradient reaches body.0.weight"),
        Wrong(UnusedLayer, "no gradient reaches body.2.weight"),
        Wrong(InPlace, "your model changes its input x in place"),
        Wrong(lambda sizes: Reference, "you returned the class Reference itself"),
        Wrong(lambda sizes: lambda x: x, "return an nn.Module"),
        Wrong(lambda sizes: (only_encoder(sizes), nn.Identity()), "a tuple of 2"),
        Wrong(lambda sizes: layers_of(sizes), "a list of 12"),
        Wrong(lambda sizes: print(Reference(sizes)), "is `return` missing?"),
        Wrong(lambda: Reference((784, 32)), "takes (), but it is called with 1"),
        Wrong(
            finishing(lambda x_hat, x: x_hat.view_as(x).detach().numpy()),
            "got a numpy array",
        ),
    ],
    "train_step": [
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
        Wrong(step_with_own_optimizer, "optimizer that you were given never stepped"),
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
    ],
    "reconstruction_error": [
        Wrong(make_error(lambda gap: gap.square().mean()), "one number for the whole"),
        Wrong(
            make_error(lambda gap: gap.square().flatten(1).sum(1)), "you summed over"
        ),
        Wrong(make_error(lambda gap: gap.square().mean(0)), "averaged over the batch"),
        Wrong(make_error(lambda gap: gap.square().mean(1)), "over the channels only"),
        Wrong(make_error(lambda gap: gap.square().mean(3)), "over the last side only"),
        Wrong(
            make_error(lambda gap: gap.square().mean((2, 3))), "the channels are left"
        ),
        Wrong(
            make_error(lambda gap: gap.square().mean((1, 2))), "the columns are left"
        ),
        Wrong(make_error(torch.square), "one value per pixel"),
        Wrong(
            make_error(lambda gap: gap.square().mean((1, 2, 3), keepdim=True)),
            "keepdim",
        ),
        Wrong(make_error(lambda gap: per_image(gap)[:, None]), "keepdim"),
        Wrong(make_error(lambda gap: per_image(gap).sqrt()), "you took the root"),
        Wrong(make_error(lambda gap: gap.abs().flatten(1).mean(1)), "absolute errors"),
        Wrong(make_error(lambda gap: gap.flatten(1).mean(1) ** 2), "before squaring"),
        Wrong(
            make_error(lambda gap: per_image(gap).mean().repeat(len(gap))),
            "each image got the mean of the whole batch",
        ),
        Wrong(make_error(lambda gap: per_image(gap) / 2), "You got 0.5 times"),
        Wrong(make_error(per_image, mode=None), "ran in train mode"),
        Wrong(make_error(per_image, mode=True), "ran in train mode"),
        Wrong(error_shallow_eval, "ran in train mode"),
        Wrong(
            make_error(per_image, after=True), "came in eval mode and you left it in"
        ),
        Wrong(make_error(per_image, after=False), "came in train mode and you left it"),
        Wrong(error_with_graph, "still carries the graph"),
        Wrong(error_that_learns, "you changed the model"),
        Wrong(error_that_centres, "changes its input images in place"),
        Wrong(make_error(lambda gap: per_image(gap).numpy()), "got a numpy array"),
        Wrong(make_error(lambda gap: per_image(gap).tolist()), "(list), expected"),
        Wrong(make_error(lambda gap: None), "is `return` missing?"),
        Wrong(lambda images: images, "2 arguments: (model, images)"),
    ],
    "compression_ratio": [
        Wrong(lambda s, d, i, c: d * c / (math.prod(s) * i), "it is upside down"),
        Wrong(lambda s, d, i, c: math.prod(s) / d, "the bits are missing"),
        Wrong(lambda s, d, i, c: math.prod(s) * i / d, "the code's bits are missing"),
        Wrong(
            lambda s, d, i, c: math.prod(s) / (d * c), "the image's bits are missing"
        ),
        Wrong(lambda s, d, i, c: math.prod(s) * c / (d * i), "are swapped"),
        Wrong(lambda s, d, i, c: s[-1] * s[-2] * i / (d * c), "channels are missing"),
        Wrong(lambda s, d, i, c: sum(s) * i / (d * c), "you added up the sides"),
        Wrong(
            lambda s, d, i, c: math.prod(s) * i // (d * c), "you cut off the fraction"
        ),
        Wrong(lambda *a: ratio_reference(*a) + 0.1, "expected 19.6"),
        Wrong(lambda *a: round(ratio_reference(*a)), "you rounded the ratio"),
        Wrong(lambda *a: 1 - 1 / ratio_reference(*a), "this is the share saved"),
        Wrong(lambda *a: 100 * ratio_reference(*a), "this is in percent"),
        Wrong(lambda *a: f"{ratio_reference(*a):.1f}x", "(str), expected a float"),
        Wrong(lambda *a: torch.tensor(ratio_reference(*a)), "Call `.item()`"),
        Wrong(lambda *a: print(ratio_reference(*a)), "is `return` missing?"),
        Wrong(lambda s, d, i, c: s * i / (d * c), "raised TypeError"),
        Wrong(lambda s, d: math.prod(s) / d, "takes (s, d), but it is called with 4"),
    ],
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(basics, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(basics, exercise, answer, capsys)


@pytest.mark.parametrize("seed", range(20))
def test_no_right_model_is_refused_for_its_first_weights(seed):
    for build in RIGHT["build_autoencoder"]:

        def build_from_seed(sizes, build=build):
            torch.manual_seed(seed)
            return build(sizes)

        basics.build_autoencoder(build_from_seed)


@pytest.mark.parametrize(
    "initialise",
    [nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_],
)
def test_no_right_model_is_refused_for_its_initialisation(initialise):
    def build(sizes):
        model = Reference(sizes)
        for layer in model.body[::2]:
            initialise(layer.weight)
            nn.init.zeros_(layer.bias)
        return model

    basics.build_autoencoder(build)


def test_the_oracle_counts_the_network_of_the_lesson():
    layers = basics.mirror((784, 128, 64, 32))
    assert layers == (784, 128, 64, 32, 64, 128, 784)
    assert basics.parameter_count(layers) == 222_384
