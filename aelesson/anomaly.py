"""Anomalies by reconstruction: score images, choose a threshold, judge the scores.

A model is trained on normal images only. The higher an image's score, the less it
looks like them to the model. `is_anomaly` is used to judge scores, never to choose.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import metrics, require
from aelesson.models import Autoencoder

TOLERANCE = 1e-9  # relative: 0.29 * 100 is a little below 29 in floating point


def anomaly_scores(model: nn.Module, images: Tensor) -> Tensor:
    """Return each image's reconstruction error: the mean squared error per pixel.

    This is `metrics.reconstruction_error` by the name that it has in this task.

    Args:
        model: A model `(B, ...) -> (B, ...)`, trained on normal images.
        images: Shape `(B, ...)`.

    Returns:
        Shape `(B,)`, higher for images that the model reconstructs worse.

    Raises:
        ValueError: If there is no image.
    """
    return metrics.reconstruction_error(model, images)


def bce_scores(model: nn.Module, images: Tensor) -> Tensor:
    """Return each image's binary cross-entropy under its reconstruction.

    Its lowest value is not 0 but `losses.bernoulli_entropy`, which is a property of the
    image and not of the model.

    Args:
        model: A model `(B, ...) -> (B, ...)` whose output lies in [0, 1].
        images: Shape `(B, ...)`, in [0, 1].

    Returns:
        Shape `(B,)`, in nats per image; a logarithm counts as -100 at the least.

    Raises:
        ValueError: If there is no image.
    """
    require.tensor("images", images)
    require.within("images", images, 0, 1)
    x_hat = metrics.apply(model, model, images)
    require.same_shape("the model's output", x_hat, "images", images)
    require.within("the model's output", x_hat, 0, 1)
    return F.binary_cross_entropy(x_hat, images, reduction="none").flatten(1).sum(1)


def nll_scores(model: Autoencoder, images: Tensor) -> Tensor:
    """Return how unlikely each image is, given its own code, by the model's likelihood.

    Where the likelihood has a width, scores of two models can be compared: a small
    error counts more for one that is sure.

    Args:
        model: An `Autoencoder` or a `VAE`, of which the mean code is taken.
        images: Shape `(B, ...)`, which its likelihood takes.

    Returns:
        Shape `(B,)`, in nats per image; of a density it may be below 0.

    Raises:
        ValueError: If there is no image, or they are no data of the likelihood.
    """
    require.model("model", model, Autoencoder)
    require.tensor("images", images)
    model.likelihood.require(images, "images")
    return metrics.apply(model, lambda x: model.nll(model.encode(x), x), images)


def threshold_from_normals(scores: Tensor, false_alarm_rate: float) -> float:
    """Choose the threshold above which an image is called an anomaly.

    It is the smallest one with which at most a share `false_alarm_rate` of these
    normal images is called one, that is, scores strictly above it. For rate 0 it is the
    highest score. No anomaly is needed, and none must be looked at.

    Args:
        scores: Scores of normal images that the model was not trained on, `(N,)`.
        false_alarm_rate: From 0 to below 1.

    Raises:
        ValueError: If `scores` is not of shape `(N,)` with at least one score, a score
            is NaN, or the rate is out of range.
    """
    require.tensor("scores", scores, "(N,)")
    require.no_nan("scores", scores)
    require.number("false_alarm_rate", false_alarm_rate, at_least=0, below=1)
    allowed = math.floor(false_alarm_rate * len(scores) * (1 + TOLERANCE))
    highest_first = scores.sort(descending=True).values
    return highest_first[min(allowed, len(scores) - 1)].item()


def auroc(scores: Tensor, is_anomaly: Tensor) -> float:
    """Return the chance that a random anomaly scores above a random normal image.

    Equal scores count half. 1 is perfect and 0.5 is as good as guessing. It is also the
    area under the ROC curve.

    Args:
        scores: Shape `(N,)`.
        is_anomaly: bool `(N,)`.

    Raises:
        ValueError: If the shapes are not `(N,)`, or there is not at least one anomaly
            and one normal image.
        TypeError: If `is_anomaly` is not bool.
    """
    return float(roc_auc_score(*_arrays(scores, is_anomaly)))


def roc_curve(scores: Tensor, is_anomaly: Tensor) -> tuple[Tensor, Tensor]:
    """Return what each threshold costs and what it finds.

    Args:
        scores: Shape `(N,)`.
        is_anomaly: bool `(N,)`.

    Returns:
        The false alarm rate, the share of normal images that score above; and the
        recall, the share of anomalies that do. `(T,)` each, double, from 0 up to 1.

    Raises:
        ValueError: As in `auroc`.
        TypeError: If `is_anomaly` is not bool.
    """
    false_alarms, recall, _ = sklearn_roc_curve(*_arrays(scores, is_anomaly))
    return torch.from_numpy(false_alarms), torch.from_numpy(recall)


def precision_in_stream(
    recall: float, false_alarm_rate: float, anomaly_share: float
) -> float:
    r"""Return how many of the alarms are right where anomalies are this frequent.

    $\frac{r\,a}{r\,a + f\,(1 - a)}$, Bayes' rule.

    Args:
        recall: $r$, the share of anomalies that cause an alarm, in [0, 1].
        false_alarm_rate: $f$, the share of normal images that cause one, in [0, 1].
        anomaly_share: $a$, the share of anomalies among all images, in [0, 1].

    Raises:
        ValueError: If a share is not in [0, 1], or nothing at all causes an alarm.
    """
    given = {
        "recall": recall,
        "false_alarm_rate": false_alarm_rate,
        "anomaly_share": anomaly_share,
    }
    for name, share in given.items():
        require.number(name, share, at_least=0, at_most=1)
    right = recall * anomaly_share
    alarms = right + false_alarm_rate * (1 - anomaly_share)
    if alarms == 0:
        raise ValueError("nothing causes an alarm: precision has no value")
    return right / alarms


def _arrays(
    scores: Tensor, is_anomaly: Tensor
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Check truth and scores, and return them in scikit-learn's order."""
    _check_judged(scores, is_anomaly)
    return is_anomaly.cpu().numpy(), scores.detach().cpu().double().numpy()


def _check_judged(scores: Tensor, is_anomaly: Tensor) -> None:
    """Refuse what has no order, or not both kinds of images."""
    require.tensor("scores", scores, "(N,)")
    require.boolean("is_anomaly", is_anomaly, "(N,)")
    require.same_length("scores", scores, "is_anomaly", is_anomaly)
    anomalies = int(is_anomaly.sum())
    if not 0 < anomalies < len(scores):
        raise ValueError(
            f"is_anomaly has {anomalies} anomalies among {len(scores)} images; it "
            "needs at least one, and one normal image"
        )
    require.finite("scores", scores)
