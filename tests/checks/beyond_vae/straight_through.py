"""Answers to `straight_through`, in other people's words."""

import torch

from aelesson.quantise import straight_through as right


class Passed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, quantised):
        return quantised.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


def other_way_round(z, quantised):
    return quantised.detach() + (z - z.detach())


def by_data(encoded, vectors):
    return encoded + vectors.data - encoded.data


def under_no_grad(z, quantised):
    with torch.no_grad():
        gap = torch.sub(quantised, z)
    return torch.add(z, gap)


def overwritten(z, quantised):
    result = z.clone()
    result.data = quantised.data.clone()
    return result


RIGHT = [right, Passed.apply, other_way_round, by_data, under_no_grad, overwritten]
WRONG = {
    "the vectors get the gradient, and z none": lambda z, q: q.clone(),
    "no gradient flows back": lambda z, q: q.detach().clone(),
    "you returned quantised itself": lambda z, q: q,
    "the gradient reaches both": lambda z, q: q + (z - z.detach()),
    "no gradient is left": [
        lambda z, q: z - z + q.detach(),
        lambda z, q: q.detach().clone().requires_grad_(),
    ],
    "the gap has the wrong sign": lambda z, q: z + (z - q).data,
    "forwards this is z": [lambda z, q: z + (q - q.detach()), lambda z, q: right(q, z)],
    "with the wrong sign": lambda z, q: z.detach() - z + q.detach(),
    "it has a factor": lambda z, q: 2 * z + (q - 2 * z).detach(),
    "this is between the two": lambda z, q: z.lerp(q.detach(), 0.5),
    "changes its input z in place": lambda z, q: right(z.data.copy_(q), q),
    "got a float, expected a torch tensor": lambda z, q: right(z, q).sum().item(),
}
