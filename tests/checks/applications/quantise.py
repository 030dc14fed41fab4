"""Answers to `quantise`, in other people's words."""

import numpy as np
import torch

from aelesson.compression import quantise as right


def by_nearest(z, bits, low, high):
    levels = torch.linspace(low, high, 2**bits, dtype=torch.float64)
    return (z[..., None] - levels).abs().argmin(-1)


def by_numpy(z, bits, low, high, to=torch.from_numpy):
    top, share = 2**bits - 1, (z.double().numpy() - low) / (high - low)
    return to(np.clip(np.rint(share * top), 0, top).astype(np.int64))


RIGHT = [right, by_nearest, by_numpy]
WRONG = {
    "is not clamped": lambda z, b, low, high: (
        ((z - low) / (high - low) * (2**b - 1)).round().long()
    ),
    "2**bits levels have (2**bits - 1) gaps": lambda z, b, low, high: (
        (z.clamp(low, high) - low) / (high - low) * 2**b
    ).long(),
    "round() does it": lambda z, b, low, high: torch.bucketize(
        z, torch.linspace(low, high, 2**b, dtype=z.dtype)
    ),
    "low has no effect": lambda z, b, *_: right(z, b, z.min().item(), z.max().item()),
    "expected torch.int64": lambda *a: right(*a).int(),
    "got a NumPy array": lambda *a: by_numpy(*a, to=np.asarray),
    "work on the whole tensor": lambda z, b, low, high: round(max(float(z), low)),
    "changes its input z in place": lambda z, *a: right(z.clamp_(*a[1:]), *a),
}
