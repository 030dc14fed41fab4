"""`salt_and_pepper(x, amount, generator)`: a share of the values, black or white."""

import torch

from aelesson.checks.denoising.corruption import ERRORS, NAMES, Corruption, told
from aelesson.checks.engine import FINE, Exercise, Finding, Share
from aelesson.checks.engine.randomness import (
    Shares,
    by_chance,
    even,
    own_randomness,
    places_apart,
    seeded,
)

COINS = "one coin decides for a whole image: draw white or black for each value."
BRIGHT = "white or black depends on how bright x was there: let chance decide."


def salt_and_pepper(x, amount, generator):
    pepper, both = amount / 2, amount
    u = torch.rand(x.shape, generator=generator)
    salted = x.masked_fill((u >= pepper) & (u < both), 1.0)
    return salted.masked_fill(u < pepper, 0.0)


def cases():
    def case(shape, amount, dtype=torch.float32):
        x = 0.25 + 0.5 * torch.rand(shape, dtype=dtype)  # so each replaced value shows
        return {"x": x, "amount": amount, "generator": None}

    return [
        case((1, 4), 0.5),
        case((2, 1, 3, 5), 0.5, torch.float64),
        case((3, 2, 4, 1), 0.5),
        case((3, 2, 4, 5), 0.0),
        *(case((16, 2, 15, 20), amount) for amount in (0.3, 0.8, 0.002, 0.018, 1.0)),
    ]


def observe(answer, case):
    call, x, amount = Corruption(answer, case), case["x"], case["amount"]
    got = yield from call.plain()
    if got is None:
        return
    if amount == 0.5 and x.numel() > 20:
        yield "randomness", own_randomness(call, lambda got: torch.equal(got, x))
    yield "strange values", strange(got[got != x], x)
    if 0.1 < amount < 1 and x.numel() > 1000:
        yield from independence(got, x)
        yield "tosses", tossed(call, got[got != x].unique())
    yield "values", shares(got)
    if amount == 0.3:
        counts = [int((call(seeded(seed)) != x).sum()) for seed in range(3)]
        yield "counts", by_chance(counts)


def tossed(call, values):
    """Ask that no single coin makes all salt, or all pepper."""
    if len(values) != 1 or all(values[0] in call(seeded(seed)) for seed in range(9)):
        return FINE
    return Finding("one", "one coin decides for all values: draw for each value.")


def shares(got):
    counts = [int((got == value).sum()) for value in (0, 1)]
    pepper, salt = (f"{100 * count / got.numel():.1f} %" for count in counts)
    each = tuple(Share(count, got.numel()) for count in counts)
    return Shares(each, f"{pepper} pepper and {salt} salt")


def independence(got, x):
    """Ask that neither place nor brightness nor neighbours decide."""
    spoilt = got != x
    white = spoilt & (got == 1)
    yield "places", places_apart(spoilt, NAMES)
    yield "coins", even(white.flatten(1).sum(1), spoilt.flatten(1).sum(1), COINS)
    halves = (x < 0.5, x >= 0.5)
    salt, both = ([(e & h).sum() for h in halves] for e in (white, spoilt))
    yield "by brightness", even(torch.stack(salt), torch.stack(both), BRIGHT)


def strange(values, x):
    """Say which values came that are neither black nor white."""
    odd = values[(values != 0) & (values != 1)]
    if not len(odd):
        return FINE
    if torch.isin(odd, torch.tensor([-1.0, 255.0])).all():
        told = f"some values became {odd[0]:g}: pepper is 0 and salt is 1 here."
    elif torch.isin(odd, torch.stack([x.min(), x.max()])).all():
        told = "replace by 0 and 1, not by the smallest and largest value of x."
    else:
        told = f"some values became neither 0 nor 1, such as {odd[0]:.3g}.\nReplace by"
        told += " exactly 0 or 1: not by other values, and not by adding."
    return Finding(told[:25], told)


check = Exercise(salt_and_pepper, cases, observe, errors=ERRORS, fixed=False, tell=told)


def two_draws(values, share):
    """Return an answer that draws for each value anew, `share(amount)` of all."""

    def answer(x, amount, generator):
        for value in values:
            u = torch.rand(x.shape, generator=generator)
            x = x.masked_fill(u < share(amount), value)
        return x

    return answer


ORDERS = ((0.0, 1.0), (1.0, 0.0))
LIMITS = "amount / 2, amount ->"
RAND = "torch.rand(x.shape, generator=generator) ->"
check.mistakes(
    {
        "amount of salt and as much pepper are strewn: halve each.": (
            "(u >= pepper) & (u < both) -> u >= 1 - amount;; u < pepper, 0 -> u <"
            " both, 0"
        ),
        "all that is replaced becomes 0: half of it becomes 1.": "/ 2 ->",
        "all that is replaced becomes 1: half of it becomes 0.": "/ 2 -> * 0",
        "you kept what should be replaced: compare the other way round.": (
            f"{LIMITS} (1 - amount) / 2, 1 - amount"
        ),
        "black and white do not come equally often: each gets half of amount.": [
            "amount / 2 -> amount / 4",
            "amount / 2 -> 3 * amount / 4",
        ],
        "amount is a share from 0 to 1, not a percentage: do not divide it by 100.": (
            f"{LIMITS} amount / 200, amount / 100"
        ),
        "amount itself is the share that is replaced: do not square it.": (
            f"{LIMITS} amount**2 / 2, amount**2"
        ),
        "amount has no effect: is a number written in its place?": [
            f"{LIMITS} {share} / 2, {share}" for share in (0.1, 0.3, 0.5)
        ],
        "two separate draws overlap: let one uniform draw decide everything.": [
            two_draws(order, lambda amount: amount / 2) for order in ORDERS
        ],
        "amount of salt and amount of pepper, in two draws: use one draw, and halve.": [
            two_draws(order, lambda amount: amount) for order in ORDERS
        ],
        "the draw is normal, not uniform: use torch.rand.": "rand -> randn",
        "amount is rounded to whole percents: compare torch.rand with it.": [
            f"{RAND} torch.randint({a}, {a + 100}, x.shape, generator=generator) / 100"
            for a in (0, 1)
        ],
        "there is pepper, but no salt: amount / 2 of the values become 1.": (
            "u < both -> u < pepper"
        ),
        "there is salt, but no pepper: amount / 2 of the values become 0.": (
            "u < pepper, 0 -> u < 0, 0"
        ),
    }
)
