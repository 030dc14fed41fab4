"""Answers to `recovered`, in other people's words."""

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from torch import cosine_similarity

from aelesson import interpret


def by_graph(decoder, features, least):
    a, b = (x / x.norm(dim=1, keepdim=True) for x in (decoder, features))
    graph = csr_matrix((a @ b.T >= least).numpy())
    partners = maximum_bipartite_matching(graph, perm_type="row")
    return float((partners >= 0).sum() / features.shape[0])


def by_cost(decoder, features, least):
    cosines = cosine_similarity(decoder[:, None], features[None], dim=-1)
    cost = np.where(cosines.numpy() >= least, -1.0, 0.0)
    rows, columns = linear_sum_assignment(cost)
    return -cost[rows, columns].sum() / len(features)


def by_paths(decoder, features, least):
    """Let each feature ask for a latent, and move others on (Kuhn)."""
    a = torch.nn.functional.normalize(decoder, dim=-1)
    b = torch.nn.functional.normalize(features, dim=-1)
    near = (b @ a.T >= least).tolist()
    owner = {}

    def placed(feature, seen):
        for latent, close in enumerate(near[feature]):
            if close and latent not in seen:
                seen.add(latent)
                if latent not in owner or placed(owner[latent], seen):
                    owner[latent] = feature
                    return True
        return False

    return sum(placed(i, set()) for i in range(len(b))) / len(b)


def by_weights(decoder, features, least):
    a = decoder / decoder.pow(2).sum(1, keepdim=True).sqrt()
    b = features / features.pow(2).sum(1, keepdim=True).sqrt()
    cosines = a.double() @ b.double().T
    worth = torch.where(cosines < least, torch.zeros(()).double(), 1 + 1e-6 * cosines)
    rows, columns = linear_sum_assignment(worth.numpy(), maximize=True)
    return (cosines[rows, columns] >= least).float().mean().item() * len(rows) / len(b)


def cosines(decoder, features):
    return cosine_similarity(decoder[:, None], features[None], dim=2)


def best_each(decoder, features, least):
    return (cosines(decoder, features).max(0).values >= least).double().mean().item()


def of_latents(decoder, features, least):
    return (cosines(decoder, features).max(1).values >= least).double().mean().item()


def assigned(decoder, features, least):
    c = cosines(decoder, features).numpy()
    rows, columns = linear_sum_assignment(-c)
    return float((c[rows, columns] >= least).sum() / len(features))


def greedy(decoder, features, least):
    c, count = cosines(decoder, features).clone(), 0
    while c.max() >= least:
        i, j = divmod(int(c.argmax()), c.shape[1])
        c[i], c[:, j] = -2, -2
        count += 1
    return count / len(features)


def in_order(decoder, features, least):
    free, count = set(range(len(decoder))), 0
    c = cosines(decoder, features)
    for j in range(len(features)):
        best = max(free, key=lambda i: float(c[i, j]), default=None)
        if best is not None and c[best, j] >= least:
            free.remove(best)
            count += 1
    return count / len(features)


def mutual(decoder, features, least):
    c = cosines(decoder, features)
    best = [(int(c[:, j].argmax()), j) for j in range(c.shape[1])]
    found = [c[i, j] >= least and int(c[i].argmax()) == j for i, j in best]
    return sum(map(bool, found)) / len(features)


def plain(decoder, features, least):
    return interpret_like(decoder @ features.T >= least, features)


def absolute(decoder, features, least):
    return interpret_like(cosines(decoder, features).abs() >= least, features)


def interpret_like(near, features):
    rows, columns = linear_sum_assignment(near.double().numpy(), maximize=True)
    return near[rows, columns].sum().item() / len(features)


def correlated(decoder, features, least):
    a, b = (v - v.mean(1, keepdim=True) for v in (decoder, features))
    return by_cost(a, b, least)


RIGHT = [by_graph, by_cost, by_paths, by_weights, interpret.recovered]
WRONG = {
    "a latent may serve one feature only": best_each,
    "latents are counted": of_latents,
    "not as many as possible": [assigned, greedy, in_order, mutual],
    "pairs are counted": lambda d, f, k: float((cosines(d, f) >= k).sum()) / len(f),
    "divide both by theirs": plain,
    "no abs()": absolute,
    "take no mean off": correlated,
    "with `least` itself": lambda d, f, k: interpret_like(1 - cosines(d, f) >= k, f),
    "divide by the number of features": lambda d, f, k: (
        by_cost(d, f, k) * len(f) / len(d)
    ),
    "this is their number": lambda d, f, k: by_cost(d, f, k) * len(f),
    "in percent": lambda d, f, k: by_paths(d, f, k) * 100,
    "got a torch tensor": lambda d, f, k: torch.tensor(by_cost(d, f, k)),
    "directions stand in rows": lambda d, f, k: by_cost(d.T, f.T, k),
}
