"""`threshold_from_normals(scores, false_alarm_rate)`: from normal images alone."""

import math
from fractions import Fraction

import numpy as np  # noqa: F401 (edits use it)
import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits


def threshold_from_normals(scores, false_alarm_rate):
    n, r = len(scores), false_alarm_rate
    most = math.floor(Fraction(str(r)) * n)
    values = scores.sort(descending=True).values.tolist()
    place = min(max(most, 0), len(values) - 1)
    return values[place]


ROWS = [  # how many scores, the lowest, their distance, the rate
    *[(13, 0.02, 0.01, 0.3), (20, 0.5, 0.25, 0.1), (10, 1.0, 0.1, 0.0)],
    *[(10, 1.0, 0.1, 0.05), (10, 1.0, 0.1, 0.99), (1, 0.75, 0.1, 0.0)],
    *[(1, 0.75, 0.1, 0.5), (9, -40.0, 3.0, 0.35), (12, 2e-6, 1e-6, 0.2)],
    *[(100, 1.0, 0.25, 0.29), (50, 1.0, 0.25, 0.14), (230, 1.0, 0.25, 0.03)],
    *[(25, 1.0, 0.25, 0.44), (40, 1.0, 0.25, 0.025), (58, 1.0, 0.25, 0.0172)],
]
TIES = [([2, 3, 2, 1, 2], 0.4), ([0.4, 0.8, 0.5, 0.8, 0.3, 0.8, 0.1, 0.8], 0.45)]


def cases():
    found = [(torch.tensor(scores, dtype=torch.float64), r) for scores, r in TIES]
    for count, low, step, rate in ROWS:
        places = torch.randperm(count) + torch.rand(count) / 2
        found.append(((low + step * places).float(), rate))
    return [{"scores": scores, "false_alarm_rate": rate} for scores, rate in found]


LOOK = returned()


def observe(answer, case):
    for aspect, value in LOOK(answer, case):
        yield aspect, judged(value, **case) if aspect == "value" else value


def judged(got, scores, false_alarm_rate):
    """Say what a wrong threshold does to these scores."""
    right, count = threshold_from_normals(scores, false_alarm_rate), len(scores)
    if math.isclose(got, right, rel_tol=1e-6):
        return FINE
    above, most = (scores > got).sum(), math.floor(false_alarm_rate * count + 1e-9)
    says = f"{above} of {count} scores lie above yours, and the rate allows {most}."
    if ((scores - got).abs() > 1e-6 * abs(got)).all():
        says = "this is none of the scores: return one of them, without changes."
    return Finding(f"{got:.6g}", f"{says}\n(got {got:.7g}, expected {right:.7g}.)")


ERRORS = {
    "integer": "a place in the row must be a whole number, an int.",
    "empty": "no score was left to choose from: the highest always fits.",
    "out of ": "with N scores the places are 0 to N - 1: think of rate 0.",
}
check = Exercise(threshold_from_normals, cases, observe, errors=ERRORS)
MOST, END = "math.floor(Fraction(str(r)) * n)", "values[place]"
ABOVE = "(scores > t).sum().item() / n"


def lowest(*fits):
    return edits(END, "next((t for t in values[::-1] if {}), values[0])", *fits)


def quantile(*arguments):
    return edits(END, "torch.quantile(scores, {}).item()", *arguments)


check.mistakes(
    {
        "mean plus some standard deviations says nothing of the rate: count scores.": [
            f"{END} -> (scores.mean() + {k} * scores.std(correction={c})).item()"
            for k in (0, 1, 2, 3)
            for c in (0, 1)
        ],
        "a quantile goes between two scores: count scores.": quantile("1 - r"),
        "this is the wrong end: alarms come from the highest scores.": [
            *edits(f"descending=True ->;; {MOST}", "{}", MOST, "int(r * n) - 1"),
            *quantile("r", "r, interpolation='lower'", "r, interpolation='higher'"),
        ],
        "equal scores count one by one: no unique() or set() before you count.": [
            *("scores -> scores.unique()", "scores.sort -> scores.unique().sort")
        ],
        "one alarm too few: an equal score is none. Or is an index off by one?": [
            *lowest("(scores >= t).sum().item() / n <= r"),
            *edits(MOST, "{} - 1", MOST, "int(r * n)", "n - math.ceil((1 - r) * n)"),
        ],
        "exactly the share is allowed: is it < for <=, or an index off by one?": [
            *(*lowest(f"{ABOVE} < r"), *quantile("1 - r, interpolation='higher'")),
            *edits(MOST, "{}", "math.floor(r * (n - 1))", "n - 1 - int((1 - r) * n)"),
        ],
        "0.29 * 100 < 29, float32(0.1) > 0.1: compare count / N in Python numbers.": [
            *edits(MOST, "{}", "math.floor(r * n)", "n - math.ceil((1 - r) * n)"),
            *lowest("(scores > t).float().mean().item() <= r"),
            f"{END} -> np.quantile(scores.numpy(), 1 - r, method='inverted_cdf')",
        ],
        "one alarm too many: round rate * N down, or is an index off by one?": [
            *edits(MOST, "{}", "math.ceil(r * n)", "round(r * n)", "int(r * n) + 1"),
            *edits(MOST, "n - {}", "int((1 - r) * n)", "1 - int((1 - r) * (n - 1))"),
            *quantile(*(f"1 - r, interpolation={h!r}" for h in ("lower", "nearest"))),
        ],
        "compare count / N with the rate as they are: nothing rounded, no slack.": [
            *edits(MOST, "{}(r * 100) * n // 100", "round", "int"),
            *lowest(*(f"round({ABOVE}, {d}) <= r" for d in (1, 2, 3))),
            *lowest(*(f"{ABOVE} <= r + {slack}" for slack in (0.05, 0.01, 0.001))),
        ],
        "the rate has no effect: is a number or max() in its place?": [
            *edits(END, "scores.{}().item()", "max", "min", "median"),
            *edits("str(r)", "str({})", 0.01, 0.05, 0.1),
        ],
    }
)
