"""Autoencoders, taught from a typed and tested library."""

from importlib.metadata import version

from aelesson.data import Splits, load
from aelesson.metrics import reconstruction_error
from aelesson.models import Autoencoder
from aelesson.objectives import Objective, reconstruction
from aelesson.runtime import seed_everything, start
from aelesson.training import TrainConfig, fit, one_cycle

__version__ = version("aelesson")
__all__ = [
    "Autoencoder",
    "Objective",
    "Splits",
    "TrainConfig",
    "__version__",
    "fit",
    "load",
    "one_cycle",
    "reconstruction",
    "reconstruction_error",
    "seed_everything",
    "start",
]
