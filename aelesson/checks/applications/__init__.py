"""The checks of lesson 10: find anomalies, compress codes, search by codes."""

from aelesson.checks.applications.alarm_threshold import check as alarm_threshold
from aelesson.checks.applications.anomaly_of_one import check as anomaly_of_one
from aelesson.checks.applications.anomaly_scores import check as anomaly_scores
from aelesson.checks.applications.auroc import check as auroc
from aelesson.checks.applications.precision_at_k import check as precision_at_k
from aelesson.checks.applications.quantise import check as quantise
from aelesson.checks.applications.threshold_from_normals import (
    check as threshold_from_normals,
)

__all__ = [
    "alarm_threshold",
    "anomaly_of_one",
    "anomaly_scores",
    "auroc",
    "precision_at_k",
    "quantise",
    "threshold_from_normals",
]
