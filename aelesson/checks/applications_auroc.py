"""The check of `auroc`, an exercise of lesson 10."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson.checks.expect import Mistakes, Value, expect_close, expect_float
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close, describe

Array = NDArray[np.float64]


def _case(
    scores: Iterable[float], anomalies: Iterable[int], dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    values = torch.tensor(list(scores), dtype=torch.float64).to(dtype)
    is_anomaly = torch.zeros(len(values), dtype=torch.bool)
    is_anomaly[list(anomalies)] = True
    return values, is_anomaly


def _random(
    count: int,
    anomalies: int,
    levels: int,
    dtype: torch.dtype,
    scale: float = 1.0,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    """Draw scores on so many levels: few levels give ties, 0 gives none."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(count, anomalies, replace=False)
    values = rng.normal(size=count)
    values[chosen] += 0.8
    if levels:
        values = np.round(values * levels / 4)
    return _case(scale * values, chosen.tolist(), dtype)


F32, F64 = torch.float32, torch.float64
CASES = {
    "no ties": _random(29, 11, 0, F32, seed=86),
    "ties between anomalies and normals": _random(23, 8, 8, F32, seed=1688),
    "many ties": _random(24, 7, 4, F32),
    "all scores equal": _case([0.5] * 7, [1, 2, 6], F32),
    "one anomaly and one normal image": _case([0.2, 0.1], [0], F32),
    "one anomaly, below all": _case([0.3, 0.4, -0.5, 0.8], [2], F32),
    "one normal image": _case([3, 1, 2, 4, 5], [0, 1, 3, 4], F64),
    "a perfect model": _case([1, 2, 3, 7, 8], [3, 4], F32),
    "scores about a millionth": _random(17, 9, 6, F32, 1e-6),
    "scores in float64": _random(40, 6, 0, F64, 1e-9),
    "scores about -500": _case([-500, -499, -510, -500.5, -498], [0, 4], F32),
    "scores that are equal in float32 only": _case(
        [1, 1 + 1e-12, 1 + 2e-12, 1 - 1e-12, 1 + 3e-12], [0, 3, 4], F64
    ),
    "many pairs": _random(700, 400, 0, F32, seed=3),
}
ONE_KIND = {
    "only normal images": _case([0.1, 0.2, 0.3], [], F32),
    "only anomalies": _case([0.1, 0.2], [0, 1], F32),
}
HINTS = {
    "the `-` operator": "turn a mask round with `~`: scores[~is_anomaly].",
    "must match the size of tensor": (
        "there are more of one kind than of the other: compare all pairs, "
        "anomalies[:, None] > normals."
    ),
    "Boolean value of Tensor": (
        "`a > b` has one answer per score: count them, or compare single numbers."
    ),
    "could not infer output dtype": "truth values have no mean: call .double() first.",
}


@check(f"right on {len(CASES)} sets of scores; one kind of image alone is refused")
def auroc(function: Answer) -> None:
    """Check `auroc(scores, is_anomaly)`: the chance of a right order, a float."""
    for name, (scores, is_anomaly) in CASES.items():
        got = expect_float(call(function, HINTS, scores=scores, is_anomaly=is_anomaly))
        values, truth = scores.double().numpy(), is_anomaly.numpy()
        given = f"{name} ({truth.sum()} anomalies among {len(truth)} images)"
        expected = _oracle(values, truth)
        if not close(got, expected):  # the mistakes take their time
            expect_close(got, expected, given, _mistakes(values, truth, got))
    for name, (scores, is_anomaly) in ONE_KIND.items():
        _expect_refusal(function, scores, is_anomaly, name)


def _expect_refusal(
    function: Answer, scores: Tensor, is_anomaly: Tensor, name: str
) -> None:
    cure = "If there is no anomaly or no normal image, `raise ValueError(...)`."
    try:
        result = function(scores.clone(), is_anomaly.clone())
    except ValueError:
        return
    except Exception as error:
        raise CheckFailed(
            f"your function raised {type(error).__name__} for {name}, not a "
            f"ValueError.\n{cure}"
        ) from error
    raise CheckFailed(
        f"your function returned {describe(result)} for {name}: there is no pair to "
        f"compare.\n{cure}"
    )


def _oracle(scores: Array, truth: NDArray[np.bool_]) -> float:
    """Go through all pairs of an anomaly and a normal image."""
    gaps = scores[truth][:, None] - scores[~truth]
    return float(np.mean((gaps > 0) + 0.5 * (gaps == 0)))


def _mistakes(scores: Array, truth: NDArray[np.bool_], got: float = np.nan) -> Mistakes:
    """Give each known mistake its diagnosis and the value it leads to."""
    right = _oracle(scores, truth)
    anomalies, normals = scores[truth], scores[~truth]
    gaps = anomalies[:, None] - normals
    above, equal = float((gaps > 0).mean()), float((gaps == 0).mean())
    tight = np.ptp(scores) < 1e-3 * len(scores)
    mistakes = _coarse(scores, truth) if tight else {}
    if equal:
        mistakes |= {
            "ties count half; yours count nothing.": above,
            "ties count half; yours count whole.": above + equal,
            "half a tie is 0.5: divide with `/`, not `//`; int() cuts off the half.": (
                above + equal * gaps.size // 2 / gaps.size
            ),
            "pairs with equal scores are pairs, too, and count half.": (
                above / (1 - equal) if equal < 1 else 0.5
            ),
            "it is the wrong way round, and ties count half.": (
                1 - above,
                1 - above - equal,
            ),
            "equal scores were put in an order by the sort: a tie counts half.": (
                *_by_order(scores, truth),
            ),
        }
    return mistakes | {
        (
            "a value below 0.5 may be right, for a bad model: do not turn it round."
            if right < 0.5
            else "it is the wrong way round: anomalies should score higher. Or are the "
            "axes of the curve swapped?"
        ): (1 - right, right - 1, -right),
        "the ROC curve starts at (0, 0) and ends at (1, 1): add both.": (
            _without_ends(scores, truth)
        ),
        "equal scores stand in some order in yours: a tie counts half.": (
            (got,) if above < got < above + equal else ()
        ),
        "all or nothing: did you compare means or extremes? Compare all pairs.": float(
            anomalies.mean() > normals.mean()
        ),
        **_wrong_kinds(scores, truth, right),
        **_wrong_ranks(scores, truth, right),
        **_wrong_counts(len(anomalies), len(normals), right),
        "compare each anomaly with each normal image, not one by one.": float(
            np.mean([a > b for a, b in zip(anomalies, normals, strict=False)])
        ),
        "a grid of thresholds misses some: each score is a threshold.": (
            _on_grids(scores, truth)
        ),
        "16 bits hold no number above 65,504: count in whole numbers or .double().": (
            np.inf
        ),
        **_coarse(scores, truth),
    }


def _coarse(
    scores: Array, truth: NDArray[np.bool_]
) -> dict[str, Value | tuple[Value, ...]]:
    """Give the shares of those to whom scores are equal that differ by little."""
    gaps = scores[truth][:, None] - scores[~truth]
    shares = [float(((gaps > a) + 0.5 * (abs(gaps) <= a)).mean()) for a in _TOLERANCES]
    rounded = [_oracle(np.round(scores, digits), truth) for digits in range(9)]
    narrow = _oracle(scores.astype(np.float32).astype(np.float64), truth)
    return {
        "scores that differ are not equal, however little: no isclose, no rounding, no "
        ".float().": (*shares, *rounded, narrow)
    }


_TOLERANCES = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)


def _wrong_counts(anomalies: int, normals: int, right: float) -> Mistakes:
    pairs, count = anomalies * normals, anomalies + normals
    won = right * pairs
    return {
        "divide the count by all pairs: anomalies times normals.": (
            won,
            *(won / by for by in (anomalies, normals, count, count**2)),
            *(won / by for by in (count * (count - 1) / 2, anomalies**2, normals**2)),
        ),
        "you cut off the fraction: divide with `/`, not `//` or int().": right // 1,
        "you rounded it: return it as it is.": tuple(round(right, d) for d in range(4)),
        "this is in percent: return a share.": 100 * right,
        "2 * AUROC - 1 is another measure: guessing should get 0.5.": 2 * right - 1,
    }


def _wrong_kinds(scores: Array, truth: NDArray[np.bool_], right: float) -> Mistakes:
    """Give the measures that are not the AUROC."""
    alarms = [
        compare(scores, at)
        for at in (np.median(scores), scores.mean(), 0.5, *scores)
        for compare in (np.greater, np.greater_equal)
    ]
    accuracies = [float((alarm == truth).mean()) for alarm in alarms]
    balanced = [
        0.5 * float(alarm[truth].mean() + 1 - alarm[~truth].mean()) for alarm in alarms
    ]
    recalls = [float(alarm[truth].mean()) for alarm in alarms[:6]]
    return {
        "this is an accuracy at one threshold: compare pairs, without a threshold.": (
            *accuracies[:6],
            max(accuracies),
        ),
        "this is a balanced accuracy at one threshold: compare pairs.": (
            *balanced[:6],
            max(balanced),
        ),
        "this is the recall at one threshold: compare pairs.": tuple(recalls),
        "this is the average precision: it compares no pairs.": (
            _average_precision(scores, truth)
        ),
    }


def _average_precision(scores: Array, truth: NDArray[np.bool_]) -> float:
    total, found = 0.0, 0
    for threshold in np.unique(scores)[::-1]:
        called = scores >= threshold
        hits = int(truth[called].sum())
        total += (hits - found) * hits / int(called.sum())
        found = hits
    return total / int(truth.sum())


def _wrong_ranks(scores: Array, truth: NDArray[np.bool_], right: float) -> Mistakes:
    anomalies, normals = int(truth.sum()), int((~truth).sum())
    pairs = anomalies * normals
    rank_sum = right * pairs + anomalies * (anomalies + 1) / 2
    return {
        "the sum of ranks is not right yet: ranks from 1, less n * (n + 1) / 2 for n "
        "anomalies.": (
            rank_sum / pairs,
            (rank_sum - normals * (normals + 1) / 2) / pairs,
            right + 1 / normals,
            right - 1 / normals,
        )
    }


def _by_order(scores: Array, truth: NDArray[np.bool_]) -> tuple[float, ...]:
    """Break ties by position, as each way to sort does it."""
    count, chances = len(scores), []
    for keys in (scores, -scores):
        for places in (np.arange(count), -np.arange(count)):
            ranks = np.empty(count)
            ranks[np.lexsort((places, keys))] = np.arange(count)
            chance = _oracle(ranks, truth)
            chances.append(chance if keys is scores else 1 - chance)
    return tuple(chances)


def _curve(
    scores: Array, truth: NDArray[np.bool_], thresholds: Array
) -> tuple[Array, Array]:
    """Return false alarms and recall at thresholds, the highest first."""
    alarms = scores >= thresholds[:, None]
    return alarms[:, ~truth].mean(1), alarms[:, truth].mean(1)


def _without_ends(scores: Array, truth: NDArray[np.bool_]) -> tuple[float, ...]:
    false_alarms, recall = _curve(scores, truth, np.unique(scores)[::-1])
    starts = np.r_[0.0, false_alarms], np.r_[0.0, recall]
    return (
        float(np.trapezoid(recall, false_alarms)),
        float(np.trapezoid(starts[1][:-1], starts[0][:-1])),
        float(np.trapezoid(recall[:-1], false_alarms[:-1])),
    )


def _on_grids(scores: Array, truth: NDArray[np.bool_]) -> tuple[float, ...]:
    areas = []
    for low, high in ((0.0, 1.0), (scores.min(), scores.max())):
        for points in (10, 11, 20, 50, 51, 100, 101, 200, 1000, 1001):
            grid = np.linspace(high, low, points)
            false_alarms, recall = _curve(scores, truth, grid)
            areas.append(float(np.trapezoid(recall, false_alarms)))
    return tuple(areas)
