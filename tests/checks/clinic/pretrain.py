"""Answers to `pretrain`, in other people's words."""

import copy

import torch
from torch import nn


def recursive(images, sizes, train_layer):
    if not sizes:
        return []
    encoder, _ = train_layer(inputs=images.flatten(1), hidden_dim=sizes[0])
    with torch.no_grad():
        codes = encoder(images.flatten(1))
    return [encoder, *recursive(codes, sizes[1:], train_layer)]


def ending(result):
    return lambda *given: result(recursive(*given))


RIGHT = [recursive, ending(iter), ending(lambda e: nn.Sequential(*e))]
WRONG = {
    "must be called with gradients on": torch.inference_mode()(recursive),
    "themselves, no copies": ending(copy.deepcopy),
    "you return ['encoder 4": ending(lambda e: e[::-1]),
    "units, frozen": ending(lambda e: [m.requires_grad_(False) for m in e]),
    "Call train_layer once": lambda x, n, train: recursive(x, n[:-1], train),
}
