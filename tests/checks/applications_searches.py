"""Right answers to `precision_at_k`."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

# right


def precision_reference(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)
    nearest = distances.topk(k, largest=False).indices
    return (labels[nearest] == labels[:, None]).double().mean().item()


def precision_by_loop(codes, labels, k):
    shares = []
    for i in range(len(codes)):
        others = [j for j in range(len(codes)) if j != i]
        others.sort(key=lambda j: (codes[i] - codes[j]).norm().item())
        shares.append(sum(int(labels[j] == labels[i]) for j in others[:k]) / k)
    return sum(shares) / len(shares)


def precision_by_scikit(codes, labels, k):
    found = NearestNeighbors(n_neighbors=k).fit(codes.numpy()).kneighbors()[1]
    return np.mean(labels.numpy()[found] == labels.numpy()[:, None])


def precision_by_dropping_its_place(codes, labels, k):
    order = torch.cdist(codes.double(), codes.double()).argsort(1)
    keep = order != torch.arange(len(codes))[:, None]
    others = order[keep].view(len(codes), -1)[:, :k]
    return float((labels == labels[others].T).float().mean())


def precision_by_squares(codes, labels, k):
    codes = codes.double() - codes.double().mean(0)
    squares = codes.square().sum(1)
    distances = squares[:, None] + squares - 2 * codes @ codes.T
    distances += torch.diag(torch.full((len(codes),), torch.inf, dtype=torch.float64))
    hits = labels.take(distances.sort().indices[:, :k]).eq(labels.unsqueeze(1))
    return hits.sum().item() / (len(codes) * k)


def precision_without_the_row(codes, labels, k):
    right = 0
    for i, code in enumerate(codes):
        rest = torch.cat([codes[:i], codes[i + 1 :]])
        names = torch.cat([labels[:i], labels[i + 1 :]])
        places = (rest - code).square().sum(1).argsort()[:k]
        right += (names[places] == labels[i]).sum().item()
    return right / k / len(codes)


RIGHT = [
    precision_reference,
    precision_by_loop,
    precision_by_scikit,
    precision_by_dropping_its_place,
    precision_by_squares,
    precision_without_the_row,
]
