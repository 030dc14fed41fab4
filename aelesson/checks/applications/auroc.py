"""`auroc(scores, is_anomaly)`: the chance that an anomaly scores above a normal one."""

import torch

from aelesson.checks.applications.words import PAIRS
from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits


def auroc(scores, is_anomaly):
    s, y = scores, is_anomaly
    a, n = s[y], s[~y]
    if not len(a) or not len(n):
        raise ValueError("at least one anomaly and one normal image are needed")
    above = (a[:, None] > n).sum().item()
    ties = (a[:, None] == n).sum().item()
    value = (above + 0.5 * ties) / (len(a) * len(n))
    return value


FEW = [  # scores, and the places of the anomalies
    ([0.5] * 7, [1, 2, 6]),
    ([0.2, 0.1], [0]),
    ([0.3, 0.4, -0.5, 0.8], [2]),
    ([3, 1, 2, 4, 5], [0, 1, 3, 4]),
    ([1, 2, 3, 7, 8], [3, 4]),
    ([-500, -499, -510, -500.5, -498], [0, 4]),
    ([1, 1 + 1e-12, 1 + 2e-12, 1 - 1e-12], [0, 3]),
    ([0.1, 0.2, 0.3], []),
    ([0.1, 0.2], [0, 1]),
]


def cases():
    def case(scores, chosen):
        scores = torch.as_tensor(scores, dtype=torch.float64)
        exact = scores.max() - scores.min() < 1e-6 or len(chosen) == 4
        is_anomaly = torch.zeros(len(scores), dtype=torch.bool)
        is_anomaly[chosen] = True
        return {"scores": scores if exact else scores.float(), "is_anomaly": is_anomaly}

    def drawn(count, anomalies, levels=0, scale=1.0):
        values, chosen = torch.randn(count), torch.randperm(count)[:anomalies]
        values[chosen] += 0.8
        values = (values * levels / 4).round() if levels else values
        return case(scale * values.double(), chosen)

    many = (29, 11), (23, 8, 8), (17, 9, 6, 1e-6), (40, 6, 0, 1e-9), (200, 100)
    return [drawn(*each) for each in many] + [case(*each) for each in FEW]


LOOK = returned()
CURE = "If there is no anomaly or no normal image, `raise ValueError(...)`."


def one_kind(case):
    return len(case["is_anomaly"].unique()) < 2


def observe(answer, case):
    if one_kind(case):
        yield "refusal", refusal(answer, **case)
    else:
        yield from LOOK(answer, case)


def refusal(answer, scores, is_anomaly):
    """Ask for a ValueError where there is no pair."""
    name = "only anomalies" if is_anomaly.any() else "only normal images"
    try:
        got = answer(scores.clone(), is_anomaly.clone())
    except ValueError:
        return FINE
    except Exception as error:
        said = f"raised {type(error).__name__} for {name}, not a ValueError"
        return Finding(said, f"your function {said}.\n{CURE}")
    got = f"returned {got!r:.40} for {name}"
    return Finding(got, f"your function {got}: there is no pair.\n{CURE}")


ONLY = {
    "scores that differ are not equal, however little: no isclose, round, .float().": (
        lambda case: (
            case["scores"].max() - case["scores"].min() < 1e-4 * len(case["scores"])
        )
    ),
    "only many pairs are wrong: is something counted in 16 bits? 32 are enough.": (
        lambda case: len(case["scores"]) > 100
    ),
    CURE: one_kind,
}
check = Exercise(auroc, cases, observe, errors=PAIRS, only=ONLY)


def recall(alarm, truth):
    return alarm[truth].double().mean().item()


def accuracy(alarm, truth):
    return recall(alarm == truth, truth | True)


def balanced(alarm, truth):
    return (recall(alarm, truth) + recall(~alarm, ~truth)) / 2


def average_precision(scores, truth):
    called = scores >= scores[truth][:, None]
    return ((called & truth).sum(1) / called.sum(1)).mean().item()


def area(s, y, thresholds):
    alarms = (s >= thresholds[:, None]).double()
    return torch.trapezoid(alarms[:, y].mean(1), alarms[:, ~y].mean(1)).item()


def on_grid(points, low, high):
    return lambda s, y: area(s, y, torch.linspace(high(s), low(s), points).to(s))


def share(s, pairs):
    """Return the share of some pairs of images in which the first scores higher."""
    above = (s[:, None] > s).double() + 0.5 * (s[:, None] == s).double()
    return above[pairs].sum().item() / (pairs.sum().item() or 1)


ALL, END = "len(a) * len(n)", "return value"
ZIP = "s[~y] -> s[~y]; a, n = a[: len(n)], n[: len(a)];; a[:, None] -> a;; * len(n) ->"
NEAR = "a[:, None] > n + {0};; a[:, None] == n -> (a[:, None] - n).abs() <= {0}"
RANKS = "p, q = len(a), len(n); return value + ({}) / p / q"
OFF = "p * (p + 1) / 2", "p", "-p", "(p * p + p - q * q - q) / 2"
MEASURES = accuracy, balanced, recall
AT = torch.median, torch.mean, lambda s: s.quantile(0.5), lambda s: 0.5
GRIDS = 10, 11, 20, 50, 100, 101
ENDS = (torch.min, torch.max), (lambda s: 0, lambda s: 1)
check.mistakes(
    {
        "equal scores were put in an order by the sort: a tie counts half.": [
            "scores -> scores.argsort(stable=True).argsort()",
            "scores -> scores.flip(0).argsort(stable=True).argsort().flip(0)",
        ],
        "ties count half; yours count nothing.": "0.5 * ties -> 0",
        "ties count half; yours count whole.": "0.5 * ->",
        "half a tie is 0.5: cut nothing off, divide with `/`, not `//` or int().": [
            f"{ALL}) -> {ALL}) // 1",
            "0.5 * ties -> ties // 2",
            "above + 0.5 * ties -> int(above + 0.5 * ties)",
        ],
        "anomalies should score higher: it is the wrong way round.": "> n -> < n",
        "a value below 0.5 may be right: do not turn it round.": edits(
            END, "return max(value, 1 - value)", ""
        ),
        "did you compare means or extremes? Compare all pairs.": edits(
            END, "return float(a.{0}() > n.{0}())", "mean", "median", "max", "min"
        ),
        "compare each anomaly with each normal image, not one by one.": [
            ZIP,
            ZIP + ";; 0.5 * ties -> 0",
        ],
        "only pairs in one order of the images count: compare all pairs.": (
            lambda s, y: share(s, (y[:, None] & ~y).triu())
        ),
        "always 0.5: is each image compared with each? Anomalies with normals only.": (
            lambda s, y: 0.5
        ),
        "a sigmoid or tanh makes large scores equal: take them as they are.": edits(
            "scores", "scores.{}()", "sigmoid", "tanh"
        ),
        "this is an accuracy or recall at one threshold: compare pairs instead.": [
            *(lambda s, y, m=m, t=t: m(s > t(s), y) for m in MEASURES for t in AT),
            lambda s, y: accuracy(s >= s.quantile(0.5), y),
            lambda s, y: max(accuracy(s >= t, y) for t in s),
        ],
        "this is the average precision: it compares no pairs.": average_precision,
        "the sum of ranks is off: from 1, less n * (n + 1) / 2 for n anomalies.": edits(
            END, RANKS, *OFF
        ),
        "the ROC curve starts at (0, 0) and ends at (1, 1): add both.": [
            lambda s, y: area(s, y, s.unique().flip(0)),
            lambda s, y: area(s, y, s.unique().flip(0)[:-1]),
        ],
        "each score counts as it is: no grid of thresholds, no rounding, no isclose.": [
            *(on_grid(points, *ends) for points in GRIDS for ends in ENDS),
            *edits("scores", "scores.double().round(decimals={})", 0, 2, 4),
            *edits("a[:, None] > n", NEAR, 1e-2, 1e-5, 1e-6, 1e-8),
        ],
        "pairs with equal scores are pairs, too, and count half.": edits(
            END, "return (torch.tensor(above) / ({} - ties)).item()", ALL
        ),
        "divide the count by all pairs: anomalies times normals.": edits(
            ALL, "{}", "len(a)", "len(n)", "len(s)", "len(s)**2", "len(a)**2", 1
        ),
        "you rounded it: return it as it is.": edits(
            f"{ALL})", ALL + "); value = round(value, {})", 1, 2, 3
        ),
        "2 * AUROC - 1 is another measure: guessing should get 0.5.": edits(
            END, "return 2 * value - 1", ""
        ),
    },
)
