"""Right answers to `normalise_decoder_`."""

import torch
import torch.nn.functional as F
from torch import nn

from aelesson import regularisers

# right


def reference(linear):
    with torch.no_grad():
        linear.weight.copy_(F.normalize(linear.weight, dim=0))
    return linear


@torch.no_grad()
def by_decorator(layer):
    lengths = layer.weight.norm(dim=0, keepdim=True)
    layer.weight /= lengths.clamp(min=1e-8)
    return layer


def by_data(linear):
    linear.weight.data = F.normalize(linear.weight.data, dim=0)
    return linear


def by_detached_view(linear):
    weight = linear.weight.detach()
    lengths = weight.square().sum(0).sqrt()
    weight.div_(torch.where(lengths > 0, lengths, torch.ones_like(lengths)))
    return linear


def by_columns(linear):
    with torch.no_grad():
        for column in linear.weight.T:
            if column.any():
                column /= torch.linalg.vector_norm(column)
    return linear


def by_einsum(linear):
    weight = linear.weight.data
    squares = torch.einsum("pd,pd->d", weight, weight)
    weight *= torch.where(squares > 0, squares, 1).rsqrt()
    return linear


@torch.no_grad()
def by_nan_to_num(linear):
    linear.weight[:] = (linear.weight / linear.weight.norm(dim=0)).nan_to_num(0)
    return linear


def with_tiny_number(linear):
    with torch.no_grad():
        linear.weight.div_(linear.weight.norm(2, dim=0) + 1e-8)
    return linear


def by_state_dict(linear):
    state = linear.state_dict()
    state["weight"] = F.normalize(state["weight"], dim=0)
    linear.load_state_dict(state)
    return linear


def under_inference_of_lengths(linear):
    weight = linear.weight.data
    rows = F.normalize(weight.T.contiguous(), dim=1)
    weight.copy_(rows.T)
    return linear


def by_out(linear):
    with torch.no_grad():
        F.normalize(linear.weight, dim=0, out=linear.weight)
    return linear


def by_vector(linear):
    parts = [F.normalize(linear.weight, dim=0).flatten()]
    parts += [] if linear.bias is None else [linear.bias]
    vector = torch.cat(parts).detach()
    nn.utils.vector_to_parameters(vector, linear.parameters())
    return linear


RIGHT = [
    reference,
    by_out,
    by_vector,
    by_decorator,
    by_data,
    by_detached_view,
    by_columns,
    by_einsum,
    by_nan_to_num,
    with_tiny_number,
    by_state_dict,
    under_inference_of_lengths,
    regularisers.normalise_decoder_,
]
