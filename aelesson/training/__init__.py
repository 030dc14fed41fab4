"""The training loop, and what it needs: batches, terms, history, checkpoints."""

from aelesson.training.loop import evaluate, fit, train_epoch
from aelesson.training.settings import Schedule, TrainConfig, constant_rate, one_cycle

__all__ = [
    "Schedule",
    "TrainConfig",
    "constant_rate",
    "evaluate",
    "fit",
    "one_cycle",
    "train_epoch",
]
