"""Answers to `threshold_from_normals`, right and wrong."""

import bisect
import math
from fractions import Fraction

import numpy as np
import torch

from .answers import Wrong

# right


def threshold_reference(scores, false_alarm_rate):
    for t in scores.sort().values:
        if (scores > t).sum().item() / len(scores) <= false_alarm_rate:
            return t.item()


def threshold_by_rank(scores, false_alarm_rate):
    allowed = math.floor(false_alarm_rate * len(scores) + 1e-9)
    return scores.sort(descending=True).values[allowed].item()


def threshold_by_python(scores, rate):
    values = sorted(scores.tolist())
    fits = [
        t
        for t in values
        if (len(values) - bisect.bisect_right(values, t)) / len(values) <= rate
    ]
    return min(fits)


def threshold_by_fraction(scores, rate):
    allowed = int(Fraction(str(rate)) * scores.numel())
    return float(scores.topk(allowed + 1).values[-1])


def threshold_by_numpy(scores, rate):
    values = np.sort(scores.numpy())
    above = len(values) - np.searchsorted(values, values, side="right")
    return values[above / len(values) <= rate][0].item()


def threshold_by_kth_value(scores, rate):
    n = len(scores)
    return scores.kthvalue(n - int(round(rate * n, 6))).values.item()


def threshold_by_matrix(scores, rate):
    above = (scores[None, :] > scores[:, None]).double().mean(1)  # (N,)
    return scores[above <= rate].min().item()


def threshold_from_the_top(scores, rate):
    candidates = scores.unique().flip(0)
    best = candidates[0]
    for t in candidates:
        if int((scores > t).sum()) > rate * len(scores) + 1e-6:
            break
        best = t
    return best.item()


RIGHT = [
    threshold_reference,
    threshold_by_rank,
    threshold_by_python,
    threshold_by_fraction,
    threshold_by_numpy,
    threshold_by_kth_value,
    threshold_by_matrix,
    threshold_from_the_top,
]

# wrong


def quantile(share, **how):
    """Return a `threshold_from_normals` that takes a quantile."""
    return lambda scores, rate: scores.quantile(share(rate), **how).item()


def at_place(place):
    """Return a `threshold_from_normals` that takes a place, counted from the top."""

    def threshold_from_normals(scores, rate):
        count = len(scores)
        index = min(max(place(count, rate), 0), count - 1)
        return scores.sort(descending=True).values[index].item()

    return threshold_from_normals


def threshold_or_equal(scores, rate):
    for t in scores.sort().values:
        if (scores >= t).sum().item() / len(scores) <= rate:
            return t.item()
    return scores.max().item()


def threshold_or_equal_of_none(scores, rate):
    return min(
        t for t in scores.tolist() if (scores >= t).sum().item() <= rate * len(scores)
    )


def threshold_strictly_below(scores, rate):
    for t in scores.sort().values:
        if (scores > t).sum().item() / len(scores) < rate:
            return t.item()
    return scores.max().item()


def threshold_largest(scores, rate):
    return max(
        t for t in scores.tolist() if (scores > t).sum().item() <= rate * len(scores)
    )


def threshold_by_float32(scores, rate):
    for t in scores.sort().values:
        if (scores > t).float().mean().item() <= rate:
            return t.item()


def threshold_by_ascending_place(scores, rate):
    return scores.sort().values[int((1 - rate) * len(scores))].item()


def threshold_by_ascending_place_kept_inside(scores, rate):
    place = min(int((1 - rate) * len(scores)), len(scores) - 1)
    return scores.sort().values[place].item()


def threshold_just_below(scores, rate):
    return threshold_reference(scores, rate) - 1e-2


def threshold_midway(scores, rate):
    values = scores.sort(descending=True).values
    allowed = math.floor(rate * len(scores) + 1e-9)
    below = min(allowed + 1, len(scores) - 1)
    return ((values[allowed] + values[below]) / 2).item()


def threshold_without_ties(scores, rate):
    unique = scores.unique().flip(0)
    return unique[min(math.floor(rate * len(scores) + 1e-9), len(unique) - 1)].item()


def threshold_among_unique(scores, rate):
    unique = scores.unique()
    return threshold_reference(unique, rate)


def threshold_sorted_in_place(scores, rate):
    scores.numpy().sort()
    return threshold_reference(scores, rate)


def threshold_by_mask(scores, rate):
    for t in scores:
        if (scores > t) <= rate:
            return t.item()


def threshold_by_mean_of_mask(scores, rate):
    for t in scores.sort().values:
        if (scores > t).mean() <= rate:
            return t.item()


def threshold_by_topk(scores, rate):
    return scores.topk(int(rate * len(scores))).values[-1].item()


def threshold_by_rounded_share(scores, rate):
    for t in scores.sort().values:
        if round((scores > t).sum().item() / len(scores), 2) <= rate:
            return t.item()


def threshold_with_slack(scores, rate):
    for t in scores.sort().values:
        if (scores > t).sum().item() / len(scores) <= rate + 0.005:
            return t.item()


def mean_and(k):
    return lambda s, rate: (s.mean() + k * s.std(correction=0)).item()


def threshold_by_inverted_cdf(scores, rate):
    return np.quantile(scores.double().numpy(), 1 - rate, method="inverted_cdf")


def threshold_by_whole_percent(scores, rate):
    k = int(round(rate * 100) * len(scores) // 100)
    return scores.sort(descending=True).values[k].item()


def threshold_by_ceil_from_below(scores, rate):
    return scores.sort().values[math.ceil((1 - rate) * len(scores)) - 1].item()


def moved(by):
    """Return a `threshold_from_normals` that moves the right threshold a little."""
    return lambda scores, rate: threshold_reference(scores, rate) + by


floor = math.floor

WRONG = [
    Wrong(threshold_by_inverted_cdf, "(1 - 0.44) * 25 > 14"),
    Wrong(threshold_by_ceil_from_below, "(1 - 0.44) * 25 > 14"),
    Wrong(threshold_by_whole_percent, "1 of 40 is a share of exactly 0.025"),
    Wrong(at_place(lambda n, r: floor(round(r * n, 1))), "round 0.9976 alarms down"),
    Wrong(moved(1e-6), "this is none of the scores"),
    Wrong(moved(1e-9), "this is none of the scores"),
    Wrong(threshold_by_rounded_share, "but the rate allows 6"),
    Wrong(threshold_with_slack, "but the rate allows 6"),
    Wrong(lambda s, r: np.quantile(s, 1 - r, method="hazen"), "but the rate allows 3"),
    Wrong(quantile(lambda r: 1 - r), "torch.quantile and np.quantile go between"),
    Wrong(lambda s, r: np.quantile(s, 1 - r), "torch.quantile and np.quantile go betw"),
    Wrong(quantile(lambda r: r), "this is the wrong end"),
    Wrong(quantile(lambda r: r, interpolation="lower"), "this is the wrong end"),
    Wrong(quantile(lambda r: r, interpolation="higher"), "this is the wrong end"),
    Wrong(quantile(lambda r: 1 - r, interpolation="lower"), "one more would be above"),
    Wrong(quantile(lambda r: 1 - r, interpolation="higher"), "an index off by one"),
    Wrong(quantile(lambda r: 1 - r, interpolation="nearest"), "one more would be abo"),
    Wrong(lambda s, r: np.percentile(s, 1 - r), "np.percentile wants percent"),
    Wrong(lambda s, r: np.percentile(s, r), "np.percentile wants percent"),
    Wrong(
        threshold_or_equal, "one alarm too few: only a score > threshold is an alarm"
    ),
    Wrong(threshold_or_equal_of_none, "only a score > threshold is an alarm"),
    Wrong(threshold_strictly_below, "is a share of exactly 0.1, which is allowed"),
    Wrong(threshold_by_float32, "float32(0.1) > 0.1"),
    Wrong(at_place(lambda n, r: floor(r * n)), "In floating point 0.29 * 100 < 29"),
    Wrong(at_place(lambda n, r: floor(r * n) + 1), "round 3.9 alarms down"),
    Wrong(at_place(lambda n, r: floor(r * n) - 1), "it has place floor(rate * N)"),
    Wrong(at_place(lambda n, r: math.ceil(r * n)), "round 3.9 alarms down"),
    Wrong(at_place(lambda n, r: round(r * n)), "round 3.9 alarms down"),
    Wrong(at_place(lambda n, r: floor(r * (n - 1))), "an index off by one"),
    Wrong(at_place(lambda n, r: n - 1 - floor(r * n)), "this is the wrong end"),
    Wrong(at_place(lambda n, r: n - floor(r * n)), "this is the wrong end"),
    Wrong(threshold_by_ascending_place, "an index off by one"),
    Wrong(threshold_by_ascending_place_kept_inside, "an index off by one"),
    Wrong(threshold_by_topk, "it has place floor(rate * N)"),
    Wrong(threshold_largest, "only 0 of 13 scores lie above it, and the rate allows 3"),
    Wrong(lambda s, r: s.max().item(), "0 of 13 scores lie above it"),
    Wrong(lambda s, r: s.min().item(), "12 of 13 scores lie above it"),
    Wrong(lambda s, r: s.median().item(), "6 of 13 scores lie above it"),
    Wrong(mean_and(2), "mean plus some standard deviations"),
    Wrong(mean_and(3), "mean plus some standard deviations"),
    Wrong(mean_and(0), "mean plus some standard deviations"),
    Wrong(lambda s, r: (s.mean() + 2 * s.std()).item(), "mean plus some standard dev"),
    Wrong(lambda s, r: (1 - r) * s.max().item(), "this is a share of a score"),
    Wrong(threshold_midway, "half-way between no two scores"),
    Wrong(threshold_just_below, "but the rate allows 3"),
    Wrong(lambda s, r: threshold_reference(s, r) + 1e-3, "none of the scores"),
    Wrong(threshold_without_ties, "no unique() before you count"),
    Wrong(threshold_among_unique, "no unique() before you count"),
    Wrong(threshold_sorted_in_place, "changes its input scores in place"),
    Wrong(threshold_by_mask, "has one answer per score"),
    Wrong(threshold_by_mean_of_mask, "truth values have no mean"),
    Wrong(lambda s, r: s.sort().values[r * len(s)].item(), "raised TypeError"),
    Wrong(lambda s, r: int(r * len(s)), "this is the count of alarms"),
    Wrong(lambda s, r: 1 - r, "this is a rate: return the score"),
    Wrong(lambda s, r: torch.tensor(threshold_reference(s, r)), "Call `.item()`"),
    Wrong(lambda s, r: s[s <= threshold_reference(s, r)], "Reduce it to one"),
    Wrong(lambda s, r: None, "is `return` missing?"),
    Wrong(lambda s: s.max().item(), "2 arguments: (scores, false_alarm_rate)"),
]
