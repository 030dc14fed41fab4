"""Answers to `pretrain_layer`, in other people's words."""

from copy import deepcopy

import torch
from torch import nn
from torch.nn import functional as F

from aelesson import objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit


def layers(wide, narrow):
    both = nn.Linear(wide, narrow), nn.Linear(narrow, wide)
    return nn.Sequential(*[nn.Sequential(each, nn.Sigmoid()) for each in both])


def make(step, start=lambda model: torch.optim.NAdam(model.parameters(), 0.01)):
    """Return an answer that is right but for how it takes a step."""

    def pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator):
        model = layers(inputs.shape[1], hidden_dim)
        optimizer = start(model)
        for _ in range(epochs):
            for rows in torch.randperm(len(inputs), generator=generator).split(32):
                step(model, optimizer, corrupt(inputs[rows]), inputs[rows])
        return tuple(model)

    return pretrain_layer


def usual(model, optimizer, noisy, clean):
    optimizer.zero_grad()
    F.mse_loss(model(noisy), clean).backward()
    optimizer.step()


def by_hand(model, optimizer, noisy, clean):
    loss, own = (model(noisy) - clean).abs().sum(), [*model.parameters()]
    for p, slope in zip(own, torch.autograd.grad(loss, own), strict=True):
        p.data -= 0.01 * slope


def with_fit(inputs, hidden_dim, corrupt, epochs, generator):
    model = Autoencoder(*layers(inputs.shape[1], hidden_dim))
    task, config = objectives.denoising(corrupt), TrainConfig(epochs, 32, 0.01)
    fit(model, inputs, task, config, generator=generator, progress=False)
    return [model.encoder, model.decoder]


Adam = torch.optim.Adam
RIGHT = [make(usual), make(by_hand), with_fit]
WRONG = {
    "the target is the corrupted": make(
        lambda m, o, noisy, _: usual(m, o, noisy, noisy)
    ),
    "input and target are swapped": make(lambda m, o, *pair: usual(m, o, *pair[::-1])),
    "has it other": make(usual, lambda m: Adam(deepcopy(m).parameters())),
    "the decoder is the same": make(usual, lambda m: Adam(m[0].parameters())),
    "too little was learnt": make(usual, lambda m: Adam(m.parameters(), 1e-4)),
}
