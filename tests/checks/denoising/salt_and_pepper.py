"""Answers to `salt_and_pepper`, in other people's words."""

import torch


def by_bernoulli(x, amount, generator):
    spoilt = torch.bernoulli(torch.full_like(x, amount), generator=generator)
    white = torch.bernoulli(torch.full_like(x, 0.5), generator=generator)
    return (1 - spoilt) * x + spoilt * white


def from_the_ends(x, amount, generator):
    draw = torch.rand(x.shape, generator=generator)
    return x.masked_fill(draw < amount / 2, 0).masked_fill(draw >= 1 - amount / 2, 1)


def coin_per(shape):
    def answer(x, amount, generator):
        where = torch.rand(x.shape, generator=generator) < amount
        coin = torch.rand(shape(x), generator=generator) < 0.5
        return torch.where(where, coin.to(x.dtype), x)

    return answer


def exact_count(x, amount, generator):
    flat = x.flatten().clone()
    order = torch.randperm(len(flat), generator=generator)[: round(amount * len(flat))]
    flat[order[::2]], flat[order[1::2]] = 0, 1
    return flat.view_as(x)


RIGHT = [by_bernoulli, from_the_ends, coin_per(lambda x: x.shape)]
WRONG = {
    "one coin decides for a whole": coin_per(lambda x: [len(x), *[1] * (x.dim() - 1)]),
    "one coin decides for all values": coin_per(lambda x: (1,)),
    "each call chose exactly": exact_count,
    "white or black depends on how bright x was": lambda x, a, g: torch.where(
        torch.rand(x.shape, generator=g) < a, x.round(), x
    ),
    "you returned x itself": lambda x, a, g: from_the_ends(x, a, g) if a else x,
}
