"""Answers to `nearest_code`, in other people's words."""

import torch

from aelesson.quantise import nearest_code as right


def by_cdist(z, codebook):
    return torch.cdist(z, codebook).min(dim=1).indices


def by_parts(z, codebook):
    lengths = (codebook**2).sum(1)
    return (lengths - 2 * z @ codebook.t()).argmin(dim=-1)


def by_loop(z, codebook):
    places = []
    for code in z:
        gaps = [float((code - vector).norm()) for vector in codebook]
        places.append(gaps.index(min(gaps)))
    return torch.tensor(places)


def by_topk(z, codebook):
    gaps = torch.linalg.vector_norm(z.unsqueeze(1) - codebook.unsqueeze(0), dim=-1)
    return gaps.topk(1, largest=False).indices.squeeze(1)


def last_of_equals(z, codebook):
    gaps = (z[:, None] - codebook).square().sum(2).flip(1)
    return len(codebook) - 1 - gaps.argmin(1)


RIGHT = [right, by_cdist, by_parts, by_loop, by_topk, last_of_equals]
WRONG = {
    "a long vector wins": lambda z, c: torch.matmul(z, c.T).max(1).indices,
    "the length of e, or the 2": lambda z, c: ((c * c).sum(1) - z @ c.T).argmin(1),
    "gaps of both signs cancel": lambda z, c: (z[:, None] - c).sum(-1).abs().argmin(1),
    "this compares directions": lambda z, c: (
        torch.nn.functional.normalize(z) @ torch.nn.functional.normalize(c).T
    ).argmax(1),
    "these are the vectors": lambda z, c: c[by_cdist(z, c)],
    "these are distances": lambda z, c: torch.cdist(z, c).amin(dim=1),
    "the vector farthest away": lambda z, c: torch.cdist(z, c).argmax(1),
    "the nearest code of each vector": [
        lambda z, c: torch.cdist(z, c).argmin(0),
        lambda z, c: right(c, z),
    ],
    "its own nearest vector": lambda z, c: torch.cdist(z, c).argmin().repeat(len(z)),
    "without keepdim": lambda z, c: torch.cdist(z, c).topk(1, largest=False).indices,
    "is the Euclidean one": lambda z, c: torch.cdist(z, c, p=1).argmin(1),
    "places are int64": lambda z, c: by_cdist(z, c).to(torch.int32),
    "make z (B, 1, D)": lambda z, c: (z - c).norm(dim=1).argmin(0),
    "got a list, expected a torch tensor": lambda z, c: by_cdist(z, c).tolist(),
}
