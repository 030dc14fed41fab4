"""The checks of lesson 02: likelihoods, gradients at the logit, the BCE's floor."""

from aelesson.checks.losses_bernoulli import bernoulli_nll
from aelesson.checks.losses_entropy import bernoulli_entropy
from aelesson.checks.losses_gradients import bce_logit_gradient, mse_logit_gradient
from aelesson.checks.losses_likelihoods import gaussian_nll, laplace_nll

__all__ = [
    "bce_logit_gradient",
    "bernoulli_entropy",
    "bernoulli_nll",
    "gaussian_nll",
    "laplace_nll",
    "mse_logit_gradient",
]
