"""The checks of lesson 02: likelihoods, gradients at the logit, the BCE's floor."""

from aelesson.checks.losses.bce_logit_gradient import check as bce_logit_gradient
from aelesson.checks.losses.bernoulli_entropy import check as bernoulli_entropy
from aelesson.checks.losses.bernoulli_nll import check as bernoulli_nll
from aelesson.checks.losses.error_left import check as error_left
from aelesson.checks.losses.gaussian_nll import check as gaussian_nll
from aelesson.checks.losses.grey_likelihood import check as grey_likelihood
from aelesson.checks.losses.laplace_nll import check as laplace_nll
from aelesson.checks.losses.mse_logit_gradient import check as mse_logit_gradient

__all__ = [
    "bce_logit_gradient",
    "bernoulli_entropy",
    "bernoulli_nll",
    "error_left",
    "gaussian_nll",
    "grey_likelihood",
    "laplace_nll",
    "mse_logit_gradient",
]
