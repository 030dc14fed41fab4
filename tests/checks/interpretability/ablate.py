"""Answers to `ablate`, in other people's words."""

import torch

from aelesson import interpret


def by_clone(z, latent):
    z = z.clone()
    z[:, latent] = 0
    return z


def by_mask(z, latent):
    mask = torch.ones(z.shape[1], dtype=z.dtype)
    mask[latent] = 0
    return z * mask


def by_parts(z, latent):
    zeros = torch.zeros(len(z), 1, dtype=z.dtype)
    return torch.cat([z[:, :latent], zeros, z[:, latent + 1 :]], dim=1)


def by_matrix(z, latent):
    keep = torch.eye(z.shape[1], dtype=z.dtype)
    keep[latent, latent] = 0
    return z @ keep


def by_subtracting(z, latent):
    alone = torch.zeros_like(z)
    alone[:, latent] = z[:, latent]
    return z - alone


def in_place(z, latent):
    z[:, latent] = 0
    return z


def in_data(z, latent):
    z.data[:, latent] = 0
    return z


def of_example(z, latent):
    z = z.clone()
    z[latent] = 0
    return z


def of_next(z, latent):
    result = z.clone()
    result[:, latent + 1] = 0
    return result


def to_mean(z, latent):
    out = z.clone()
    out[:, latent] = z[:, latent].mean()
    return out


def first_only(z, latent):
    out = z.clone()
    out[0, latent] = 0
    return out


def by_stack(z, latent):
    columns = list(z.unbind(1))
    columns[latent] = torch.zeros_like(columns[latent])
    return torch.stack(columns, 1)


RIGHT = [
    by_stack,
    by_clone,
    by_mask,
    by_parts,
    by_matrix,
    by_subtracting,
    interpret.ablate,
]
WRONG = {
    "you change an input in place": in_place,
    "changes its input z in place": in_data,
    "a latent is a column": of_example,
    "cut out": lambda z, i: torch.cat([z[:, :i], z[:, i + 1 :]], 1),
    "this is the latent alone": lambda z, i: z - by_clone(z, i),
    "counted from 0": lambda z, i: by_clone(z, i - 1),
    "is the column as it stands": of_next,
    "before or behind": lambda z, i: z * (torch.arange(z.shape[1]) < i),
    "nothing is silent": lambda z, i: (by_clone(z, i), z.clone())[1],
    "silent means 0": [
        to_mean,
        lambda z, i: by_clone(z, i) - by_subtracting(0 * z + 1, i) + 1,
    ],
    "in one example only": first_only,
    "no gradient flows back": lambda z, i: by_clone(z.detach(), i),
    "a silent latent gets no gradient": lambda z, i: z + (by_clone(z, i) - z).detach(),
    "the other values are changed": lambda z, i: by_clone(z, i).clamp_min(0),
}
