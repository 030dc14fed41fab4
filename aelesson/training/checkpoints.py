"""The state of a training run, on disk and back."""

import os
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from aelesson import runtime
from aelesson.training.history import Epoch, History


@dataclass
class TrainState:
    """All that changes during a run, and so all that a checkpoint must hold.

    Attributes:
        model: The model in training.
        optimizer: Its optimizer, with moments.
        scheduler: Changes the learning rate from step to step.
        generator: Shuffles the images.
        settings: Plain values that tell one run from another.
        history: What was measured so far.
        best: A copy of the weights with the lowest validation loss so far.
        best_loss: That loss.
    """

    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler
    generator: torch.Generator
    settings: dict[str, Any]
    history: History = field(default_factory=History)
    best: dict[str, Tensor] | None = None
    best_loss: float = inf

    def keep_best(self, loss: float) -> None:
        """Copy the weights if this validation loss is the lowest so far."""
        if loss < self.best_loss:
            weights = self.model.state_dict()
            self.best = {name: value.clone() for name, value in weights.items()}
            self.best_loss = loss

    def save(self, path: Path) -> None:
        """Write a checkpoint; at every moment the file is whole, old or new."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        contents = {
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "generator": self.generator.get_state(),
            "random_states": runtime.random_states(),
            "history": [vars(epoch) for epoch in self.history.epochs],
            "best": self.best,
            "best_loss": self.best_loss,
        }
        torch.save(contents, part)
        os.replace(part, path)

    def resume(self, path: Path) -> None:
        """Go back to where a checkpoint was written.

        Raises:
            ValueError: If the file is no checkpoint, or comes from a run with
                another network or other settings. Nothing is changed then.
        """
        kept = _read(path)
        _check_same_network(path, kept["model"], self.model.state_dict())
        _check_same_settings(path, kept["settings"], self.settings)
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.scheduler.load_state_dict(kept["scheduler"])
        self.generator.set_state(kept["generator"])
        runtime.set_random_states(kept["random_states"])
        self.history = History([Epoch(**epoch) for epoch in kept["history"]])
        self.best, self.best_loss = kept["best"], kept["best_loss"]


def _read(path: Path) -> dict[str, Any]:
    try:
        kept = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # torch raises many kinds for a damaged file
        raise ValueError(f"checkpoint {path} cannot be read: {error}") from None
    if not isinstance(kept, dict) or "settings" not in kept:
        raise ValueError(f"checkpoint {path} was not written by aelesson.training.fit")
    return kept


def _check_same_network(
    path: Path, old: dict[str, Tensor], new: dict[str, Tensor]
) -> None:
    for name in sorted(old.keys() | new.keys()):
        was, now = (
            tuple(weights[name].shape) if name in weights else "absent"
            for weights in (old, new)
        )
        if was != now:
            raise ValueError(
                f"checkpoint {path} holds another network: {name} was {was} and is "
                f"{now}. Use the same network to continue that run, or another file"
            )


def _check_same_settings(path: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    differing = [
        f"{name} was {old.get(name)} and is {new.get(name)}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    if differing:
        raise ValueError(
            f"checkpoint {path} comes from another run: {'; '.join(differing)}. "
            "Use the same settings to continue that run, or another file"
        )
