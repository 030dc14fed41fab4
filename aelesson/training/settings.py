"""The settings of a training run: how long, in which batches, how fast."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    LambdaLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
)

from aelesson import require, runtime
from aelesson.training import identity

Schedule = Callable[[Optimizer, int], LRScheduler]


def constant_rate(optimizer: Optimizer, total_steps: int) -> LRScheduler:
    """Keep the learning rate as it is."""
    _check(optimizer, total_steps)
    return LambdaLR(optimizer, lambda step: 1.0)


def one_cycle(optimizer: Optimizer, total_steps: int) -> LRScheduler:
    """Raise the learning rate to its peak in 30 % of the steps, then lower it to 0.

    Momentum stays as it is. Source: Smith and Topin (2019), "Super-convergence".
    """
    _check(optimizer, total_steps)
    peaks = [group["lr"] for group in optimizer.param_groups]
    return OneCycleLR(
        optimizer, max_lr=peaks, total_steps=total_steps, cycle_momentum=False
    )


def _check(optimizer: Optimizer, total_steps: int) -> None:
    require.kind("optimizer", optimizer, Optimizer)
    require.whole("total_steps", total_steps)


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training run.

    Attributes:
        epochs: Passes over the images.
        batch_size: Images per optimizer step.
        learning_rate: Adam's rate; with a schedule, its peak.
        schedule: Changes the rate from step to step, such as `one_cycle`.
        restore_best: End with the weights of the epoch whose validation loss was
            lowest, instead of the last ones.
        drop_last: Leave out the last batch of an epoch if it is smaller, as batch
            normalisation wants where it would be a single image.

    Raises:
        ValueError: If a number is not positive.
        TypeError: If it is none, or a count is not whole.
    """

    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 1e-3
    schedule: Schedule = constant_rate
    restore_best: bool = False
    drop_last: bool = False

    def __post_init__(self) -> None:
        """Refuse settings that no run can have."""
        require.whole("epochs", self.epochs)
        require.whole("batch_size", self.batch_size)
        require.number("learning_rate", self.learning_rate, above=0)
        require.function("schedule", self.schedule, "a function (optimizer, steps)")
        require.flag("restore_best", self.restore_best)
        require.flag("drop_last", self.drop_last)

    def scheduler(self, optimizer: Optimizer, total_steps: int) -> LRScheduler:
        """Return what the schedule makes for a run of so many steps.

        Raises:
            TypeError: It is no scheduler, or one that waits for a measured figure.
        """
        _check(optimizer, total_steps)
        made: object = self.schedule(optimizer, total_steps)
        if isinstance(made, LRScheduler) and not isinstance(made, ReduceLROnPlateau):
            return made
        raise TypeError(
            f"schedule returned {require.shown(made)}; it must return a scheduler of "
            "torch.optim.lr_scheduler that steps without a measured figure"
        )

    def stretched(self) -> "TrainConfig":
        """Return the settings as they count in this process; see `runtime.epochs`."""
        return replace(self, epochs=len(runtime.epochs(self.epochs)))

    def describe(self) -> dict[str, Any]:
        """Return the settings as plain values, the schedule by its name."""
        return {
            "epochs": int(self.epochs),
            "batch_size": int(self.batch_size),
            "learning_rate": float(self.learning_rate),
            "schedule": identity.name(self.schedule),
            "restore_best": bool(self.restore_best),
            "drop_last": bool(self.drop_last),
        }
