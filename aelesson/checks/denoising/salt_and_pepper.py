"""`salt_and_pepper(x, amount, generator)`: a share of the values, black or white."""

import torch

from aelesson.checks.denoising.corruption import ERRORS, NAMES, Corruption, told
from aelesson.checks.engine import FINE, Exercise, Finding, Share
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.randomness import (
    Shares,
    by_chance,
    even,
    own_randomness,
    places_apart,
    seeded,
)


def salt_and_pepper(x, amount, generator):
    u = torch.rand(x.shape, generator=generator)
    salted = x.masked_fill(u < amount, 1.0)
    return salted.masked_fill(u < amount / 2, 0.0)


def cases():
    def case(shape, amount, dtype=torch.float32):
        x = 0.25 + 0.5 * torch.rand(shape, dtype=dtype)  # so each replaced value shows
        return {"x": x, "amount": amount, "generator": None}

    return [
        case((1, 4), 0.5),
        case((2, 1, 3, 5), 0.5, torch.float64),
        case((3, 2, 4, 1), 0.5),
        case((3, 2, 4, 5), 0.0),
        *(case((16, 2, 15, 20), amount) for amount in (0.3, 0.002, 0.018, 1.0)),
    ]


def observe(answer, case):
    call, x, amount = Corruption(answer, case), case["x"], case["amount"]
    got = yield from call.plain()
    if got is None:
        return
    if amount == 0.5 and x.numel() > 20:
        yield "randomness", own_randomness(call, lambda got: torch.equal(got, x))
    yield "strange values", strange(got[got != x])
    if amount == 1:
        yield "all", FINE if (got != x).all() else LEFT
    if amount == 0.3:
        calls = [call(seeded(seed)) for seed in range(4)]
        yield "places", places_apart(got != x, NAMES)
        yield "coins", tossed(torch.cat(calls), x.repeat(4, 1, 1, 1))
        yield "counts", by_chance([int((each != x).sum()) for each in calls])
    yield "values", shares(got)


def strange(values):
    """Say which values came that are neither black nor white."""
    odd = values[(values != 0) & (values != 1)]
    return Finding("strange", STRANGE.format(odd[0])) if len(odd) else FINE


def tossed(got, x):
    """Ask that white or black is drawn for each value, however bright it was."""

    def counts(mask):
        halves = [mask[x < 0.5].sum(), mask[x >= 0.5].sum()]
        return torch.cat([mask.flatten(1).sum(1), torch.stack(halves)])

    return even(counts(got == 1), counts(got != x), COINS)


def shares(got):
    counts = [int((got == value).sum()) for value in (0, 1)]
    pepper, salt = (f"{100 * count / got.numel():.1f} %" for count in counts)
    each = tuple(Share(count, got.numel()) for count in counts)
    return Shares(each, f"{pepper} pepper and {salt} salt")


LEFT = Finding("left", "with amount 1 each value is replaced, but you leave some.")
STRANGE = (
    "some values became neither 0 nor 1, such as {:.3g}.\nPepper is 0 and salt is 1:"
    " add nothing, and take no smallest or largest value of x."
)
COINS = (
    "white or black must be drawn for each value: not by one coin for a whole image or"
    " for all,\nand not by how bright x was there."
)
check = Exercise(salt_and_pepper, cases, observe, errors=ERRORS, fixed=False, tell=told)
DRAW = "torch.rand(x.shape, generator=generator)"
check.mistakes(
    {
        "amount of salt and as much pepper are strewn: halve each.": [
            "u < amount, 1.0 -> u >= 1 - amount, 1.0;; amount / 2 -> amount",
            "amount, 1.0 -> amount, 0.0;; u < amount / 2, 0.0 -> u > 1 - amount, 1.0",
        ],
        "you kept what should be replaced: compare the other way round.": (
            "amount -> (1 - amount)"
        ),
        "half of amount becomes 1, salt, and half 0, pepper: neither may be missing.": [
            *edits("amount / 2", "amount{}", "", " * 0", " / 4", " * 3 / 4"),
            "u < amount, 1.0 -> u < 0, 1.0",
            "amount, 1.0 -> amount / 2, 1.0;; u < amount / 2, 0.0 -> u < 0, 0.0",
        ],
        "amount itself is the share, from 0 to 1: no percentage, and no square.": edits(
            "amount", "amount{}", " / 100", "**2"
        ),
        "two draws overlap: let one uniform draw decide all, amount / 2 for each.": [
            f"amount, 1.0 -> {s}, {a};; u < amount / 2, 0.0 -> {DRAW} < {s}, {1 - a}"
            for a in (0.0, 1.0)
            for s in ("amount", "amount / 2")
        ],
        "the draw is normal, not uniform: use torch.rand.": "rand -> randn",
        "amount is rounded to whole percents: compare torch.rand with it.": edits(
            "=generator)", "=generator).mul(100).{}() / 100", "floor", "ceil"
        ),
    }
)
