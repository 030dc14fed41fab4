"""Answers to `decode_sequence`, in other people's words."""

from copy import deepcopy

import torch

from aelesson.data.sequences import decode_sequence as decode


def filled(cell, z, length, start=0, feed=lambda x, h, z: (x, h)):
    result = torch.empty(len(z), length, cell.features)
    pair = z.new_full((len(z), cell.features), start), z
    for t in range(length):
        x_t, h = cell(*pair)
        result[:, t], pair = x_t, feed(x_t, h, z)
    return result


RIGHT = [decode, filled, lambda *a: torch.stack(decode(*a).unbind(1)).transpose(0, 1)]
WRONG = {
    "got zeros as its input": lambda *a: filled(*a, feed=lambda x, h, z: (0 * x, h)),
    "got z as its hidden state": lambda *a: filled(*a, feed=lambda x, h, z: (x, z)),
    "got the hidden state": lambda *a: filled(*a, feed=lambda x, h, z: (h, x)),
    "got ones as its input": lambda *a: filled(*a, start=1),
    "the step is cut off": lambda *a: filled(*a, feed=lambda x, h, z: (x.detach(), h)),
    "of the whole batch": lambda c, z, n: torch.cat([decode(c, v[None], n) for v in z]),
    "was never called": lambda cell, z, n: decode(deepcopy(cell), z, n),
}
