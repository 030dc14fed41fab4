"""Answers to `auroc`, in other people's words."""

import torch
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from aelesson.anomaly import auroc as right


def by_ranks(scores, is_anomaly, method="average"):
    p, ranks = int(is_anomaly.sum()), rankdata(scores.numpy(), method)
    n = len(is_anomaly) - p
    if p * n == 0:
        raise ValueError(f"{p} anomalies and {n} normal images")
    return (ranks[is_anomaly.numpy()].sum() - p * (p + 1) / 2) / (p * n)


def by_sign(s, truth):
    if truth.unique().numel() < 2:
        raise ValueError
    return (torch.sign(s[truth][:, None] - s[~truth]).mean().item() + 1) / 2


RIGHT = [right, by_ranks, by_sign]
WRONG = {
    "raise ValueError": lambda s, y: roc_auc_score(y, s),
    "put in an order by the sort": lambda s, y: by_ranks(s, y, "ordinal"),
    "however little": lambda s, y: right(s.float(), y),
}
