"""The state of a training run, on disk and back; a file belongs to one run."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import torch
from filelock import FileLock, Timeout
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from aelesson import runtime
from aelesson.training import identity
from aelesson.training.history import Epoch, History

KINDS = {
    "settings": dict,
    "model": dict,
    "optimizer": dict,
    "scheduler": dict,
    "generators": list,
    "random_states": dict,
    "history": list,
    "best": dict | None,
    "best_loss": float,
    "digest": str,
}
"""What a checkpoint holds."""

WRAPPERS = ("module.", "_orig_mod.")  # of DataParallel, and of torch.compile
SILENT = ("network", "starting weights", "values of")  # told apart by digests alone

_started: WeakKeyDictionary[nn.Module, dict[Path, str]] = WeakKeyDictionary()
"""The starting weights of the runs that a model has been in, in this process."""


@dataclass
class TrainState:
    """All that changes during a run, and so all that a checkpoint must hold.

    Attributes:
        model: The model in training.
        optimizer: Its optimizer, with moments.
        scheduler: Changes the learning rate from step to step.
        generators: All that the run draws from, beside the global ones.
        settings: Plain values that tell one run from another.
        history: What was measured so far.
        best: A copy of the weights with the lowest validation loss so far.
        best_loss: That loss.
    """

    model: nn.Module
    optimizer: Optimizer
    scheduler: LRScheduler
    generators: list[torch.Generator]
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

    def contents(self) -> dict[str, Any]:
        """Return what a checkpoint holds; see `KINDS`."""
        kept = {
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "generators": [each.get_state() for each in self.generators],
            "random_states": runtime.random_states(),
            "history": [vars(epoch) for epoch in self.history.epochs],
            "best": self.best,
            "best_loss": self.best_loss,
        }
        return {**kept, "digest": digest(kept)}

    def save(self, path: Path) -> None:
        """Write a checkpoint; at every moment the file is whole, old or new.

        Raises:
            OSError: It cannot be written, as on a full disk; the old one stays.
        """
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save(self.contents(), part)
            os.replace(part, path)
        except (OSError, RuntimeError) as error:  # torch's writer raises the second one
            with suppress(OSError):
                part.unlink(missing_ok=True)
            epochs = len(self.history)
            raise OSError(
                f"checkpoint {path} cannot be written: {error}. The weights after "
                f"{epochs} epochs are in the model; a file that was there is as it was"
            ) from error

    def resume(self, path: Path) -> None:
        """Go back to where a checkpoint was written.

        Raises:
            ValueError: If the file is no checkpoint, is damaged, or comes from another
                run. Nothing is changed then.
        """
        kept = _read(path)
        names = [*self.model.state_dict()]
        for key in ("model", "best"):
            kept[key] = kept[key] and _renamed(kept[key], names)
        for weights in (kept["model"], kept["best"] or kept["model"]):
            _check_same_network(path, weights, self.model.state_dict())
        _check_same_settings(path, kept["settings"], self.settings)
        before = deepcopy(self.contents())  # loading writes into the same tensors
        try:
            self._load(kept)
        except Exception as error:  # torch raises many kinds where values do not fit
            self._load(before)
            raise ValueError(f"checkpoint {path} is damaged: {error}") from error

    def _load(self, kept: dict[str, Any]) -> None:
        history = History([Epoch(**epoch) for epoch in kept["history"]])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.scheduler.load_state_dict(kept["scheduler"])
        for generator, its in zip(self.generators, kept["generators"], strict=True):
            generator.set_state(its)
        runtime.set_random_states(kept["random_states"])
        self.model.load_state_dict(kept["model"])
        self.history = history
        self.best, self.best_loss = kept["best"], kept["best_loss"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep a checkpoint for one run at a time, on this machine.

    Raises:
        ValueError: Another run has it.
    """
    name = hashlib.blake2b(str(path.resolve()).encode(), digest_size=8).hexdigest()
    lock = FileLock(Path(tempfile.gettempdir()) / f"aelesson-{name}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise ValueError(
            f"checkpoint {path} is in use by another run: wait until that ends, or use "
            "another file"
        ) from None
    try:
        yield
    finally:
        lock.release()


def starting_weights(model: nn.Module, path: Path) -> str:
    """Return a digest of the weights that a model had when a run began.

    A model that goes on after a break has moved since; in the same process it is known.
    """
    known = _started.setdefault(model, {})
    place = path.resolve()
    if place not in known or not path.exists():
        known[place] = identity.of_tensors(model.state_dict().values())
    return known[place]


def plain(model: nn.Module) -> nn.Module:
    """Return the model that a wrapper for several devices, or for speed, holds."""
    for wrapper in WRAPPERS:
        inner = getattr(model, wrapper.rstrip("."), None)
        if isinstance(inner, nn.Module):
            names = [wrapper + name for name in inner.state_dict()]
            return inner if names == [*model.state_dict()] else model
    return model


def _read(path: Path) -> dict[str, Any]:
    """Read a file whole, or not at all.

    Raises:
        ValueError: It is damaged, or no checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():
                raise ValueError(f"its part {damaged} is damaged")
        kept = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # torch and zipfile raise many kinds
        raise ValueError(f"checkpoint {path} cannot be read: {error}") from None
    if not isinstance(kept, dict) or "settings" not in kept:
        raise ValueError(f"checkpoint {path} was not written by aelesson.training.fit")
    for name, wanted in KINDS.items():
        if name not in kept or not isinstance(kept[name], wanted):
            found = type(kept[name]).__name__ if name in kept else "absent"
            raise ValueError(
                f"checkpoint {path} is damaged: {name} is {found}, expected {wanted}"
            )
    if digest(kept) != kept["digest"]:
        raise ValueError(f"checkpoint {path} is damaged: values are not as written")
    return kept


def digest(kept: dict[str, Any]) -> str:
    """Return a digest of all tensors; a ZIP file's own sums do not cover its index."""
    return identity.of_tensors(_tensors({**kept, "digest": ""}))


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tensors(each)


def _renamed(weights: dict[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    """Call weights as a model does that was wrapped by then, or is now."""
    for wrapper in WRAPPERS:
        old, new = (
            all(n.startswith(wrapper) for n in each) for each in (weights, names)
        )
        if old and not new:
            return {n.removeprefix(wrapper): value for n, value in weights.items()}
        if new and not old:
            return {wrapper + n: value for n, value in weights.items()}
    return weights


def _check_same_network(
    path: Path, old: dict[str, Tensor], new: dict[str, Tensor]
) -> None:
    for name in sorted(old.keys() | new.keys()):
        was, now = (
            tuple(getattr(weights[name], "shape", ())) if name in weights else "absent"
            for weights in (old, new)
        )
        if was != now:
            raise ValueError(
                f"checkpoint {path} holds another network: {name} was {was} and is "
                f"{now}. Use the same network to continue that run, or another file"
            )


def _check_same_settings(path: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    differing = [
        _difference(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    if differing:
        raise ValueError(
            f"checkpoint {path} comes from another run: {'; '.join(differing)}. "
            "Use the same settings to continue that run, or another file"
        )


def _difference(name: str, was: object, now: object) -> str:
    if name.startswith(SILENT):
        return f"{name} is another" if name == "network" else f"{name} are others"
    if name == "objective" and str(was).split(" #")[0] == str(now).split(" #")[0]:
        return f"objective {str(now).split(' #')[0]} has other code"
    was, now = (str(each).split(" #")[0] for each in (was, now))
    return f"{name} was {was} and is {now}"
