"""Right answers to `auroc`."""

import numpy as np
import torch
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score


def auroc_reference(scores, is_anomaly):
    anomalies, normals = scores[is_anomaly], scores[~is_anomaly]
    if len(anomalies) == 0 or len(normals) == 0:
        raise ValueError("it needs at least one anomaly and one normal image")
    gaps = anomalies[:, None] - normals
    return ((gaps > 0).double() + 0.5 * (gaps == 0).double()).mean().item()


def auroc_by_loop(scores, is_anomaly):
    won, pairs = 0.0, 0
    for a, anomaly in zip(scores.tolist(), is_anomaly.tolist(), strict=True):
        for n, other in zip(scores.tolist(), is_anomaly.tolist(), strict=True):
            if anomaly and not other:
                pairs += 1
                won += 1 if a > n else 0.5 if a == n else 0
    if not pairs:
        raise ValueError("no pairs")
    return won / pairs


def auroc_by_scikit(scores, is_anomaly):
    if is_anomaly.all() or not is_anomaly.any():
        raise ValueError("one kind only")
    return float(roc_auc_score(is_anomaly.numpy(), scores.numpy()))


def auroc_by_ranks(scores, is_anomaly):
    p = int(is_anomaly.sum())
    n = len(is_anomaly) - p
    if p * n == 0:
        raise ValueError(f"{p} anomalies and {n} normal images")
    ranks = rankdata(scores.numpy())
    return (ranks[is_anomaly.numpy()].sum() - p * (p + 1) / 2) / (p * n)


def auroc_by_sign(scores, truth):
    pairs = torch.cartesian_prod(scores[truth], scores[truth == 0])
    if pairs.numel() == 0:
        raise ValueError
    return (torch.sign(pairs[:, 0] - pairs[:, 1]).mean().item() + 1) / 2


def auroc_by_curve(scores, is_anomaly):
    p, n = is_anomaly.sum().item(), (~is_anomaly).sum().item()
    if not (p and n):
        raise ValueError("one kind only")
    area, last_fpr, last_tpr = 0.0, 0.0, 0.0
    for t in scores.unique().flip(0):
        called = scores >= t
        fpr = (called & ~is_anomaly).sum().item() / n
        tpr = (called & is_anomaly).sum().item() / p
        area += (fpr - last_fpr) * (tpr + last_tpr) / 2
        last_fpr, last_tpr = fpr, tpr
    return area


def auroc_by_search(scores, is_anomaly):
    normals = scores[~is_anomaly].sort().values
    anomalies = scores[is_anomaly]
    if not len(normals) or not len(anomalies):
        raise ValueError("needs both")
    below = torch.searchsorted(normals, anomalies, right=False)
    not_above = torch.searchsorted(normals, anomalies, right=True)
    return ((below + not_above).sum() / 2 / len(normals) / len(anomalies)).item()


def auroc_by_steps(scores, is_anomaly):
    if len(is_anomaly.unique()) < 2:
        raise ValueError("two kinds of images are needed")
    gaps = scores[is_anomaly][:, None] - scores[~is_anomaly]
    half = torch.tensor(0.5, dtype=scores.dtype)
    return np.float32(gaps.heaviside(half).mean())


RIGHT = [
    auroc_reference,
    auroc_by_loop,
    auroc_by_scikit,
    auroc_by_ranks,
    auroc_by_sign,
    auroc_by_curve,
    auroc_by_search,
    auroc_by_steps,
]
