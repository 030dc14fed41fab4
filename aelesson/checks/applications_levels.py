"""The check of `quantise`, an exercise of lesson 10."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aelesson.checks.expect import expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close


@dataclass(frozen=True)
class _Case:
    """Codes of a shape, and the settings of `quantise`."""

    shape: tuple[int, ...]
    bits: int
    low: float
    high: float
    dtype: torch.dtype = torch.float32

    def codes(self) -> Tensor:
        """Draw codes nearer to one level than to the next, some of them outside."""
        rng = np.random.default_rng(self.bits)
        levels = self.levels()
        chosen = rng.choice(levels, self.shape).flatten()
        step = levels[1] - levels[0]
        z = chosen + step * rng.uniform(-0.4, 0.4, chosen.size)
        if z.size > 4:  # far below, just below, just above, far above
            width = self.high - self.low
            outside = [-2.3 * width, -0.7 * step, 0.8 * step, 1.4 * width]
            z[1:5] = np.repeat([self.low, self.high], 2) + outside
        return torch.from_numpy(z.reshape(self.shape)).to(self.dtype)

    def levels(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """Return what the levels stand for."""
        return np.linspace(self.low, self.high, 2**self.bits)


CASES = (
    _Case((6, 5), 5, -2.0, 1.5),
    _Case((4, 9), 2, 0.5, 4.1),
    _Case((8,), 1, -1.0, 3.0),
    _Case((2, 4, 3, 2), 8, -6.0, -1.0),
    _Case((1, 1), 3, -1.0, 1.0),
    _Case((7, 2), 10, -3.0, 4.0, torch.float64),
    _Case((5, 5), 8, 0.0, 1.0),
    _Case((3, 3), 16, -0.5, 0.75, torch.float64),
)
HINTS = {
    "expected m1 and m2": "low and high are numbers: they fit to any shape of z.",
    "result type Float can't be cast": "make a new tensor; its dtype is torch.int64.",
    "has no attribute 'long'": "compute with torch throughout: z is a tensor.",
    "only one element tensors": "work on the whole tensor: z.clamp(low, high).",
    "only tensors with one element": "work on the whole tensor: z.clamp(low, high).",
    "Boolean value of Tensor": "work on the whole tensor: z.clamp(low, high).",
}


@check(f"right on {len(CASES)} sets of codes, of 1 to 16 bits")
def quantise(function: Answer) -> None:
    """Check `quantise(z, bits, low, high)`: numbers of levels, int64."""
    for case in CASES:
        z = case.codes()
        settings = {"bits": case.bits, "low": case.low, "high": case.high}
        got = call(function, HINTS, z=z, **settings)
        expected = _oracle(z, case)
        given = ", ".join(f"{name} = {value}" for name, value in settings.items())
        _expect_integers(got, expected, case)
        levels = expect_tensor(got, case.shape, _shapes(case.shape), torch.int64)
        mistakes = _mistakes(z, expected, case) | _outside(levels, case)
        expect_close(levels, expected, given, mistakes)


def _oracle(z: Tensor, case: _Case) -> Tensor:
    """Find the nearest level by trying each."""
    gaps = np.abs(z.double().numpy()[..., None] - case.levels())
    return torch.from_numpy(gaps.argmin(-1)).long()


def _shapes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    keep = "one level for each number of z, in the shape of z."
    return {
        (int(np.prod(shape)),): keep,
        (*shape, 1): keep,
        (1, *shape): keep,
        (): "one level for each number: do not reduce anything.",
    }


def _expect_integers(got: object, expected: Tensor, case: _Case) -> None:
    """Name what is no int64, and how it comes about."""
    if not isinstance(got, Tensor) or got.shape != expected.shape:
        return  # expect_tensor has the words for it
    values = torch.from_numpy(case.levels())[expected]
    if not got.is_floating_point():
        if got.dtype != torch.int64:
            raise CheckFailed(
                f"got a tensor of {got.dtype}, expected torch.int64.\n"
                "Small integers overflow: 8 bits hold no level above 255. End with "
                ".long()."
            )
    elif close(got, values):
        raise CheckFailed(
            "these are the values that the levels stand for: return the numbers of the "
            "levels, 0 to 2**bits - 1, as int64."
        )
    elif close(got, expected):
        raise CheckFailed(
            f"the levels are right, but they are {got.dtype}: end with .long()."
        )
    else:
        raise CheckFailed(
            f"got a tensor of {got.dtype}, expected torch.int64: the numbers of the "
            "levels, 0 to 2**bits - 1."
        )


def _outside(levels: Tensor, case: _Case) -> dict[str, Tensor]:
    """Name levels that do not exist, where no better-known mistake explains them."""
    lowest, highest, top = int(levels.min()), int(levels.max()), 2**case.bits - 1
    if lowest >= 0 and highest <= top:
        return {}
    return {
        f"your levels go from {lowest} to {highest}: there are 0 to {top}, and what "
        "lies outside is clamped.": levels
    }


def _mistakes(
    z: Tensor, right: Tensor, case: _Case
) -> dict[str, Tensor | tuple[Tensor, ...]]:
    """Give each known mistake its diagnosis and the levels it leads to."""
    z, low, high = z.double(), case.low, case.high
    count, top, width = 2**case.bits, 2**case.bits - 1, high - low
    free, share = (z - low) / width, ((z - low) / width).clamp(0, 1)
    return {
        **_unclamped(free, top),
        "the nearest level is meant: round, for floor goes down every time.": (
            (share * top).floor().long()
        ),
        "the nearest level is meant: round, for ceil goes up every time.": (
            (share * top).ceil().long()
        ),
        f"there is no level {count}: {count} levels have {top} gaps between them.": (
            (share * count).floor().long(),
            (share * count).round().long(),
        ),
        f"you cut the range in {count} parts, but the first and the last level lie on "
        f"its ends: that leaves {top} gaps.": (
            (share * count).floor().clamp(max=top).long(),
            (share * count).round().clamp(max=top).long(),
            (share * (count - 1e-4)).floor().long(),
        ),
        "take low and high as they are given, not the ends of z, nor 0 or -1 and 1.": (
            _own_ends(z, top)
        ),
        "low is not taken off: level 0 stands for low.": _levels(
            top, z / width, z.clamp(low, high) / width, z / high
        ),
        "the width of the range is high - low: divide by it.": _levels(
            top, z - low, z.clamp(low, high) - low, (z - low) / high
        ),
        "2 ** bits levels: in Python 2 ^ bits is something else, and bits alone are "
        "too few.": tuple(
            (share * gaps).round().long()
            for gaps in {
                gaps
                for levels in (2 ^ case.bits, case.bits, 2 * case.bits, case.bits**2)
                for gaps in (levels, levels - 1)
            }
            if gaps not in (top, count)
        ),
        "there are 2 ** bits levels, not 2 ** (bits - 1).": tuple(
            (share * gaps).round().long() for gaps in (count // 2 - 1, count // 2)
        ),
        "one gap too few: there are 2 ** bits - 1.": (share * (top - 1)).round().long(),
        "it is the wrong way round: level 0 stands for low.": top - right,
        "levels count from 0, and the nearest is meant: all are one off.": (
            right + 1,
            (right + 1).clamp(max=top),
            (right - 1).clamp(min=0),
        ),
        "levels count from 0, also where z is negative.": (
            right - count // 2,
            right - count // 2 + 1,
        ),
        "a small type overflowed on the way: use .long().": tuple(
            right.to(small).long() for small in (torch.uint8, torch.int8, torch.int16)
        ),
        "clamp to low and high, not to other numbers.": tuple(
            ((z.clamp(*ends) - low) / width * top).round().clamp(0, top).long()
            for ends in ((0, 1), (-1, 1), (-3, 3))
        ),
        "no sigmoid or tanh: levels are equally spaced.": (
            (z.sigmoid() * top).round().long(),
            ((z.tanh() + 1) / 2 * top).round().long(),
        ),
        "round at the end only, when the levels are scaled.": (
            (share.round() * top).long(),
            (((z.clamp(low, high)).round() - low) / width * top).round().long(),
            ((z.round().clamp(low, high) - low) / width * top).round().long(),
        ),
        "every level is 0: is it clamp(low, high), in this order?": right * 0,
    }


def _unclamped(free: Tensor, top: int) -> dict[str, tuple[Tensor, ...]]:
    return {
        "what lies outside is not clamped: z.clamp(low, high) first.": tuple(
            levels.long()
            for scaled in (free * top, free * (top + 1))
            for levels in (scaled.round(), scaled.floor(), scaled.trunc())
        ),
        "only one end is clamped: what lies below low becomes level 0, and what lies "
        "above high the last one.": tuple(
            (free.clamp(*ends) * top).round().long() for ends in ((0, None), (None, 1))
        ),
        "levels wrap around: what lies outside must be clamped.": (
            (free * top).round().long() % (top + 1),
        ),
    }


def _levels(top: int, *shares: Tensor) -> tuple[Tensor, ...]:
    """Round shares of the range to levels, and clamp those levels or do not."""
    levels = [(share * top).round() for share in shares]
    return tuple(x.long() for each in levels for x in (each, each.clamp(0, top)))


def _own_ends(z: Tensor, top: int) -> tuple[Tensor, ...]:
    ends = [(z.amin(), z.amax())]
    if z.dim() > 1:
        ends += [(z.amin(dim, True), z.amax(dim, True)) for dim in (0, 1)]
    ends += [(torch.zeros(()), torch.ones(())), (-torch.ones(()), torch.ones(()))]
    return tuple(
        ((z - low) / (high - low)).clamp(0, 1).mul(top).nan_to_num().round().long()
        for low, high in ends
    )
