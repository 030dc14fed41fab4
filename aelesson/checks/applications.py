"""The checks of lesson 10: find anomalies, compress codes, search by codes."""

from aelesson.checks.applications_auroc import auroc
from aelesson.checks.applications_levels import quantise
from aelesson.checks.applications_retrieval import precision_at_k
from aelesson.checks.applications_scores import anomaly_scores
from aelesson.checks.applications_threshold import threshold_from_normals

__all__ = [
    "anomaly_scores",
    "auroc",
    "precision_at_k",
    "quantise",
    "threshold_from_normals",
]
