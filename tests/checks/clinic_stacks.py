"""Answers to `pretrain` of lesson 13, right and wrong."""

import copy

import torch
from torch import nn

from .answers import Wrong


def pretrain_broken(images, sizes, train_layer):
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoder, decoder = train_layer(inputs, hidden_dim)
        inputs = decoder(encoder(inputs)).detach()
        encoders.append(encoder)
    return encoders


# right


def on_codes(images, sizes, train_layer):
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoder, _ = train_layer(inputs, hidden_dim)
        inputs = encoder(inputs).detach()
        encoders.append(encoder)
    return encoders


@torch.no_grad()
def from_the_images_each_time(images, sizes, train_layer):
    stack = nn.Sequential()
    for hidden_dim in sizes:
        stack.append(train_layer(stack(images.reshape(len(images), -1)), hidden_dim)[0])
    return list(stack)


def recursive(images, sizes, train_layer):
    if len(sizes) == 0:
        return []
    rows = images.flatten(1)
    encoder, _ = train_layer(rows, sizes[0])
    with torch.no_grad():
        codes = encoder(rows)
    return [encoder, *recursive(codes, sizes[1:], train_layer)]


def as_sequential(images, sizes, train_layer):
    return nn.Sequential(*on_codes(images, sizes, train_layer))


@torch.inference_mode()
def under_inference_mode(images, sizes, train_layer):
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoders.append(train_layer(inputs, hidden_dim)[0])
        inputs = encoders[-1](inputs)
    return encoders


RIGHT = [on_codes, from_the_images_each_time, recursive, as_sequential]
RIGHT.append(under_inference_mode)


# wrong


def handing_on(step, result=lambda encoders, decoders: encoders):
    """Return a `pretrain` that hands on its own inputs, or returns something else."""

    def pretrain(images, sizes, train_layer):
        rows, encoders, decoders = images.flatten(1), [], []
        inputs = rows
        for hidden_dim in sizes:
            encoder, decoder = train_layer(inputs, hidden_dim)
            inputs = step(encoder, decoder, inputs, rows)
            encoders.append(encoder)
            decoders.append(decoder)
        return result(encoders, decoders)

    return pretrain


def codes(encoder, decoder, inputs, rows):
    return encoder(inputs).detach()


def standardised(encoder, decoder, inputs, rows):
    z = encoder(inputs).detach()
    return (z - z.mean(0)) / z.std(0)


def twice(encoder, decoder, inputs, rows):
    z = encoder(inputs)
    return (encoder(z) if z.shape == inputs.shape else z).detach()


def unflattened(images, sizes, train_layer):
    return on_codes(
        images[:, None], sizes, lambda x, n: train_layer(images[:, None], n)
    )


def too_few(images, sizes, train_layer):
    return on_codes(images, sizes[:-1] or sizes, train_layer)


def last_only(images, sizes, train_layer):
    return on_codes(images, sizes, train_layer)[-1:]


def backwards(images, sizes, train_layer):
    return on_codes(images, sizes[::-1], train_layer)


def from_images_again(images, sizes, train_layer):
    rows, encoders = images.flatten(1), []
    inputs = rows
    for hidden_dim in sizes:
        encoders.append(train_layer(inputs, hidden_dim)[0])
        inputs = encoders[-1](rows).detach()
    return encoders


def rebuilt(images, sizes, train_layer):
    trained = on_codes(images, sizes, train_layer)
    fresh = [nn.Linear(e[0].in_features, e[0].out_features) for e in trained]
    return [nn.Sequential(layer, nn.Sigmoid()) for layer in fresh]


def frozen(images, sizes, train_layer):
    return [each.requires_grad_(False) for each in on_codes(images, sizes, train_layer)]


def copied(images, sizes, train_layer):
    return copy.deepcopy(on_codes(images, sizes, train_layer))


def first_thousand(encoder, decoder, inputs, rows):
    return encoder(inputs[:1000]).detach()


WRONG = [
    Wrong(pretrain_broken, "three whole autoencoders in a chain"),
    Wrong(
        handing_on(lambda e, d, x, rows: d(e(x))),
        "carry the graph",
    ),
    Wrong(handing_on(lambda e, d, x, rows: rows), "are the images again"),
    Wrong(handing_on(lambda e, d, x, rows: e(x)), "carry the graph"),
    Wrong(handing_on(standardised), "are scaled codes"),
    Wrong(handing_on(lambda e, d, x, r: e(x).detach().round()), "rounded or cut codes"),
    Wrong(handing_on(lambda e, d, x, r: e(x).detach().relu()), "rounded or cut codes"),
    Wrong(
        handing_on(lambda e, d, x, r: e(x).detach().clamp(0, 1)), "rounded or cut codes"
    ),
    Wrong(handing_on(first_thousand), "train each layer on all of them"),
    Wrong(frozen, "the encoders were frozen"),
    Wrong(copied, "is a copy"),
    Wrong(handing_on(twice), "encoded twice"),
    Wrong(handing_on(codes, lambda e, d: e[::-1]), "are in another order"),
    Wrong(handing_on(codes, lambda e, d: d), "these are decoders"),
    Wrong(handing_on(codes, lambda e, d: list(zip(e, d, strict=True))), "is a pair"),
    Wrong(handing_on(codes, lambda e, d: e + d), "are decoders in it?"),
    Wrong(handing_on(codes, lambda e, d: list(range(len(e)))), "else than encoders"),
    Wrong(handing_on(codes, lambda e, d: torch.zeros(2)), "a list of the encoders"),
    Wrong(unflattened, "flatten the images: train_layer"),
    Wrong(too_few, "one layer for each size"),
    Wrong(backwards, "one layer for each size"),
    Wrong(last_only, "is the list made anew"),
    Wrong(from_images_again, "of the wrong width"),
    Wrong(rebuilt, "is not the encoder that train_layer returned"),
]
