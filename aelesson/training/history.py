"""What a training run measured."""

from dataclasses import dataclass, field
from math import isfinite

from aelesson import require
from aelesson.training.terms import Terms


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured.

    Attributes:
        train: Means of the objective's terms over the training images, taken
            while the weights were still moving.
        validation: The same over the validation images, after the epoch; empty
            without validation images.
        seconds: Its duration, validation included.
    """

    train: Terms
    validation: Terms
    seconds: float


@dataclass(repr=False)
class History:
    """The record of a run.

    Attributes:
        epochs: The finished epochs, in order.
        interrupted: Whether the run was stopped by hand.
        steps: How steps were taken: "one by one", as on a CPU or from a DataLoader;
            "replayed" from a recording of one, a CUDA graph; or "one by one: " and
            why they could not be replayed.
    """

    epochs: list[Epoch] = field(default_factory=list)
    interrupted: bool = False
    steps: str = "one by one"

    def __repr__(self) -> str:
        """Show the loss of the first and the last epoch, and how many there are."""
        told = [f"{len(self)} epochs"]
        for part in ("train", "validation") if self.epochs else ():
            first, last = (getattr(self.epochs[n], part) for n in (0, -1))
            if "loss" in last:
                told.append(f"{part} loss {first['loss']:.4g} to {last['loss']:.4g}")
        told += ["interrupted"] if self.interrupted else []
        return f"History({', '.join(told)})"

    def __len__(self) -> int:
        return len(self.epochs)

    def curve(self, part: str = "train", term: str = "loss") -> list[float]:
        """Return one term over the epochs.

        Args:
            part: `"train"` or `"validation"`.
            term: The term's name in the objective.

        Raises:
            ValueError: If there is no such part or term.
        """
        require.choice("part", part, ("train", "validation"))
        require.kind("term", term, str)
        measured: list[Terms] = [getattr(epoch, part) for epoch in self.epochs]
        if any(term not in terms for terms in measured):
            known = ", ".join(measured[0]) or "no validation images"
            raise ValueError(f"term is {term!r}; this run has {known}")
        return [terms[term] for terms in measured]

    @property
    def seconds(self) -> float:
        """The duration of all epochs together, of those before a break too."""
        return sum(epoch.seconds for epoch in self.epochs)

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation loss.

        Raises:
            ValueError: If there is no finite validation loss.
        """
        losses = self.curve("validation")
        finite = [loss for loss in losses if isfinite(loss)]
        if not finite:
            raise ValueError("no epoch has a finite validation loss")
        return losses.index(min(finite)) + 1
