"""The check of `threshold_from_normals`, an exercise of lesson 10."""

import math
from fractions import Fraction
from itertools import pairwise

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, Value, expect_close, expect_float
from aelesson.checks.harness import Answer, CheckFailed, call, check


def _spread(count: int, low: float, step: float, seed: int) -> Tensor:
    """Return different scores in no order, at least half a step apart."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.randperm(count, generator=generator).double()
    return low + step * (places + torch.rand(count, generator=generator) / 2)


CASES = (
    (_spread(13, 0.02, 0.01, 1).float(), 0.3),
    (_spread(20, 0.5, 0.25, 2).float(), 0.1),
    (torch.tensor([2.0, 3.0, 2.0, 1.0, 2.0]), 0.4),
    (torch.tensor([7.0, 1.0, 7.0, 4.0, 2.0, 7.0]), 0.2),
    (torch.tensor([0.4, 0.8, 0.5, 0.8, 0.3, 0.8, 0.1, 0.8, 0.5, 0.5]), 0.45),
    (_spread(10, 1.0, 0.1, 3).float(), 0.0),
    (_spread(10, 1.0, 0.1, 4).float(), 0.05),
    (_spread(10, 1.0, 0.1, 5).float(), 0.99),
    (torch.tensor([0.75]), 0.0),
    (torch.tensor([0.75]), 0.5),
    (_spread(9, -40.0, 3.0, 6).float(), 0.35),
    (_spread(40, 0.02, 0.01, 7), 0.06),
    (_spread(100, 1.0, 0.25, 8), 0.29),
    (_spread(50, 1.0, 0.25, 9).float(), 0.14),
    (_spread(230, 5.0, 0.25, 10).float(), 0.03),
    (_spread(25, 1.0, 0.25, 11).float(), 0.44),
    (_spread(40, 1.0, 0.25, 12).float(), 0.025),
    (_spread(58, 1.0, 0.25, 13).float(), 0.0172),
    (_spread(12, 2e-6, 1e-6, 14), 0.2),
)
MEMBER = 1e-6  # relative: what float32 may change in a score of float64
_EMPTY = (
    "no score was left to choose from. The highest score always fits, for nothing lies "
    "above it: an alarm is a score > threshold."
)
HINTS = {
    "arg is an empty sequence": _EMPTY,
    "iterable argument is empty": _EMPTY,
    "Expected reduction dim": _EMPTY,
    "out of range": (
        "with N scores the places are 0 to N - 1: think of one score, and of rate 0."
    ),
    "out of bounds": (
        "with N scores the places are 0 to N - 1: think of one score, and of rate 0."
    ),
    "Boolean value of Tensor": (
        "`scores > t` has one answer per score: count them, (scores > t).sum()."
    ),
    "could not infer output dtype": (
        "truth values have no mean: count them, (scores > t).sum()."
    ),
    "cannot be interpreted as an integer": "a place in the row must be an int.",
}


@check(f"right on {len(CASES)} sets of scores")
def threshold_from_normals(function: Answer) -> None:
    """Check `threshold_from_normals(scores, false_alarm_rate)`: a float."""
    for scores, rate in CASES:
        given = {"scores": scores, "false_alarm_rate": rate}
        got = expect_float(call(function, HINTS, **given))
        told = f"{len(scores)} score{'s' * (len(scores) != 1)}, rate {rate}"
        expected = _oracle(scores, rate)
        if not math.isclose(got, expected, rel_tol=MEMBER):
            behaviour = _behaviour(got, scores, rate)
            mistakes = {**_mistakes(scores, rate), behaviour: got}
            expect_close(got, expected, told, mistakes)
            raise CheckFailed(
                f"{behaviour}\n(got {got:.9g}, expected {expected:.9g}, for {told}.)"
            )


def _allowed(count: int, rate: float) -> int:
    """Count the alarms that the rate allows, with the rate as it is written."""
    return math.floor(Fraction(str(rate)) * count)


def _oracle(scores: Tensor, rate: float) -> float:
    """Return the smallest score with few enough above it, by trying each."""
    values: list[float] = scores.tolist()
    allowed = _allowed(len(values), rate)
    return min(t for t in values if sum(score > t for score in values) <= allowed)


def _behaviour(got: float, scores: Tensor, rate: float) -> str:
    """Say what a wrong threshold does to these scores."""
    values, allowed = scores.tolist(), _allowed(len(scores), rate)
    above = sum(score > got for score in values)
    if above > allowed:
        return (
            f"{above} of {len(values)} scores lie above it, but the rate allows "
            f"{allowed} alarm{'s' * (allowed != 1)}."
        )
    if not any(math.isclose(got, score, rel_tol=MEMBER) for score in values):
        return "this is none of the scores: return one of them, without changes."
    return (
        f"only {above} of {len(values)} scores lie above it, and the rate allows "
        f"{allowed}: a smaller score will do."
    )


def _mistakes(scores: Tensor, rate: float) -> Mistakes:
    """Give each known mistake its diagnosis and the threshold it leads to."""
    values = sorted(scores.tolist(), reverse=True)
    count, allowed = len(values), _allowed(len(values), rate)
    low, high, mean = values[-1], values[0], scores.mean()
    unique = sorted(set(values), reverse=True)
    stds = [scores.std(correction=c) for c in (0, 1)] if count > 1 else []
    spreads = tuple(mean + k * std for k in (0, 1, 1.645, 2, 3) for std in stds)
    mistakes: dict[str, Value | tuple[Value, ...]] = {
        (
            "mean plus some standard deviations says nothing about the rate: count "
            "scores."
        ): (mean, *spreads),
        (
            "torch.quantile and np.quantile go between scores, by their default: "
            "count scores."
        ): _quantile(scores, 1 - rate),
        "this is the wrong end: alarms come from the highest scores.": (
            *(_quantile(scores, rate, method) for method in _METHODS),
            values[count - 1 - allowed],
            *values[max(count - allowed, 0) :][:1],
        ),
        "np.percentile wants percent, from 0 to 100.": (
            _quantile(scores, rate / 100),
            _quantile(scores, (1 - rate) / 100),
            _quantile(scores, 1 - rate / 100),
        ),
        "this is a share of a score: count scores instead.": (
            rate * high,
            (1 - rate) * high,
            low + (1 - rate) * (high - low),
        ),
        "go half-way between no two scores: return one of them.": tuple(
            (a + b) / 2 for a, b in pairwise(values) if a != b
        ),
        "this is the count of alarms: return the score.": float(allowed),
        "this is a rate: return the score.": (rate, 1 - rate),
    }
    if len(unique) < count:
        mistakes["equal scores count one by one: no unique() before you count."] = (
            unique[min(allowed, len(unique) - 1)],
            unique[min(_allowed(len(unique), rate), len(unique) - 1)],
        )
    return mistakes | _miscounts(values, rate)


def _miscounts(
    values: list[float], rate: float
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the thresholds of those who count scores, but one too many or too few."""
    count, allowed = len(values), _allowed(len(values), rate)
    exact = Fraction(str(rate)) * count
    if exact == allowed:
        if not allowed:
            return {}
        rounding = (
            f"{allowed} of {count} is a share of exactly {rate}, which is allowed; "
            f"above yours there are {allowed - 1}.\nIs an index off by one, or is it "
            "rounding? In floating point 0.29 * 100 < 29, (1 - 0.44) * 25 > 14, and "
            "float32(0.1) > 0.1. And 0.025 is no whole percent."
        )
        return {rounding: values[allowed - 1]}
    mistakes: dict[str, Value | tuple[Value, ...]] = {
        f"round {float(exact):.4g} alarms down: one more would be above the rate.": (
            values[min(allowed + 1, count - 1)]
        )
    }
    if allowed:
        mistakes[
            "one alarm too few: only a score > threshold is an alarm; an equal one is "
            "none.\nCounted from 0, from the highest on, it has place floor(rate * N)."
        ] = values[allowed - 1]
    return mistakes


_METHODS = ("linear", "lower", "higher", "nearest")


def _quantile(scores: Tensor, share: float, method: str = "linear") -> float:
    return scores.double().quantile(share, interpolation=method).item()
