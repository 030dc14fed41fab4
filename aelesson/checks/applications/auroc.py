"""`auroc(scores, is_anomaly)`: the chance that an anomaly scores above a normal one."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt
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


DRAWN = [  # how many scores, how many of anomalies, by how many steps, their size
    *[(97, 40, 1e5, 1e-5), (27, 11, 1.7, 0.5), (17, 9, 1.5, 1e-6)],
    *[(40, 6, 1e5, 1e-14), (200, 100, 1e5, 1e-5)],
]
FEW = [  # scores, and how many of the last are anomalies
    *[([0.5] * 4, 1), ([0.1, 0.2], 1), ([0.3, 0.4, 0.8, -0.5], 1), ([0.1, 0.2], 2)],
    *[([2, 3, 1, 4, 5], 4), ([-499, -510, -500.5, -500, -498], 2), ([0.1, 0.2], 0)],
    ([1 + 1e-12, 1 + 2e-12, 1, 1 - 1e-12], 2),
]


def cases():
    found = []
    for count, anomalies, steps, size in DRAWN:
        chosen = torch.randperm(count) < anomalies
        scores = steps * (torch.randn(count) + 0.8 * chosen)
        found.append((size * scores.round(), chosen))
    for few, anomalies in FEW:
        scores = torch.tensor(few, dtype=torch.float64)
        found.append((scores, torch.arange(len(few)) >= len(few) - anomalies))
    return [{"scores": s, "is_anomaly": y} for s, y in found]


LOOK = returned()
CURE = "If there is no anomaly or no normal image, `raise ValueError(...)`."


def one_kind(case):
    return len(case["is_anomaly"].unique()) < 2


def observe(answer, case):
    if not one_kind(case):
        yield from LOOK(answer, case)
        return

    def tried(*given):
        try:
            return answer(*given)
        except ValueError:
            return FINE

    got = attempt(tried, [*case.values()])
    says = f"there is no pair here, and your function gave {got!s:.60}.\n{CURE}"
    yield "refusal", FINE if got is FINE else Finding(f"{got}", says)


ONLY = {
    "scores that differ are not equal, however little: no isclose, round, .float().": (
        lambda case: 0 < case["scores"].max() - case["scores"].min() < 1e-3
    ),
    "only many pairs are wrong: is something counted in 16 bits? 32 are enough.": (
        lambda case: len(case["scores"]) > 100
    ),
    CURE: one_kind,
}
ERRORS = {"the `-` operator": "turn a mask round with `~`: scores[~is_anomaly]."}
check = Exercise(auroc, cases, observe, errors=ERRORS, only=ONLY)


def area(a, n, thresholds):
    hits, alarms = ((v >= thresholds[:, None]).double().mean(1) for v in (a, n))
    return torch.trapezoid(hits, alarms).item()


END, PAIRS = "return value ->", "/ (len(a) * len(n))"
ZIP = "s[~y] -> s[~y]; a, n = a[: len(n)], n[: len(a)];; a[:, None] -> a;; * len(n) ->"
RANKS = f"{END} p, q = len(a), len(n); return value + ({{}}) / p / q"
GRID = f"{END} return area(a, n, torch.linspace({{}}, {{}}, dtype=s.dtype))"
AT = "s.median()", "s.mean()", "(a.mean() + n.mean()) / 2", "s.quantile(0.5)", 0.5
OTHER = "(p * p + p - q * q - q) / 2"
COUNTS = 10, 11, 20, 50, 100, 101
RATES = "(m == y)", "m[y]", "((m == y) / torch.where(y, len(a), len(n)) * len(y) / 2)"
MEAN = "return {}.double().mean().item()"
PRECISION = "m = s >= s[y, None]; return ((m & y).sum(1) / m.sum(1)).mean().item()"
check.mistakes(
    {
        "equal scores were put in an order by the sort: a tie counts half.": [
            "scores -> scores.argsort(stable=True).argsort()",
            "scores -> scores.flip(0).argsort(stable=True).argsort().flip(0)",
        ],
        "ties count half; yours count nothing.": [
            "0.5 * ties -> 0",
            f"{END} return above / (len(a) * len(n) - ties or float('nan'))",
        ],
        "ties count half; yours count whole.": "0.5 * ->",
        "half a tie is 0.5: cut nothing off, divide with `/`, not `//` or int().": [
            *("/ (len -> // (len", "0.5 * ties -> ties // 2", "(above -> int(above")
        ],
        "anomalies should score higher: it is the wrong way round.": "> n -> < n",
        "a value below 0.5 may be right: do not turn it round.": (
            f"{END} return max(value, 1 - value)"
        ),
        "compare each anomaly with each normal image, and no means or extremes.": [
            *(ZIP, f"{ZIP};; 0.5 * ties -> 0", "s[y], s[~y] -> s, s"),
            *(f"{END} return float(a.{f}() > n.{f}())" for f in ("mean", "max", "min")),
        ],
        "this is an accuracy, a recall or a precision: compare all pairs instead.": [
            *(f"{END} m = s > {t}; {MEAN.format(r)}" for t in AT for r in RATES),
            f"{END} return ((s >= s[:, None]) == y).double().mean(1).max().item()",
            f"{END} {PRECISION}",
        ],
        "the sum of ranks is off: from 1, less n * (n + 1) / 2 for n anomalies.": [
            RANKS.format(gap) for gap in ("p", "-p", "p * (p + 1) / 2", OTHER)
        ],
        "the ROC curve starts at (0, 0) and ends at (1, 1): add both.": [
            f"{END} return area(a, n, s.unique().flip(0){k})" for k in ("", "[:-1]")
        ],
        "each score counts as it is: no grid of thresholds, no rounding, no sigmoid.": [
            *(GRID.format(e, n) for e in ("s.max(), s.min()", "1, 0") for n in COUNTS),
            *edits("scores", "scores.double().{}", "round()", "round(decimals=2)"),
            *("scores -> scores.sigmoid()", "scores -> scores.tanh()"),
        ],
        "divide the count by all pairs: anomalies times normals.": [
            *edits(PAIRS, "/ len({})", "a", "n", "s", "a) / len(a", "s) / len(s"),
            *(f"{PAIRS} ->", f"{PAIRS} -> / ((len(s) ** 2 - len(s)) / 2)"),
        ],
        "2 * AUROC - 1 is another measure: guessing should get 0.5.": (
            f"{END} return 2 * value - 1"
        ),
    }
)
