"""Answers to `auroc`, in other people's words."""

import numpy as np
import torch
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score, roc_curve

from aelesson.anomaly import auroc as right


def by_ranks(scores, is_anomaly, method="average"):
    p, ranks = int(is_anomaly.sum()), rankdata(scores.numpy(), method)
    n = len(is_anomaly) - p
    if p * n == 0:
        raise ValueError(f"{p} anomalies and {n} normal images")
    return (ranks[is_anomaly.numpy()].sum() - p * (p + 1) / 2) / (p * n)


def by_sign(scores, truth):
    pairs = torch.cartesian_prod(scores[truth], scores[~truth])
    if pairs.numel() == 0:
        raise ValueError
    return (torch.sign(pairs[:, 0] - pairs[:, 1]).mean().item() + 1) / 2


RIGHT = [right, by_ranks, by_sign]
WRONG = {
    "raise ValueError": lambda s, y: roc_auc_score(y, s),
    "put in an order by the sort": lambda s, y: by_ranks(s, y, "ordinal"),
    "the wrong way round": lambda s, y: np.trapezoid(*roc_curve(y, s)[:2]),
    "however little": lambda s, y: right(s.float(), y),
    "100 times the right one": lambda s, y: 100 * right(s, y),
    "compare all pairs, anomalies[:, None]": lambda s, y: s[y] > s[~y],
}
