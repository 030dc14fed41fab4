"""Answers to `principal_angles`, in other people's words."""

import torch
from scipy.linalg import subspace_angles

from aelesson.linear import principal_angles


def by_cosines(a, b, dtype=torch.float64, limit=1.0):
    q_a, q_b = (torch.linalg.qr(rows.to(dtype).T).Q for rows in (a, b))
    return torch.linalg.svdvals(q_a.T @ q_b).clamp(max=limit).arccos()


def by_scipy(a, b):
    found = subspace_angles(a.double().numpy().T, b.double().numpy().T)
    return torch.tensor(found[::-1].copy())


def without_clamp(a, b):
    return (by_cosines(a, b).cos() * (1 + 1e-15)).arccos()  # as on some machines


RIGHT = [principal_angles, by_scipy, lambda a, b: by_cosines(a, b).float()]
WRONG = {
    "inexact, or nan": without_clamp,
    "no rounding, no epsilon": lambda a, b: by_cosines(a, b, limit=1 - 1e-7),
    ".double() first": lambda a, b: by_cosines(a, b, torch.float32),
    "these are degrees": lambda a, b: by_scipy(a, b).rad2deg(),
}
