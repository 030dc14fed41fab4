"""Autoencoders, taught from a typed and tested library.

The names below are handed on when they are first asked for, so that the command
`aelesson doctor` can speak on a machine where PyTorch cannot even be imported.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aelesson.data import Splits, load
    from aelesson.metrics import reconstruction_error
    from aelesson.models import VAE, Autoencoder
    from aelesson.objectives import reconstruction
    from aelesson.runtime import seed_everything, start
    from aelesson.training import TrainConfig, fit, one_cycle

__version__ = version("aelesson")
__all__ = [
    "VAE",
    "Autoencoder",
    "Splits",
    "TrainConfig",
    "fit",
    "load",
    "one_cycle",
    "reconstruction",
    "reconstruction_error",
    "seed_everything",
    "start",
]
_HOMES = {
    "VAE": "models",
    "Autoencoder": "models",
    "Splits": "data",
    "TrainConfig": "training",
    "fit": "training",
    "load": "data",
    "one_cycle": "training",
    "reconstruction": "objectives",
    "reconstruction_error": "metrics",
    "seed_everything": "runtime",
    "start": "runtime",
}


def __getattr__(name: str) -> object:
    """Import a name from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'aelesson' has no attribute {name!r}")
    return getattr(import_module(f"aelesson.{_HOMES[name]}"), name)
