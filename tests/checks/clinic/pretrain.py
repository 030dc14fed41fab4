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
    "so it cannot train": [
        torch.no_grad()(recursive),
        torch.inference_mode()(recursive),
    ],
    "these are copies": ending(copy.deepcopy),
    "stands inside another": ending(lambda e: [nn.Sequential(m) for m in e]),
    "in another order": ending(lambda e: e[::-1]),
    "one encoder for each size": ending(lambda e: e[-1:]),
    "were frozen": ending(lambda e: [m.requires_grad_(False) for m in e]),
    "something else than encoders": ending(lambda e: [m[0].weight for m in e]),
    "Train one layer for each size": lambda x, n, train: recursive(x, n[::-1], train),
    "Flatten the images first": lambda x, n, train: [train(x, k)[0] for k in n],
    "such as 784 written": lambda x, n, t: recursive(x.view(-1, 784), n, t),
}
