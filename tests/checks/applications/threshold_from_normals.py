"""Answers to `threshold_from_normals`, in other people's words."""

import bisect
from fractions import Fraction

from aelesson.anomaly import threshold_from_normals as right


def by_python(scores, rate):
    values, count = sorted(scores.tolist()), len(scores)
    return min(
        t for t in values if (count - bisect.bisect_right(values, t)) / count <= rate
    )


def by_fraction(scores, rate):
    return float(scores.topk(int(Fraction(str(rate)) * len(scores)) + 1).values[-1])


RIGHT = [right, by_python, by_fraction]
WRONG = {
    "a quantile goes between": lambda s, r: s.quantile(1 - r).item(),
    "this is none of the scores": lambda s, r: 2 * right(s, r),
    "and the rate allows": lambda s, r: s.sort().values[len(s) // 3].item(),
    "0.29 * 100 < 29": lambda s, r: float(s.topk(int(r * len(s)) + 1).values[-1]),
    "no unique()": lambda s, r: right(s.unique(), r),
    "has one answer per score": lambda s, r: next(t for t in s if (s > t) <= r),
    "must be a whole number": lambda s, r: s.sort().values[r * len(s)].item(),
}
