"""Wrong answers to `auroc`."""

import warnings
from itertools import product

import numpy as np
import torch
from scipy.stats import mannwhitneyu, rankdata
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from .answers import Wrong
from .applications_aurocs import auroc_reference


def pairwise(judge, share=np.mean):
    """Return an `auroc` that judges all pairs in its own way."""

    def auroc(scores, is_anomaly):
        values, truth = scores.double().numpy(), is_anomaly.numpy()
        if truth.all() or not truth.any():
            raise ValueError("one kind only")
        return float(share(judge(values[truth][:, None], values[~truth])))

    return auroc


def right_for_pairs(a, n):
    return (a > n) + 0.5 * (a == n)


def measure(judge):
    """Return an `auroc` that is another measure of truth and scores."""
    return lambda s, y: float(judge(y.numpy(), s.double().numpy()))


def with_alarm(judge, at):
    """Return an `auroc` that is a measure of the alarms above a threshold."""
    return measure(lambda truth, scores: judge(truth, scores > at(scores)))


def accuracy(truth, alarm):
    return (truth == alarm).mean()


def best_accuracy(truth, scores):
    return max(accuracy(truth, scores >= t) for t in scores)


def ranked(shift=0, averaged=True, subtract=lambda p, n: p * (p + 1) / 2):
    """Return an `auroc` by sums of ranks."""

    def auroc(scores, is_anomaly):
        p, n = int(is_anomaly.sum()), int((~is_anomaly).sum())
        ranks = rankdata(scores.numpy(), method="average" if averaged else "ordinal")
        total = (ranks + shift)[is_anomaly.numpy()].sum()
        return (total - subtract(p, n)) / (p * n)

    return auroc


def auroc_by_trapezoid(scores, is_anomaly, thresholds=None):
    values, truth = scores.double().numpy(), is_anomaly.numpy()
    thresholds = np.unique(values)[::-1] if thresholds is None else thresholds(values)
    alarms = values >= thresholds[:, None]
    tpr, fpr = alarms[:, truth].mean(1), alarms[:, ~truth].mean(1)
    return float(np.trapezoid(tpr, fpr))


def auroc_on_grid(scores, is_anomaly):
    return auroc_by_trapezoid(
        scores, is_anomaly, lambda s: np.linspace(s.max(), s.min(), 10)
    )


def auroc_on_unit_grid(scores, is_anomaly):
    return auroc_by_trapezoid(scores, is_anomaly, lambda s: np.linspace(1, 0, 101))


def auroc_in_steps(scores, is_anomaly):
    """Go along the sorted images, one step each, ties or not."""
    order = scores.argsort(descending=True, stable=True)
    truth = is_anomaly[order].double()
    recall = truth.cumsum(0) / truth.sum()
    return ((1 - truth) * recall).sum().item() / (1 - truth).sum().item()


def auroc_in_rising_steps(scores, is_anomaly):
    order = scores.argsort(stable=True)
    truth = is_anomaly[order].double()
    below = (1 - truth).cumsum(0) / (1 - truth).sum()
    return (truth * below).sum().item() / truth.sum().item()


def auroc_one_by_one(scores, is_anomaly):
    pairs = zip(scores[is_anomaly], scores[~is_anomaly], strict=False)
    return float(np.mean([bool(a > n) for a, n in pairs]))


def auroc_of_means(scores, is_anomaly):
    return float(scores[is_anomaly].mean() > scores[~is_anomaly].mean())


def auroc_with_asserts(scores, is_anomaly):
    assert is_anomaly.any(), "no anomaly"
    assert not is_anomaly.all(), "no normal image"
    return auroc_reference(scores, is_anomaly)


def auroc_nan_if_empty(scores, is_anomaly):
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    return ((gaps > 0).double() + 0.5 * (gaps == 0).double()).mean().item()


def auroc_by_scikit_alone(scores, is_anomaly):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return roc_auc_score(is_anomaly, scores)


def auroc_half_if_empty(scores, is_anomaly):
    if is_anomaly.all() or not is_anomaly.any():
        return 0.5
    return auroc_reference(scores, is_anomaly)


def auroc_refuses_no_anomaly_only(scores, is_anomaly):
    return auroc_reference(scores, is_anomaly) if not is_anomaly.all() else 1.0


def auroc_counts_all_pairs(scores, is_anomaly):
    won = sum(
        (a > b).item() + 0.5 * (a == b).item() for a, b in product(scores, scores)
    )
    return won / len(scores) ** 2


def pairs(is_anomaly):
    return is_anomaly.sum().item() * (~is_anomaly).sum().item()


def auroc_in_place(scores, is_anomaly):
    scores -= scores.min()
    return auroc_reference(scores, is_anomaly)


def auroc_shapes(scores, is_anomaly):
    return (scores[is_anomaly] > scores[~is_anomaly]).float().mean().item()


def auroc_minus_mask(scores, is_anomaly):
    return (scores * (1 - is_anomaly)).mean().item()


def auroc_bool_mean(scores, is_anomaly):
    return (scores[is_anomaly][:, None] > scores[~is_anomaly]).mean().item()


def auroc_if_on_tensors(scores, is_anomaly):
    return 1.0 if (scores > 0.5) == is_anomaly else 0.0


def auroc_isclose(scores, is_anomaly, atol=1e-8):
    a, n = scores[is_anomaly][:, None], scores[~is_anomaly][None]
    ties = a.isclose(n, atol=atol)
    return ((a > n) & ~ties).double().add(0.5 * ties.double()).mean().item()


def auroc_by_double_argsort(scores, is_anomaly):
    ranks = scores.argsort(stable=True).argsort() + 1
    p, n = is_anomaly.sum().item(), (~is_anomaly).sum().item()
    return (ranks[is_anomaly].sum().item() - p * (p + 1) / 2) / (p * n)


def auroc_in_any_order(scores, is_anomaly):
    """Sort in an order of its own, as an unstable sort does it."""
    shuffle = torch.randperm(len(scores), generator=torch.Generator().manual_seed(2))
    return auroc_by_double_argsort(scores[shuffle], is_anomaly[shuffle])


def auroc_whole_wins(scores, is_anomaly):
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    won = int((gaps > 0).sum().item() + 0.5 * (gaps == 0).sum().item())
    return won / gaps.numel()


def auroc_in_half(scores, is_anomaly):
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    if gaps.numel() == 0:
        raise ValueError
    won = (gaps > 0).half().sum().item() + 0.5 * (gaps == 0).half().sum().item()
    return won / gaps.numel()


def auroc_half_ties_cut_off(scores, is_anomaly):
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    won = (gaps > 0).sum().item() + (gaps == 0).sum().item() // 2
    return won / gaps.numel()


def auroc_of_unequal_pairs(scores, is_anomaly):
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    return ((gaps > 0).sum() / (gaps != 0).sum()).item()


def auroc_turned_round(scores, is_anomaly):
    value = auroc_reference(scores, is_anomaly)
    return max(value, 1 - value)


def auroc_with_swapped_axes(scores, is_anomaly):
    false_alarms, recall, _ = roc_curve(is_anomaly, scores)
    return np.trapezoid(false_alarms, recall)


CUT_OFF = "int() cuts off the half"
CLOSE = "scores that differ are not equal, however little"

WRONG = [
    Wrong(auroc_isclose, CLOSE),
    Wrong(lambda s, y: auroc_reference(s.float().round(decimals=4), y), CLOSE),
    Wrong(lambda s, y: auroc_reference(s.float(), y), CLOSE),
    Wrong(auroc_by_double_argsort, "put in an order by the sort"),
    Wrong(auroc_in_any_order, "a tie counts half"),
    Wrong(auroc_whole_wins, CUT_OFF),
    Wrong(auroc_in_half, "16 bits hold no number above 65,504"),
    Wrong(auroc_half_ties_cut_off, "half a tie is 0.5"),
    Wrong(auroc_of_unequal_pairs, "pairs with equal scores are pairs, too"),
    Wrong(auroc_turned_round, "do not turn it round"),
    Wrong(auroc_with_swapped_axes, "swapped?"),
    Wrong(lambda s, y: auroc_reference(s.float().round(decimals=2), y), CLOSE),
    Wrong(lambda s, y: auroc_reference((s > s.median()).float(), y), "a balanced accu"),
    Wrong(pairwise(lambda a, n: a > n), "yours count nothing"),
    Wrong(pairwise(lambda a, n: a >= n), "yours count whole"),
    Wrong(pairwise(lambda a, n: a < n), "it is the wrong way round"),
    Wrong(pairwise(lambda a, n: right_for_pairs(n, a)), "it is the wrong way round"),
    Wrong(lambda s, y: auroc_reference(s, ~y), "it is the wrong way round"),
    Wrong(lambda s, y: 1 - auroc_reference(s, y), "it is the wrong way round"),
    Wrong(auroc_in_steps, "put in an order by the sort"),
    Wrong(auroc_in_rising_steps, "put in an order by the sort"),
    Wrong(ranked(averaged=False), "put in an order by the sort"),
    Wrong(ranked(shift=-1), "ranks from 1, less n * (n + 1) / 2"),
    Wrong(ranked(subtract=lambda p, n: 0), "ranks from 1, less n * (n + 1) / 2"),
    Wrong(ranked(subtract=lambda p, n: p * (p - 1) / 2), "ranks from 1, less n * (n"),
    Wrong(ranked(subtract=lambda p, n: n * (n + 1) / 2), "ranks from 1, less n * (n"),
    Wrong(auroc_by_trapezoid, "starts at (0, 0)"),
    Wrong(auroc_on_grid, "a grid of thresholds misses some"),
    Wrong(auroc_on_unit_grid, "a grid of thresholds misses some"),
    Wrong(with_alarm(accuracy, np.median), "this is an accuracy at one threshold"),
    Wrong(with_alarm(accuracy, np.mean), "this is an accuracy at one threshold"),
    Wrong(with_alarm(accuracy, lambda s: 0.5), "this is an accuracy at one threshold"),
    Wrong(measure(best_accuracy), "this is an accuracy at one threshold"),
    Wrong(with_alarm(balanced_accuracy_score, np.median), "this is a balanced accura"),
    Wrong(with_alarm(recall_score, np.median), "this is the recall at one threshold"),
    Wrong(measure(average_precision_score), "this is the average precision"),
    Wrong(measure(lambda y, s: 2 * roc_auc_score(y, s) - 1), "guessing should get 0.5"),
    Wrong(
        measure(lambda y, s: mannwhitneyu(s[y], s[~y]).statistic), "divide the count by"
    ),
    Wrong(pairwise(right_for_pairs, np.sum), "divide the count by all pairs"),
    Wrong(
        lambda s, y: pairwise(right_for_pairs, np.sum)(s, y) / len(s) ** 2,
        "divide the count by all pairs",
    ),
    Wrong(
        lambda s, y: pairwise(right_for_pairs, np.sum)(s, y) // pairs(y),
        "you cut off the fraction",
    ),
    Wrong(lambda s, y: round(auroc_reference(s, y), 2), "you rounded it"),
    Wrong(lambda s, y: 100 * auroc_reference(s, y), "this is in percent"),
    Wrong(auroc_one_by_one, "compare each anomaly with each normal image"),
    Wrong(auroc_of_means, "did you compare means"),
    Wrong(auroc_counts_all_pairs, "got 0.5, expected"),
    Wrong(lambda s, y: auroc_isclose(s, y, 1e-5), "for scores about a millionth"),
    Wrong(auroc_nan_if_empty, "raise ValueError"),
    Wrong(auroc_by_scikit_alone, "raise ValueError"),
    Wrong(auroc_with_asserts, "raised AssertionError for only normal images, not a V"),
    Wrong(auroc_half_if_empty, "returned 0.5 for only normal images"),
    Wrong(auroc_refuses_no_anomaly_only, "returned 1.0 for only anomalies"),
    Wrong(
        lambda s, y: auroc_reference(s, y) if y.any() else 1 / 0,
        "raised ZeroDivisionError for only normal images",
    ),
    Wrong(auroc_in_place, "changes its input scores in place"),
    Wrong(auroc_shapes, "anomalies[:, None] > normals"),
    Wrong(auroc_minus_mask, "turn a mask round with `~`"),
    Wrong(auroc_bool_mean, "truth values have no mean"),
    Wrong(auroc_if_on_tensors, "has one answer per score"),
    Wrong(lambda s, y: torch.tensor(auroc_reference(s, y)), "Call `.item()`"),
    Wrong(lambda s, y: f"{auroc_reference(s, y):.3f}", "(str), expected a float"),
    Wrong(lambda s, y: print(auroc_reference(s, y)), "is `return` missing?"),
    Wrong(lambda anomalies, normals, n: 0, "2 arguments: (scores, is_anomaly)"),
]
