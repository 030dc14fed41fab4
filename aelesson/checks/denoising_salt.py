"""The check of `salt_and_pepper`, an exercise of lesson 05."""

from functools import partial

import torch
from torch import Tensor

from aelesson.checks.denoising_random import (
    MANY,
    Corrupt,
    bind,
    corrupted,
    expect_kept,
    expect_own_randomness,
    expect_share,
)
from aelesson.checks.harness import Answer, CheckFailed, check

SHAPES = ((2, 1, 3, 5), (1, 4), (3, 2, 4, 1))
AMOUNTS = (0.3, 0.8)


@check(f"right on average, for {len(AMOUNTS)} amounts")
def salt_and_pepper(function: Answer) -> None:
    """Check `salt_and_pepper(x, amount, generator)`: a share of the values replaced."""
    strew = partial(bind, function, ("x", "amount", "generator"))
    for dtype in (torch.float32, torch.float64):
        for shape in SHAPES:
            corrupted(strew(0.5), _grey(shape).to(dtype))
    expect_own_randomness(strew(0.5))
    x = _grey((2, 1, 6, 5))
    expect_kept(corrupted(strew(0.0), x), x, "with amount 0")
    for amount in AMOUNTS:
        _expect_spoilt(strew(amount), amount)
    left = corrupted(strew(1.0), x) == x
    if left.any():
        raise CheckFailed(
            "with amount 1 every value must be 0 or 1, but some are left."
        )


def _grey(shape: tuple[int, ...]) -> Tensor:
    """Return images without black and white, so that each replaced value shows."""
    return 0.25 + 0.5 * torch.rand(shape)


def _expect_spoilt(strew: Corrupt, amount: float) -> None:
    x = _grey(MANY)
    got = corrupted(strew, x)
    spoilt = got != x
    _expect_black_or_white(got[spoilt])
    _expect_independent(spoilt)
    half = amount / 2
    expect_share(
        float(spoilt.double().mean()),
        amount,
        x.numel(),
        f"share of replaced values with amount {amount}",
        {
            "you kept what should be replaced: compare the other way round.": 1
            - amount,
            "two separate draws overlap: let one uniform draw decide everything.": (
                1 - (1 - half) ** 2
            ),
            "you strew amount of salt and amount of pepper: halve each.": (
                1 - (1 - amount) ** 2
            ),
            "you strew amount of salt and as much pepper: halve each.": (
                min(2 * amount, 1.0)
            ),
            "only half of the amount is there: salt and pepper each get half.": half,
        },
    )
    expect_share(
        float((got[spoilt] == 1).double().mean()),
        0.5,
        int(spoilt.sum()),
        "share of white among the replaced values",
        {
            "there is no salt: half of the replaced values become 1.": 0.0,
            "there is no pepper: half of the replaced values become 0.": 1.0,
            "what was salt became pepper again: draw where, then which.": (
                (1 - half) / (2 - half)
            ),
            "what was pepper became salt again: draw where, then which.": 1
            / (2 - half),
        },
    )
    _expect_chance(strew, x, got)


def _expect_black_or_white(values: Tensor) -> None:
    strange = values[(values != 0) & (values != 1)]
    if not strange.numel():
        return
    if torch.isin(strange, torch.tensor([-1.0, 255.0])).all():
        raise CheckFailed(
            f"some values became {strange[0]:g}: pepper is 0 and salt is 1 here."
        )
    raise CheckFailed(
        f"some values became neither 0 nor 1, such as {strange[0]:.3g}.\n"
        "Replace by exactly 0 or 1: not by other values, not by adding, not by the "
        "smallest and largest value of x."
    )


def _expect_independent(spoilt: Tensor) -> None:
    """Ask that images, channels and lines have places of their own."""
    own = "each value needs a draw of its own: draw in the shape of x."
    if not spoilt.any() or spoilt.all():
        return
    for dimension, name in enumerate(("images", "channels", "rows", "columns")):
        first = spoilt.select(dimension, 0).unsqueeze(dimension)
        if bool((spoilt == first).all()):
            raise CheckFailed(f"all {name} are spoilt at the same places: {own}")


def _expect_chance(strew: Corrupt, x: Tensor, got: Tensor) -> None:
    """Ask that the count of replaced values differs from call to call."""
    calls = [got, *(corrupted(strew, x, seed) for seed in (1, 2))]
    counts = {int((each != x).sum()) for each in calls}
    if len(counts) == 1:
        raise CheckFailed(
            f"each call replaced exactly {counts.pop():,} values: let chance decide "
            "for each value, independently of the others."
        )
