"""The checks of lesson 03: fit PCA, use it, judge it, compare subspaces."""

from aelesson.checks.linear_angles import principal_angles
from aelesson.checks.linear_fit import fit_pca
from aelesson.checks.linear_share import explained_variance
from aelesson.checks.linear_use import pca_reconstruct

__all__ = [
    "explained_variance",
    "fit_pca",
    "pca_reconstruct",
    "principal_angles",
]
