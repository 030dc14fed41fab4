"""What a training run measured."""

from dataclasses import dataclass, field

from torch import Tensor

Terms = dict[str, float]


@dataclass
class History:
    """The record of a run, one entry per finished epoch.

    Attributes:
        train: Means of the objective's terms over the training images, taken
            while the weights were still moving.
        validation: The same over the validation images, after the epoch; empty
            without validation images.
        seconds: Time per epoch, validation included.
        interrupted: Whether the run was stopped by hand.
    """

    train: list[Terms] = field(default_factory=list)
    validation: list[Terms] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.train)

    def curve(self, part: str = "train", term: str = "loss") -> list[float]:
        """Return one term over the epochs.

        Args:
            part: `"train"` or `"validation"`.
            term: The term's name in the objective.

        Raises:
            ValueError: If there is no such part or term.
        """
        if part not in ("train", "validation"):
            raise ValueError(f'part is {part!r}; use "train" or "validation"')
        epochs: list[Terms] = self.train if part == "train" else self.validation
        if epochs and term not in epochs[0]:
            raise ValueError(f"term is {term!r}; this run has {', '.join(epochs[0])}")
        return [terms[term] for terms in epochs]

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the lowest validation loss."""
        losses = self.curve("validation")
        if not losses:
            raise ValueError("there is no best epoch without validation images")
        return losses.index(min(losses)) + 1


class WeightedMeans:
    """Means of named terms over batches of different sizes."""

    def __init__(self) -> None:
        self._count = 0
        self._totals: dict[str, Tensor] = {}

    def add(self, terms: dict[str, Tensor], weight: int) -> None:
        """Add one batch's means; `weight` is the number of its images."""
        self._count += weight
        for name, value in terms.items():
            # The sum stays on its device, so that no step waits for it.
            self._totals[name] = self._totals.get(name, 0) + value.detach() * weight

    def result(self) -> Terms:
        """Return each term's mean per image."""
        return {
            name: float(total) / self._count for name, total in self._totals.items()
        }
