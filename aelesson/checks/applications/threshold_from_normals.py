"""`threshold_from_normals(scores, false_alarm_rate)`: from normal images alone."""

import math
from fractions import Fraction

import numpy as np
import torch

from aelesson.checks.applications.words import PLACES
from aelesson.checks.engine import FINE, Exercise, Finding, returned


def allowed(n, r):
    """Count the alarms that the rate allows, with the rate as it is written."""
    return math.floor(Fraction(str(r)) * n)


def at(scores, place):
    """Return the score at a place, from the highest on; the ends hold."""
    values = scores.sort(descending=True).values
    return values[min(max(place, 0), len(values) - 1)].item()


def threshold_from_normals(scores, false_alarm_rate):
    n, r = len(scores), false_alarm_rate
    return at(scores, allowed(n, r))


ROWS = [  # how many scores, the lowest, their distance, the rate
    (13, 0.02, 0.01, 0.3),
    (20, 0.5, 0.25, 0.1),
    *((10, 1.0, 0.1, rate) for rate in (0.0, 0.05, 0.99)),
    *((1, 0.75, 0.1, rate) for rate in (0.0, 0.5)),
    (9, -40.0, 3.0, 0.35),
    *((n, 1.0, 0.25, rate) for n, rate in ((100, 0.29), (50, 0.14), (230, 0.03))),
    *((n, 1.0, 0.25, rate) for n, rate in ((25, 0.44), (40, 0.025), (58, 0.0172))),
    (12, 2e-6, 1e-6, 0.2),
]
TIES = [([2, 3, 2, 1, 2], 0.4), ([0.4, 0.8, 0.5, 0.8, 0.3, 0.8, 0.1, 0.8], 0.45)]


def cases():
    def spread(count, low, step):
        places = torch.randperm(count).double()
        scores = low + step * (places + torch.rand(count) / 2)
        return scores if count > 60 or step < 1e-3 else scores.float()

    found = [(spread(*row), rate) for *row, rate in ROWS]
    found += [
        (torch.tensor(scores, dtype=torch.float32), rate) for scores, rate in TIES
    ]
    return [{"scores": s, "false_alarm_rate": r} for s, r in found]


LOOK = returned()


def observe(answer, case):
    for aspect, value in LOOK(answer, case):
        yield aspect, judged(value, **case) if aspect == "value" else value


def judged(got, scores, false_alarm_rate):
    """Say what a wrong threshold does to these scores."""
    count, most = len(scores), allowed(len(scores), false_alarm_rate)
    right = threshold_from_normals(scores, false_alarm_rate)
    above = sum(score > got for score in scores.tolist())
    lie = f"{above} of {count} scores lie above yours"
    if math.isclose(got, right, rel_tol=1e-6):
        return FINE
    if math.isnan(got):
        says = "your threshold is nan: what is a mean or a spread of one score?"
    elif above > most:
        says = f"{lie}, but the rate allows {most}."
    elif not any(math.isclose(got, s, rel_tol=1e-6) for s in scores.tolist()):
        says = "this is none of the scores: return one of them, without changes."
    else:
        says = f"{lie}, and the rate allows {most}: a smaller one will do."
    return Finding(f"{got:.6g}", f"{says}\n(got {got:.7g}, expected {right:.7g}.)")


check = Exercise(threshold_from_normals, cases, observe, errors=PLACES)


def first(scores, fits, above=torch.gt):
    """Return the lowest score whose number of alarms fits."""
    each = (t.item() for t in scores.unique() if fits(above(scores, t).sum().item()))
    return next(each, scores.max().item())


def quantile(scores, share, how="linear", of=np.quantile):
    return float(of(scores.double().numpy(), share, method=how))


def places(codes):
    return [f"allowed(n, r) -> {code}" for code in codes.split(" | ")]


def instead(codes):
    return [f"at(scores, allowed(n, r)) -> {code}" for code in codes.split(" | ")]


def each(code, values):
    return instead(" | ".join(code.format(value) for value in values))


SPREADS = [f"{k} * scores.std(correction={c})" for k in (0, 1, 2, 3) for c in (0, 1)]
OWN = "scores.quantile({}).item()"
check.mistakes(
    {
        "mean plus some standard deviations says nothing of the rate: count scores.": (
            each("(scores.mean() + {}).item()", SPREADS)
        ),
        "a quantile goes between two scores, by its default: count scores.": instead(
            "scores.quantile(1 - r).item() | quantile(scores, 1 - r)"
        ),
        "this is the wrong end: alarms come from the highest scores.": [
            *each(
                "-at(-scores, {})", ("int(r * n)", "allowed(n, r)", "int(r * n) - 1")
            ),
            *each(
                OWN, [f"r, interpolation='{h}'" for h in ("linear", "lower", "higher")]
            ),
        ],
        "np.percentile wants percent, from 0 to 100.": each(
            "quantile(scores, {}, of=np.percentile)", ("1 - r", "r", "100 - r")
        ),
        "this is a share of a score, a rate or a count: return one of the scores.": (
            instead("r * scores.max().item() | int(r * n) | allowed(n, r) | 1 - r | r")
        ),
        "equal scores count one by one: no unique() or set() before you count.": [
            "at(scores -> at(scores.unique()",
            "return -> scores = scores.unique(); n = len(scores); return",
        ],
        "one alarm too few: an equal score is none. Or is an index off by one?": [
            *instead("first(scores, lambda c: c / n <= r, torch.ge)"),
            *places("allowed(n, r) - 1 | math.floor(r * n) - 1"),
            *places("n - 1 - math.ceil((1 - r) * n)"),
        ],
        "exactly the share is allowed: is it < for <=, or an index off by one?": [
            *instead("first(scores, lambda c: c / n < r)"),
            *each(OWN, ["1 - r, interpolation='higher'"]),
            *places("math.floor(r * (n - 1)) | n - 1 - int((1 - r) * n)"),
        ],
        "0.29 * 100 < 29, float32(0.1) > 0.1: compare count / N in Python numbers.": [
            *places("math.floor(r * n) | n - math.ceil((1 - r) * n)"),
            *instead("first(scores, lambda c: float(np.float32(c / n)) <= r)"),
            *instead("quantile(scores, 1 - r, 'inverted_cdf')"),
        ],
        "one alarm too many: round rate * N down, or is an index off by one?": [
            *places("math.ceil(r * n) | round(r * n) | math.floor(r * n) + 1"),
            *places("n - int((1 - r) * n) | n - 1 - int((1 - r) * (n - 1))"),
            *each(OWN, [f"1 - r, interpolation={h!r}" for h in ("lower", "nearest")]),
        ],
        "compare count / N with the rate as they are: nothing rounded, no slack.": [
            *places("round(r * 100) * n // 100 | int(r * 100) * n // 100"),
            *each("first(scores, lambda c: round(c / n, {}) <= r)", (1, 2, 3)),
            *each("first(scores, lambda c: c / n <= r + {})", (0.05, 0.01, 0.001)),
        ],
        "the rate has no effect: is a number or max() in its place?": [
            *each("scores.{}().item()", ("max", "min", "median")),
            *each("at(scores, allowed(n, {}))", (0.01, 0.05, 0.1)),
        ],
        "round nothing: return the score as it is.": each(
            "round(at(scores, allowed(n, r)), {})", (0, 1, 2, 3)
        ),
    }
)
