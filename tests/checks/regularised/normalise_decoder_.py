"""Answers to `normalise_decoder_`, in other people's words."""

import copy

import torch
from torch.nn import functional as F

from aelesson import regularisers


def by_data(linear):
    linear.weight.data = F.normalize(linear.weight.data, dim=0)
    return linear


def by_columns(linear):
    with torch.no_grad():
        for column in linear.weight.T:
            if column.any():
                column /= torch.linalg.vector_norm(column)
    return linear


RIGHT = [by_data, by_columns, regularisers.normalise_decoder_]
WRONG = {
    "you returned another module, maybe a copy": lambda it: by_data(copy.deepcopy(it)),
    "you returned a Parameter": lambda linear: by_data(linear).weight,
    "requires_grad of weight": lambda linear: by_data(linear.requires_grad_(False)),
    "you changed the module's mode": lambda linear: by_data(linear).eval(),
}
