"""The checks of lesson 03: principal components, and angles between subspaces."""

from aelesson.checks.linear.explained_variance import check as explained_variance
from aelesson.checks.linear.fit_pca import check as fit_pca
from aelesson.checks.linear.pca_reconstruct import check as pca_reconstruct
from aelesson.checks.linear.principal_angles import check as principal_angles
from aelesson.checks.linear.rank_sixteen import check as rank_sixteen
from aelesson.checks.linear.shared_codes import check as shared_codes

__all__ = [
    "explained_variance",
    "fit_pca",
    "pca_reconstruct",
    "principal_angles",
    "rank_sixteen",
    "shared_codes",
]
