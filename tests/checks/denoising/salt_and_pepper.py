"""Answers to `salt_and_pepper`, in other people's words."""

import torch


def by_bernoulli(x, amount, generator):
    spoilt = torch.bernoulli(torch.full_like(x, amount), generator=generator)
    white = torch.bernoulli(torch.full_like(x, 0.5), generator=generator)
    return (1 - spoilt) * x + spoilt * white


def coin_per(shape):
    def answer(x, amount, generator):
        where = torch.rand(x.shape, generator=generator) < amount
        coin = torch.rand(shape(x), generator=generator) < 0.5
        return torch.where(where, coin.to(x.dtype), x)

    return answer


RIGHT = [by_bernoulli, coin_per(lambda x: x.shape)]
WRONG = {
    "by one coin": coin_per(lambda x: (1,)),
    "not by how bright x was": lambda x, a, g: torch.where(
        torch.rand(x.shape, generator=g) < a, x.round(), x
    ),
    "you returned x itself": lambda x, a, g: by_bernoulli(x, a, g) if a else x,
}
