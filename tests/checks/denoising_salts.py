"""Answers to `salt_and_pepper`, right and wrong."""

import torch

from .answers import Wrong


def salt_reference(x, amount, generator):
    draw = torch.rand(x.shape, generator=generator)
    salted = torch.where(draw < amount, torch.ones_like(x), x)
    return torch.where(draw < amount / 2, torch.zeros_like(x), salted)


def salt_in_a_copy(images, share, g):
    result = images.clone()
    where = torch.rand(images.shape, generator=g) < share
    coin = torch.randint(2, images.shape, generator=g, dtype=images.dtype)
    result[where] = coin[where]
    return result


def salt_by_bernoulli(x, amount, generator):
    spoilt = torch.bernoulli(torch.full_like(x, amount), generator=generator)
    white = torch.bernoulli(torch.full_like(x, 0.5), generator=generator)
    return (1 - spoilt) * x + spoilt * white


def salt_from_the_ends(x, amount, generator):
    draw = torch.rand(x.shape, generator=generator)
    return x.masked_fill(draw < amount / 2, 0).masked_fill(draw >= 1 - amount / 2, 1)


RIGHT = [salt_reference, salt_in_a_copy, salt_by_bernoulli, salt_from_the_ends]


def strew(low, high, black=0.0, white=1.0, shape=lambda x: x.shape):
    """Return an answer: black where a draw is in `low(amount)`, white in `high`."""

    def salt_and_pepper(x, amount, generator):
        draw = torch.rand(shape(x), generator=generator).expand(x.shape)
        whitened = torch.where(high(draw, amount), white, x)
        return torch.where(low(draw, amount), black, whitened).to(x.dtype)

    return salt_and_pepper


def below_half(draw, amount):
    return draw < amount / 2


def upper_half(draw, amount):
    return (draw >= amount / 2) & (draw < amount)


def never(draw, amount):
    return torch.zeros_like(draw, dtype=torch.bool)


def salt_two_draws(x, amount, generator):
    peppered = x.masked_fill(torch.rand(x.shape, generator=generator) < amount / 2, 0)
    return peppered.masked_fill(
        torch.rand(x.shape, generator=generator) < amount / 2, 1
    )


def salt_twice_the_amount(x, amount, generator):
    peppered = x.masked_fill(torch.rand(x.shape, generator=generator) < amount, 0)
    return peppered.masked_fill(torch.rand(x.shape, generator=generator) < amount, 1)


def salt_exact_count(x, amount, generator):
    flat = x.flatten().clone()
    order = torch.randperm(len(flat), generator=generator)[: round(amount * len(flat))]
    flat[order[::2]], flat[order[1::2]] = 0, 1
    return flat.view_as(x)


def salt_global(x, amount, generator):
    draw = torch.rand_like(x)
    return x.masked_fill(draw < amount / 2, 0).masked_fill(draw >= 1 - amount / 2, 1)


def salt_reseeds(x, amount, generator):
    return salt_reference(x, amount, generator.manual_seed(3))


def salt_in_place(x, amount, generator):
    draw = torch.rand(x.shape, generator=generator)
    x[draw < amount] = 1.0
    x[draw < amount / 2] = 0.0
    return x


def salt_uniform_grey(x, amount, generator):
    where = torch.rand(x.shape, generator=generator) < amount
    return torch.where(where, torch.rand(x.shape, generator=generator), x).to(x.dtype)


def salt_added(x, amount, generator):
    draw = torch.rand(x.shape, generator=generator)
    sign = (draw < amount / 2).to(x.dtype) - (draw >= 1 - amount / 2).to(x.dtype)
    return x + sign


def salt_extremes_of_x(x, amount, generator):
    return strew(below_half, upper_half, x.min(), x.max())(x, amount, generator)


def salt_coin_per_image(x, amount, generator):
    one = (len(x), *[1] * (x.dim() - 1))
    where = torch.rand(x.shape, generator=generator) < amount
    coin = (torch.rand(one, generator=generator) < 0.25).to(x.dtype)
    return torch.where(where, coin, x)


WRONG = [
    Wrong(salt_global, "draws from PyTorch's global random state"),
    Wrong(salt_reseeds, "do you seed it?"),
    Wrong(salt_in_place, "changes its input x in place"),
    Wrong(salt_two_draws, "two separate draws overlap"),
    Wrong(salt_twice_the_amount, "you strew amount of salt and amount of pepper"),
    Wrong(strew(below_half, never), "only half of the amount is there"),
    Wrong(strew(lambda d, a: d < a, never), "there is no salt"),
    Wrong(strew(never, lambda d, a: d < a), "there is no pepper"),
    Wrong(
        strew(lambda d, a: d >= 1 - (1 - a) / 2, lambda d, a: d < (1 - a) / 2),
        "with amount 0 nothing may change",
    ),
    Wrong(
        strew(lambda d, a: d < a, lambda d, a: d >= 1 - a),
        "you strew amount of salt and as much pepper",
    ),
    Wrong(strew(below_half, upper_half, -1.0, 1.0), "some values became -1"),
    Wrong(strew(below_half, upper_half, 0.0, 255.0), "some values became 255"),
    Wrong(salt_uniform_grey, "some values became neither 0 nor 1"),
    Wrong(salt_added, "some values became neither 0 nor 1"),
    Wrong(salt_extremes_of_x, "not by the smallest and largest value of x"),
    Wrong(salt_exact_count, "let chance decide for each value"),
    Wrong(
        strew(below_half, upper_half, shape=lambda x: x.shape[1:]),
        "all images are spoilt at the same places",
    ),
    Wrong(
        strew(below_half, upper_half, shape=lambda x: (len(x), 1, *x.shape[2:])),
        "all channels are spoilt at the same places",
    ),
    Wrong(
        strew(below_half, upper_half, shape=lambda x: (*x.shape[:-1], 1)),
        "all columns are spoilt at the same places",
    ),
    Wrong(
        strew(lambda d, a: d < a / 4, lambda d, a: (d >= a / 4) & (d < a)),
        "share of white among the replaced values",
    ),
    Wrong(
        strew(lambda d, a: d < a**2 / 2, lambda d, a: (d >= a**2 / 2) & (d < a**2)),
        "share of replaced values with amount 0.3: 0.0",
    ),
    Wrong(
        strew(lambda d, a: d < 0.25, lambda d, a: d >= 0.75),
        "with amount 0 nothing may change",
    ),
    Wrong(lambda x, amount, g: torch.rand(x.shape, generator=g) < amount, "torch.bool"),
    Wrong(
        lambda x, amount, g: salt_reference(x.float(), amount, g),
        "got a tensor of torch.float32, expected torch.float64",
    ),
    Wrong(lambda x, amount: x, "called with 3 arguments"),
]
