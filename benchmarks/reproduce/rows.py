"""What a row of the table of results is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from aelesson.course.results import MNIST, TEST
from aelesson.data import ImageSet, Splits
from aelesson.objectives import Objective
from aelesson.training import TrainConfig, fit
from aelesson.training.batching import Examples
from aelesson.training.history import History

Points = Sequence[tuple[float, float]]
"""A curve, point by point."""


@dataclass(frozen=True)
class Job:
    """What one run of a row works with.

    Attributes:
        splits: Images to train on, to choose by and to judge by.
        seed: The run's seed; all random states are set from it before the run.
        device: Where models and images belong.
        folder: Where trainings keep their checkpoints until the run has ended.
        small: Whether only to show that the row works: one epoch, few samples.
    """

    splits: Splits[ImageSet]
    seed: int
    device: torch.device
    folder: Path
    small: bool = False

    def train(
        self,
        name: str,
        model: nn.Module,
        images: Examples,
        objective: Objective,
        config: TrainConfig,
    ) -> History:
        """Train with `fit`; a run that was stopped goes on from its checkpoint.

        Args:
            name: Tells the trainings of one run apart.
            model: Changed in place, and moved to the job's device.
            images: As for `fit`.
            objective: As for `fit`.
            config: As for `fit`.

        Raises:
            KeyboardInterrupt: If the run was stopped by hand, after its checkpoint was
                written.
        """
        history = fit(
            model.to(self.device),
            images,
            objective,
            self.shortened(config),
            checkpoint=self.folder / f"{name}.pt",
            generator=self.shuffler(),
            progress=not self.small,
        )
        if history.interrupted:
            raise KeyboardInterrupt
        return history

    def shuffler(self) -> torch.Generator:
        """Return a new generator that shuffles the images as the seed says."""
        return torch.Generator().manual_seed(self.seed)

    def shortened(self, config: TrainConfig) -> TrainConfig:
        """Return the settings, for one epoch only if the job is small."""
        return replace(config, epochs=1) if self.small else config

    def at_most(self, full: int, small: int) -> int:
        """Return the first number, or the second one if the job is small."""
        return small if self.small else full


@dataclass(frozen=True)
class Outcome:
    """What one run measured.

    Attributes:
        value: The row's figure on the test images.
        seconds: Of training, and of what else the method needs before it can judge.
        beside: Figures of the same unit from the same run: baselines, controls.
        notes: Other figures of the run, such as a standard error, by their name.
        curves: The figure of ours and of others along the row's `along`, by name.
    """

    value: float
    seconds: float
    beside: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Points] = field(default_factory=dict)


def _nothing(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class Row:
    """One line of the table of results.

    Attributes:
        name: How the command knows it.
        title: What is trained and measured.
        unit: Of the figure.
        digits: Decimals to show.
        aim: The figure to reach; `None` where a row only compares.
        published: Published figures, by their source.
        settings: In words, what the run does; a kept run with other settings counts no
            more.
        run: Does the work.
        higher_is_better: Whether larger figures are better ones.
        seeds: How many runs.
        remark: What a reader must know to compare; not a part of the settings.
        data: What is trained on.
        judged: What the figure is of.
        over_runs: Figures that need all runs together, by their name; from their
            outcomes, by seed.
        along: What its curves run along, with the unit; empty without curves.
    """

    name: str
    title: str
    unit: str
    digits: int
    aim: float | None
    published: Mapping[str, float]
    settings: str
    run: Callable[[Job], Outcome]
    higher_is_better: bool = False
    seeds: int = 3
    remark: str = ""
    data: str = MNIST
    judged: str = TEST
    over_runs: Callable[[Sequence[Outcome]], Mapping[str, float]] = _nothing
    along: str = ""

    def reaches(self, value: float) -> bool | None:
        """Tell whether a figure is as good as the aim, if there is one."""
        if self.aim is None:
            return None
        return value >= self.aim if self.higher_is_better else value <= self.aim


def in_words(config: TrainConfig) -> str:
    """Say the settings of a training in words."""
    schedule = config.describe()["schedule"].replace("_", " ")
    return (
        f"{config.epochs} epochs, batch {config.batch_size}, Adam "
        f"{config.learning_rate:g}, {schedule}"
    )


def chain(sizes: Sequence[int]) -> str:
    """Write the sizes of layers as papers do: 784-128-32."""
    return "-".join(map(str, sizes))
