"""Answers to `normalise_decoder_`, in other people's words."""

import copy

import torch
from torch import nn
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


def new_parameter(linear):
    linear.weight = nn.Parameter(F.normalize(linear.weight.detach(), dim=0))
    return linear


def with_graph(linear):
    linear.weight.div_(linear.weight.norm(dim=0))
    return linear


RIGHT = [by_data, by_columns, regularisers.normalise_decoder_]
WRONG = {
    "is another tensor now": new_parameter,
    "only under torch.no_grad()": with_graph,
    "you returned another module, maybe a copy": lambda it: by_data(copy.deepcopy(it)),
    "you returned a tensor": lambda linear: by_data(linear).weight,
    "another requires_grad now": lambda linear: by_data(linear.requires_grad_(False)),
    "you changed the layer's mode": lambda linear: by_data(linear).eval(),
}
