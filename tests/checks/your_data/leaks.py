"""Answers to `leaks`, in other people's words."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors


def by_numpy(train, test, tolerance):
    known = train.flatten(1).double().numpy()
    squares = [
        ((known - x) ** 2).mean(axis=1) for x in test.flatten(1).double().numpy()
    ]
    return sum(row.min() ** 0.5 <= tolerance for row in squares)


def by_chunks(train, test, tolerance):
    found = 0
    for few in test.split(16):
        gaps = few.flatten(1)[:, None] - train.flatten(1)
        found += (gaps.pow(2).mean(-1).sqrt().amin(1) <= tolerance).sum().item()
    return found


def by_cdist(train, test, tolerance, mode="donot_use_mm_for_euclid_dist", root=0.5):
    a, b = test.flatten(1), train.flatten(1)
    nearest = torch.cdist(a, b, compute_mode=mode).min(1).values
    return int(
        (nearest / a.shape[1] ** root <= tolerance + 1e-7 * (tolerance > 0)).sum()
    )


def by_loops(train, test, tolerance):
    def is_near(a, b):
        return torch.sqrt(torch.mean((a - b) ** 2)) <= tolerance

    return len([x for x in test if any(is_near(x, y) for y in train)])


def by_scikit(train, test, tolerance):
    a, b = (x.flatten(1).double().numpy() for x in (train, test))
    search = NearestNeighbors(n_neighbors=1, algorithm="kd_tree").fit(a)
    distances = search.kneighbors(b)[0][:, 0] / np.sqrt(a.shape[1])
    return int((distances <= tolerance * (1 + 1e-9)).sum())


def pairs(train, test, tolerance):
    return sum(
        int((train - x).square().mean((1, 2, 3)).sqrt().le(tolerance).sum())
        for x in test
    )


def by_place(train, test, tolerance):
    n = min(len(train), len(test))
    gaps = (train[:n] - test[:n]).square().mean((1, 2, 3)).sqrt()
    return int((gaps <= tolerance).sum())


def at_once(train, test, tolerance):
    gaps = train[None] - test[:, None]
    return int((gaps.square().mean((2, 3, 4)).sqrt() <= tolerance).any(1).sum())


def by_channels(train, test, tolerance):
    def near(a, b):
        return ((a - b) ** 2).mean((1, 2)).sqrt().min() <= tolerance

    return sum(any(near(x, y) for y in train) for x in test)


def one_for_one(train, test, tolerance):
    left, found = list(train), 0
    for image in test:
        gaps = [float((image - x).square().mean().sqrt()) for x in left]
        near = [i for i, gap in enumerate(gaps) if gap <= tolerance]
        found += bool(near)
        left = [x for i, x in enumerate(left) if i not in near[:1]]
    return found


RIGHT = [by_numpy, by_chunks, by_cdist, by_loops, by_scikit]
WRONG = {
    "the Euclidean distance grows": lambda *a: by_cdist(*a, root=0),
    "torch.cdist": lambda *a: by_cdist(*a, mode="use_mm_for_euclid_dist_if_necessary"),
    "pairs are counted": pairs,
    "each test image is compared with one": by_place,
    "you make a table of all differences": at_once,
    "train images are counted": lambda a, b, t: by_numpy(b, a, t),
    "a distance of exactly the tolerance counts": lambda a, b, t: by_loops(
        a, b, t - 1e-6 * (t > 0)
    ),
    "the last batch may be a short one": [
        lambda a, b, t: by_chunks(a, b[: len(b) // 64 * 64], t) if len(b) > 63 else 0,
        lambda a, b, t: by_chunks(a, b[: max(len(b) - len(b) % 64, 64)], t),
    ],
    "only the last batch counts": lambda a, b, t: by_chunks(a, b.split(64)[-1], t),
    "copies that stand at the end of train": lambda a, b, t: by_chunks(a[:64], b, t),
    "divided by another number": lambda a, b, t: by_numpy(a, b, t / a.shape[1] ** 0.5),
    "each row or channel has its own root": by_channels,
    "an image of train may have several copies": one_for_one,
    "copies within test": lambda a, b, t: sum(
        by_loops(torch.cat([a, b[:i]]), b[i : i + 1], t) for i in range(len(b))
    ),
    "an epsilon is added": lambda a, b, t: by_numpy(a, b, t + 1e-3),
    "rounded to bytes": lambda a, b, t: by_numpy(
        (a * 255).round() / 255, (b * 255).round() / 255, t
    ),
    "compare every test image with all": lambda a, b, t: int(
        ((a - b) ** 2).mean((1, 2, 3)).sqrt().le(t).sum()
    ),
    "got a torch tensor, expected an int": lambda *a: torch.tensor(by_numpy(*a)),
    "changes its input train in place": lambda a, b, t: by_numpy(a.add_(1), b + 1, t),
    "this is the share": lambda a, b, t: by_numpy(a, b, t) / len(b),
}
