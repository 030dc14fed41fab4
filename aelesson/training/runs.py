"""What a run is given, and the state that it begins with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Adam

from aelesson.objectives import Objective
from aelesson.training import identity
from aelesson.training.checkpoints import TrainState, plain, starting_weights
from aelesson.training.draws import generators_of
from aelesson.training.settings import TrainConfig
from aelesson.training.sources import Source


@dataclass(frozen=True)
class Run:
    """What a run is given, and does not change."""

    images: Source
    validation: Source | None
    objective: Objective
    config: TrainConfig
    checkpoint: Path | None
    progress: bool

    def sources(self) -> list[tuple[str, Source]]:
        """Return what the run goes through, by name."""
        both = ("images", self.images), ("validation", self.validation)
        return [(name, each) for name, each in both if each is not None]


def new_state(model: nn.Module, run: Run, generator: torch.Generator) -> TrainState:
    """Return a model, an optimizer and a scheduler before the first step."""
    config = run.config
    # Plain numbers, as NumPy's could be written to a checkpoint but not read back.
    optimizer = Adam(model.parameters(), lr=float(config.learning_rate), fused=True)
    generators = generators_of((generator, run, model))
    seeds = [each.initial_seed() for each in generators]
    return TrainState(
        model=model,
        optimizer=optimizer,
        scheduler=config.scheduler(optimizer, run.images.steps * int(config.epochs)),
        generators=generators,
        settings={**_identity(model, run), "seeds": seeds} if run.checkpoint else {},
    )


def _identity(model: nn.Module, run: Run) -> dict[str, Any]:
    """Return in plain values what tells this run from others."""
    assert run.checkpoint is not None
    known: dict[str, Any] = {
        **run.config.describe(),
        "objective": identity.of_function(run.objective),
        "network": identity.of_network(plain(model)),
        "starting weights": starting_weights(model, run.checkpoint),
        "validation": None,
    }
    for name, each in run.sources():
        known[name] = each.describe()
        known[f"values of {name}"] = each.digest()
    return known
