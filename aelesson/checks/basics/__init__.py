"""The checks of lesson 01: count, build, train, measure, compress."""

from aelesson.checks.basics.build_autoencoder import check as build_autoencoder
from aelesson.checks.basics.compression_ratio import check as compression_ratio
from aelesson.checks.basics.count_parameters import check as count_parameters
from aelesson.checks.basics.epoch_loss import check as epoch_loss
from aelesson.checks.basics.reconstruction_error import check as reconstruction_error
from aelesson.checks.basics.sixteen_numbers import check as sixteen_numbers
from aelesson.checks.basics.train_step import check as train_step

__all__ = [
    "build_autoencoder",
    "compression_ratio",
    "count_parameters",
    "epoch_loss",
    "reconstruction_error",
    "sixteen_numbers",
    "train_step",
]
