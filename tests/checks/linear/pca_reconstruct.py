"""Answers to `pca_reconstruct`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.linear import pca_reconstruct


def by_layers(x, mu, w):
    z = F.linear(x.reshape(len(x), -1), w, -(w @ mu))
    return F.linear(z, w.T, mu).view_as(x)


def by_einsum(x, mean, components):
    flat = x.flatten(start_dim=1) - mean
    kept = torch.einsum("np,kp,kq->nq", flat, components, components)
    return torch.unflatten(kept + mean, 1, x.shape[1:])


def in_place(x, mean, components):
    x.flatten(1).sub_(mean)
    return pca_reconstruct(x, 0 * mean, components) + mean.view(x.shape[1:])


RIGHT = [pca_reconstruct, by_layers, by_einsum]
WRONG = {
    "you took the mean of x": lambda x, m, w: by_layers(x, x.flatten(1).mean(0), w),
    "you clipped the result": lambda x, m, w: by_layers(x, m, w).relu(),
    "Are the images flat?": lambda x, m, w: (x - m) @ w.T @ w + m,
    "a number such as 28 or 784": lambda x, m, w: by_layers(x.view(-1, 784), m, w),
    "changes its input x in place": in_place,
}
