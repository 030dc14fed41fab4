"""Autoencoders, taught from a typed and tested library.

The names and modules below are handed on when they are first asked for, so that the
command `aelesson doctor` can speak on a machine where PyTorch cannot even be imported.
The modules are those that lessons name: a learner need not know in which room they are.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aelesson.course import expected, results
    from aelesson.data import Splits, load, sequences, sprites, strokes
    from aelesson.metrics import reconstruction_error
    from aelesson.models import VAE, Autoencoder
    from aelesson.objectives import reconstruction
    from aelesson.runtime import seed_everything, start
    from aelesson.training import TrainConfig, batching, fit, one_cycle

__version__ = version("aelesson")
__all__ = [
    "VAE",
    "Autoencoder",
    "Splits",
    "TrainConfig",
    "batching",
    "expected",
    "fit",
    "load",
    "one_cycle",
    "reconstruction",
    "reconstruction_error",
    "results",
    "seed_everything",
    "sequences",
    "sprites",
    "start",
    "strokes",
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
_ROOMS = {
    "batching": "training",
    "expected": "course",
    "results": "course",
    "sequences": "data",
    "sprites": "data",
    "strokes": "data",
}


def __getattr__(name: str) -> object:
    """Import a module, or a name from its module, when it is first asked for."""
    if name in _ROOMS:
        return import_module(f"aelesson.{_ROOMS[name]}.{name}")
    if name in _HOMES:
        return getattr(import_module(f"aelesson.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'aelesson' has no attribute {name!r}")
