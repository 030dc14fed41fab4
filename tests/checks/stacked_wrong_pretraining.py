"""Wrong answers to `pretrain_layer`."""

import copy
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .answers import Wrong
from .stacked_pretraining import networks, pretrain_reference


def perm(count, generator):
    return torch.randperm(count, generator=generator)


def numpy_order(count, generator):
    return torch.from_numpy(np.random.permutation(count))


def python_order(count, generator):
    order = list(range(count))
    random.shuffle(order)
    return torch.tensor(order)


def reseeded(count, generator):
    return torch.randperm(count, generator=generator.manual_seed(7))


def make(
    order=perm,
    feed=lambda corrupt, clean: (corrupt(clean), clean),
    build=networks,
    learns=lambda encoder, decoder: [*encoder.parameters(), *decoder.parameters()],
    optimizer=lambda parameters: torch.optim.Adam(parameters, lr=0.01),
    passes=lambda epochs: epochs,
    split=lambda order: order.split(32),
    loss=F.mse_loss,
    step=True,
    returns=lambda encoder, decoder: (encoder, decoder),
    forward=lambda encoder, decoder, x: decoder(encoder(x)),
):
    """Return an answer that differs from the reference where it is told to."""

    def pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator):
        encoder, decoder = build(inputs.shape[1], hidden_dim)
        result = returns(encoder, decoder)
        stepper = optimizer(learns(encoder, decoder))
        for _ in range(passes(epochs)):
            for chosen in split(order(len(inputs), generator)):
                given, target = feed(corrupt, inputs[chosen])
                value = loss(forward(encoder, decoder, given), target)
                stepper.zero_grad()
                value.backward()
                if step:
                    stepper.step()
        return result

    return pretrain_layer


def target_is_the_noisy_input(corrupt, clean):
    noisy = corrupt(clean)
    return noisy, noisy


def corruption_not_used(corrupt, clean):
    corrupt(clean)
    return clean, clean


def corrupted_once(inputs, hidden_dim, corrupt, epochs, generator):
    noisy, both = corrupt(inputs), networks(inputs.shape[1], hidden_dim)
    model = nn.Sequential(*both)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(epochs):
        for chosen in torch.randperm(len(inputs), generator=generator).split(32):
            loss = F.mse_loss(model(noisy[chosen]), inputs[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return both


def batches_corrupted_once(inputs, hidden_dim, corrupt, epochs, generator):
    both = networks(inputs.shape[1], hidden_dim)
    model = nn.Sequential(*both)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    order = torch.randperm(len(inputs), generator=generator).split(32)
    pairs = [(corrupt(inputs[chosen]), inputs[chosen]) for chosen in order]
    for _ in range(epochs):
        for noisy, clean in pairs:
            optimizer.zero_grad()
            F.mse_loss(model(noisy), clean).backward()
            optimizer.step()
    return both


def seeded_at_the_start(*arguments):
    arguments[-1].manual_seed(0)
    return pretrain_reference(*arguments)


def shuffled_once(inputs, *others):
    *others, generator = others
    order = torch.randperm(len(inputs), generator=generator)
    return make(order=lambda count, generator: order)(inputs, *others, generator)


def on_all_rows_at_once(inputs, hidden_dim, corrupt, epochs, generator):
    return make(
        order=lambda count, generator: torch.arange(count), split=lambda o: [o]
    )(inputs, hidden_dim, corrupt, epochs, generator)


def whole_epochs_in_order(inputs, hidden_dim, corrupt, epochs, generator):
    both = networks(inputs.shape[1], hidden_dim)
    model = nn.Sequential(*both)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(epochs):
        noisy = corrupt(inputs)
        for given, target in zip(noisy.split(32), inputs.split(32), strict=True):
            optimizer.zero_grad()
            F.mse_loss(model(given), target).backward()
            optimizer.step()
    return both


def corrupts_single_rows(corrupt, clean):
    return torch.stack([corrupt(row) for row in clean]), clean


def copies_at_the_start(encoder, decoder):
    return copy.deepcopy(encoder), copy.deepcopy(decoder)


def changes_inputs(inputs, *others):
    result = pretrain_reference(inputs, *others)
    inputs.sub_(inputs.mean(0))
    return result


def used_up(encoder, decoder):
    parameters = encoder.parameters()
    list(parameters)
    return parameters


def without_grad(encoder, decoder, x):
    with torch.no_grad():
        return decoder(encoder(x))


WRONG = [
    Wrong(make(feed=target_is_the_noisy_input), "the target is the corrupted batch"),
    Wrong(make(feed=lambda corrupt, clean: (clean, clean)), "corrupt was never called"),
    Wrong(make(feed=corruption_not_used), "trained on the clean batch"),
    Wrong(
        make(feed=lambda corrupt, clean: (clean, corrupt(clean))),
        "input and target are swapped",
    ),
    Wrong(
        make(feed=lambda corrupt, clean: (corrupt(clean), corrupt(clean))),
        "corrupted 6 times, but epochs is 3",
    ),
    Wrong(
        make(feed=lambda corrupt, clean: (corrupt(corrupt(clean)), clean)),
        "hand corrupt a batch of rows of inputs",
    ),
    Wrong(make(feed=corrupts_single_rows), "hand corrupt a batch of rows of inputs"),
    Wrong(corrupted_once, "so the noise stayed the same"),
    Wrong(batches_corrupted_once, "is the noise kept"),
    Wrong(
        make(order=lambda count, generator: torch.arange(count)), "nothing is shuffled"
    ),
    Wrong(shuffled_once, "the order is the same in every epoch"),
    Wrong(on_all_rows_at_once, "the generator plays no part"),
    Wrong(whole_epochs_in_order, "the generator plays no part"),
    Wrong(
        make(order=lambda count, generator: torch.randperm(count)),
        "it comes from the global random state",
    ),
    Wrong(make(order=numpy_order), "the order of the rows was another"),
    Wrong(make(order=python_order), "the order of the rows was another"),
    Wrong(make(order=reseeded), "the order is the same in every epoch"),
    Wrong(seeded_at_the_start, "or you seed it"),
    Wrong(
        make(order=lambda count, g: torch.randint(count, (count,), generator=g)),
        "Draw one order per epoch",
    ),
    Wrong(
        make(split=lambda order: [c for c in order.split(32) if len(c) == 32]),
        "Use the last batch too",
    ),
    Wrong(make(split=lambda order: order.split(32)[:1]), "Use the last batch too"),
    Wrong(make(passes=lambda epochs: 1), "is `epochs` not used?"),
    Wrong(make(passes=lambda epochs: 10), "corrupted 10 times, but epochs is 3"),
    Wrong(make(passes=lambda epochs: epochs - 1), "corrupted 2 times, but epochs is 3"),
    Wrong(make(step=False), "nothing was trained"),
    Wrong(make(returns=copies_at_the_start), "not those of copies"),
    Wrong(make(learns=lambda encoder, decoder: decoder.parameters()), "the encoder is"),
    Wrong(make(learns=lambda encoder, decoder: encoder.parameters()), "the decoder is"),
    Wrong(
        make(forward=lambda encoder, decoder, x: decoder(encoder(x).detach())),
        "the encoder is the same",
    ),
    Wrong(make(learns=used_up), "used up after one pass"),
    Wrong(make(forward=without_grad), "no gradient can flow back from your loss"),
    Wrong(
        make(optimizer=lambda parameters: torch.optim.Adam(parameters, lr=1e-5)),
        "too little was learnt",
    ),
    Wrong(
        make(optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.01)),
        "take Adam with a learning rate of 0.01",
    ),
    Wrong(make(split=lambda order: [order]), "too little was learnt"),
    Wrong(
        make(loss=lambda x_hat, x: -F.mse_loss(x_hat, x)), "the sign of the loss right?"
    ),
    Wrong(
        make(loss=lambda x_hat, x: (x_hat - x).mean()), "too little was learnt in 40"
    ),
    Wrong(make(returns=lambda encoder, decoder: (decoder, encoder)), "decoder first"),
    Wrong(
        make(returns=lambda encoder, decoder: nn.Sequential(encoder, decoder)),
        "you returned one Sequential",
    ),
    Wrong(
        make(returns=lambda encoder, decoder: encoder), "you returned one Sequential"
    ),
    Wrong(
        make(returns=lambda encoder, decoder: (encoder, decoder, [])),
        "you returned a tuple of 3",
    ),
    Wrong(
        make(returns=lambda encoder, decoder: (lambda x: encoder(x), decoder)),
        "no nn.Module",
    ),
    Wrong(make(returns=lambda encoder, decoder: None), "is `return` missing?"),
    Wrong(
        make(build=lambda wide, size: networks(wide, 32)),
        "the code has 32 numbers, but hidden_dim is 4",
    ),
    Wrong(
        make(build=lambda wide, size: networks(wide, size, output=nn.Identity)),
        "but inputs are in [0, 1]",
    ),
    Wrong(
        make(build=lambda wide, size: networks(wide, size, output=nn.ReLU)),
        "ReLU has no upper limit",
    ),
    Wrong(
        make(build=lambda wide, size: networks(wide, size, output=nn.Tanh)),
        "Tanh reaches down to -1",
    ),
    Wrong(
        make(
            build=lambda wide, size: networks(
                wide, size, output=lambda: nn.Softmax(dim=1)
            )
        ),
        "as after a softmax",
    ),
    Wrong(
        make(build=lambda wide, size: networks(wide, size, code=nn.ReLU)),
        "the next layer takes inputs in [0, 1]",
    ),
    Wrong(
        make(build=lambda wide, size: networks(wide, size, code=nn.Identity)),
        "the next layer takes inputs in [0, 1]",
    ),
    Wrong(changes_inputs, "changes its input inputs in place"),
    Wrong(lambda inputs, hidden_dim, corrupt: None, "called with 5 arguments"),
]
