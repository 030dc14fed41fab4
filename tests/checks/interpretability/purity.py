"""Answers to `purity`, in other people's words."""

from collections import Counter

import numpy as np
import torch
from torch.nn import functional as F

from aelesson import interpret


def by_loop(activations, labels, top):
    out = []
    for values in activations.T:
        order = values.argsort(descending=True)[:top]
        names = [int(labels[i]) for i in order if values[i] > 0]
        most = Counter(names).most_common(1)
        out.append(most[0][1] / top if most else 0.0)
    return torch.tensor(out)


def by_numpy(activations, labels, top):
    z, y = activations.numpy(), labels.numpy()
    order = np.argsort(-z, axis=0, kind="stable")[:top]
    result = np.zeros(z.shape[1])
    for unit in range(z.shape[1]):
        chosen = order[z[order[:, unit], unit] > 0, unit]
        if len(chosen):
            result[unit] = np.unique(y[chosen], return_counts=True)[1].max() / top
    return torch.from_numpy(result)


def by_one_hot(activations, labels, top):
    values, order = activations.topk(top, dim=0)
    classes = F.one_hot(labels)[order]  # (top, M, classes)
    return (classes * (values > 0)[..., None]).sum(0).amax(1) / top


def by_matrix(activations, labels, top):
    limit = activations.topk(top, dim=0).values[-1]
    chosen = (activations >= limit) & (activations > 0)
    counts = F.one_hot(labels).T.double() @ chosen.double()
    return counts.max(0).values / top


def by_bincount(activations, labels, top):
    z = activations.clamp_min(0)
    values, order = torch.sort(z, dim=0, descending=True)
    columns = []
    for v, o in zip(values.T, order.T, strict=True):
        chosen = labels[o[:top][v[:top] > 0]]
        columns.append(chosen.bincount(minlength=1).max().item() / top)
    return torch.tensor(columns)


def by_mode(activations, labels, top):
    found = labels[activations.topk(top, dim=0).indices]
    return (found == found.mode(0).values).double().mean(0)


def of_active(activations, labels, top):
    out = []
    for values in activations.T:
        order = values.argsort(descending=True)[:top]
        names = [int(labels[i]) for i in order if values[i] > 0]
        out.append(max(map(names.count, names), default=0) / max(len(names), 1))
    return torch.tensor(out)


def of_all_active(activations, labels, top):
    on = activations > 0
    counts = F.one_hot(labels).T.double() @ on.double()
    return counts.amax(0) / on.sum(0).clamp_min(1)


def of_mass(activations, labels, top):
    values, order = activations.clamp_min(0).topk(top, dim=0)
    mass = (F.one_hot(labels)[order] * values[..., None]).sum(0)
    return mass.amax(1) / mass.sum(1).clamp_min(1e-9)


def lowest(z, y, k):
    order = z.argsort(0)[:k]
    on = z.gather(0, order) > 0
    return (F.one_hot(y)[order] * on[..., None]).sum(0).amax(1) / k


def absolute(z, y, k):
    order = z.abs().argsort(0, descending=True)[:k]
    on = z.gather(0, order) > 0
    return (F.one_hot(y)[order] * on[..., None]).sum(0).amax(1) / k


def rarest(z, y, k):
    values, order = z.topk(k, dim=0)
    there = y.unique()
    counts = [((y[order] == c) & (values > 0)).sum(0) for c in there]
    return torch.stack(counts).amin(0) / k


def by_rows(activations, labels, top):
    values, places = activations.topk(top, dim=1)
    hits = F.one_hot(labels[places]) * (values > 0)[..., None]
    return hits.sum(1).amax(1) / top


def by_table(activations, labels, top):
    """Count in a table with a row for each class; labels may be larger."""
    counts = torch.zeros(len(labels.unique()), activations.shape[1])
    for unit, values in enumerate(activations.T):
        for example in values.topk(top).indices:
            counts[labels[example], unit] += values[example] > 0
    return counts.amax(0) / top


RIGHT = [by_loop, by_numpy, by_one_hot, by_matrix, by_bincount, interpret.purity]
WRONG = {
    "does not count, whatever its class": by_mode,
    "not pure for that": of_active,
    "take the `top` strongest": of_all_active,
    "not the size of their values": of_mass,
    "the weakest examples": lowest,
    "no abs()": absolute,
    "a number for each": lambda z, y, k: by_loop(z, y, k).mean(),
    "divide by `top`": [
        lambda z, y, k: by_loop(z, y, k) * k,
        lambda z, y, k: by_loop(z, y, k) * k / len(y),
    ],
    "one example too few": lambda z, y, k: (
        by_loop(z, y, max(k - 1, 1)) * max(k - 1, 1) / k
    ),
    "the rarest class": rarest,
    "never active has 0": [
        lambda z, y, k: by_loop(z, y, k).where((z > 0).any(0), 1.0),
        lambda z, y, k: by_loop(z, y, k) / (z > 0).any(0),
    ],
    "cut off": lambda z, y, k: (by_loop(z, y, k) * k).round().long() // k,
    "along dimension 0": by_rows,
    "changes its input activations": lambda z, y, k: by_loop(z.clamp_(min=0), y, k),
    "IndexError: index": by_table,
    "got a list": lambda z, y, k: by_loop(z, y, k).tolist(),
}
