"""The checks of lesson 08: draw codes, price them, bound a likelihood, find a beta."""

from aelesson.checks.vae.best_epoch import check as best_epoch
from aelesson.checks.vae.effective_beta import check as effective_beta
from aelesson.checks.vae.iwae_bound import check as iwae_bound
from aelesson.checks.vae.kl_to_standard_normal import check as kl_to_standard_normal
from aelesson.checks.vae.lowest_bound import check as lowest_bound
from aelesson.checks.vae.negative_elbo import check as negative_elbo
from aelesson.checks.vae.reparameterize import check as reparameterize
from aelesson.checks.vae.sample import check as sample

__all__ = [
    "best_epoch",
    "effective_beta",
    "iwae_bound",
    "kl_to_standard_normal",
    "lowest_bound",
    "negative_elbo",
    "reparameterize",
    "sample",
]
