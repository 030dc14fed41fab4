"""Answers to `l1_penalty`, right and wrong."""

import numpy as np
import torch
import torch.nn.functional as F

from aelesson import regularisers

from .answers import Wrong

# right


def reference(z):
    return z.abs().sum(1)


def by_norm(codes):
    return torch.linalg.vector_norm(codes, ord=1, dim=-1)


def by_old_norm(z):
    return z.norm(p=1, dim=1)


def by_loss(z):
    return F.l1_loss(z, torch.zeros_like(z), reduction="none").sum(dim=1)


def by_sign(z):
    return torch.einsum("bd,bd->b", z, z.sign())


def by_halves(z):
    return torch.sum(torch.relu(z) + torch.relu(-z), dim=1)


def by_cases(z):
    return torch.where(z < 0, -z, z).sum(-1)


def by_loop(z):
    return torch.stack([sum(value.abs() for value in code) for code in z])


def by_distance(z):
    return F.pairwise_distance(z, torch.zeros_like(z), p=1, eps=0.0)


def by_vmap(z):
    return torch.func.vmap(lambda code: torch.dot(code, code.sign()))(z)


RIGHT = [
    reference,
    by_vmap,
    by_norm,
    by_old_norm,
    by_loss,
    by_sign,
    by_halves,
    by_cases,
    by_loop,
    by_distance,
    regularisers.l1_penalty,
]

# wrong


def half_detached(z):
    return torch.relu(z).sum(1) + torch.relu(-z.detach()).sum(1)


def by_numpy(z):
    return torch.from_numpy(np.abs(z.detach().numpy()).sum(1))


def by_numpy_of_z(z):
    return torch.from_numpy(np.abs(z.numpy()).sum(1))


def in_place(z):
    return z.abs_().sum(1)


def new_tensor(z):
    return torch.tensor([code.abs().sum().item() for code in z], dtype=z.dtype)


def straight_through(z):
    return z.sum(1) + (z.abs().sum(1) - z.sum(1)).detach()


def returns_list(z):
    return [code.abs().sum() for code in z]


def counted(z):
    return (z != 0).sum(1).to(z)


def in_single(z):
    total = torch.zeros(len(z), dtype=z.dtype if z.dtype.itemsize > 2 else None)
    for unit in z.abs().T:
        total = total + unit
    return total


WRONG = [
    Wrong(in_single, "float32, expected torch.float16"),
    Wrong(lambda z: (z.square() + 1e-12).sqrt().sum(1), "added under a root"),
    Wrong(lambda z: z.abs().sum(1).squeeze(), "one image is a batch too"),
    Wrong(lambda z: z.sum(1), "the absolute value is missing"),
    Wrong(lambda z: z.sum(1).abs(), "else +3 and -3 cancel"),
    Wrong(lambda z: z.abs().mean(1), "you averaged over the units"),
    Wrong(lambda z: z.abs().sum(0), "you summed over the batch"),
    Wrong(lambda z: z.abs().mean(0), "you summed over the batch"),
    Wrong(lambda z: z.abs().sum(), "one number for the whole batch"),
    Wrong(lambda z: z.abs().mean(), "one number for the whole batch"),
    Wrong(lambda z: z.norm(p=1), "one number for the whole batch"),
    Wrong(lambda z: z.abs().sum(1).mean(), "one number for the whole batch"),
    Wrong(lambda z: z.abs().sum(1, keepdim=True), "sum without `keepdim`"),
    Wrong(lambda z: z.abs(), "one value per unit"),
    Wrong(lambda z: z.square().sum(1), "the squared L2 norm"),
    Wrong(lambda z: z.norm(dim=1), "this is the L2 norm"),
    Wrong(lambda z: z.square().mean(1), "the squared L2 norm"),
    Wrong(lambda z: 0.5 * z.abs().sum(1), "the factor 1/2"),
    Wrong(lambda z: -z.abs().sum(1), "the sign is the wrong way round"),
    Wrong(lambda z: z.abs().sum().expand(len(z)), "the sum of the whole batch"),
    Wrong(lambda z: z.abs().mean().expand(len(z)), "the mean of the whole batch"),
    Wrong(lambda z: z.abs().sum(1) / len(z), "you divided by the size of the batch"),
    Wrong(lambda z: z.abs().sum(1) / z.numel(), "by the number of all values"),
    Wrong(counted, "you counted the units"),
    Wrong(lambda z: torch.relu(z).sum(1), "negative values are left out"),
    Wrong(lambda z: torch.relu(-z).sum(1), "positive values are left out"),
    Wrong(lambda z: z.abs().amax(1), "the largest absolute value"),
    Wrong(lambda z: z.abs().sqrt().sum(1), "a logarithm or a root"),
    Wrong(lambda z: torch.log1p(z.square()).sum(1), "a logarithm or a root"),
    Wrong(
        lambda z: F.smooth_l1_loss(z, 0 * z, reduction="none").sum(1), "this is a smoo"
    ),
    Wrong(lambda z: (z * z + 1e-6).sqrt().sum(1), "is added to each value"),
    Wrong(lambda z: (z.abs() + 1e-4).sum(1), "is added to each value"),
    Wrong(lambda z: z.square().sqrt().sum(1), "The root of a square does that"),
    Wrong(lambda z: z.detach().abs().sum(1), "no gradient flows back"),
    Wrong(lambda z: z.data.abs().sum(1), "no gradient flows back"),
    Wrong(new_tensor, "no gradient flows back"),
    Wrong(by_numpy, "no gradient flows back"),
    Wrong(by_numpy_of_z, "NumPy has no gradients"),
    Wrong(lambda z: z.norm(p=0, dim=1), "you counted the units"),
    Wrong(lambda z: z.abs().int().sum(1), "expected torch.float32"),
    Wrong(half_detached, "the gradient by z"),
    Wrong(straight_through, "the gradient by z"),
    Wrong(lambda z: 0 * z.sum(1) + z.detach().abs().sum(1), "no gradient reaches z"),
    Wrong(in_place, "changes its input z in place"),
    Wrong(returns_list, "expected a torch tensor"),
    Wrong(lambda z: z.abs().sum(1).float(), "expected torch.float64"),
]
