"""Answers to `pca_reconstruct`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.linear import pca_reconstruct


def by_layers(x, mu, w):
    z = F.linear(x.reshape(len(x), -1), w, -(w @ mu))
    return F.linear(z, w.T, mu).view_as(x)


def by_einsum(x, mean, components):
    flat, w = x.flatten(start_dim=1) - mean, components
    return (torch.einsum("np,kp,kq->nq", flat, w, w) + mean).view_as(x)


def in_place(x, mean, components):
    x.flatten(1).sub_(mean)
    return pca_reconstruct(x, 0 * mean, components) + mean.view(x.shape[1:])


RIGHT = [pca_reconstruct, by_layers, by_einsum]
WRONG = {
    "use the argument mean": lambda x, m, w: by_layers(x, x.flatten(1).mean(0), w),
    "relu, clamp": lambda x, m, w: by_layers(x, m, w).relu(),
    "a number such as 28 or 784": lambda x, m, w: by_layers(x.view(-1, 784), m, w),
    "changes its input x in place": in_place,
}
