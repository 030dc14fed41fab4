"""The training loop, and what it needs: batches, terms, history, checkpoints."""

from aelesson.training.loop import (
    Schedule,
    TrainConfig,
    constant_rate,
    evaluate,
    fit,
    one_cycle,
    train_epoch,
)

__all__ = [
    "Schedule",
    "TrainConfig",
    "constant_rate",
    "evaluate",
    "fit",
    "one_cycle",
    "train_epoch",
]
