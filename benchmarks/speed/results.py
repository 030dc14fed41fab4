"""How much to measure, and what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias, TypeVar

from benchmarks.speed.ways import BARE_LOADER, OURS_LOADER, PAIRS, WAYS

K = TypeVar("K")

Rounds: TypeAlias = Sequence[float]
"""Seconds of an epoch, round by round."""


@dataclass(frozen=True)
class Ratio:
    """How two times compare, round by round.

    Attributes:
        middle: The median over the rounds.
        least: The least of them.
        most: The most of them.
    """

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, times: Rounds, base: Rounds) -> "Ratio":
        """Divide the times of each round by those of the other.

        Raises:
            ValueError: If they differ in number, there is none, or one is not above 0.
        """
        if not times or len(times) != len(base) or min(*times, *base) <= 0:
            raise ValueError(
                f"times is {list(times)}, base is {list(base)}; each must be above 0, "
                "equally many, one or more"
            )
        each = [a / b for a, b in zip(times, base, strict=True)]
        return cls(median(each), min(each), max(each))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


@dataclass(frozen=True)
class Plan:
    """How much to measure; the defaults take 3 to 4 minutes on 2 quiet cores.

    Attributes:
        images: Images that the ways are compared on, and the most in the growth.
        step: The fewest images in the growth, and the step from one to the next.
        code_sizes: Sizes of the code, ascending.
        code_images: Images in the growth with the size of the code.
        rounds: Times that each epoch is measured, after one that warms up.

    Raises:
        ValueError: If a number is below 1, `images` is no multiple of `step`,
            `code_images` is above `images`, or `code_sizes` do not ascend.
    """

    images: int = 60_000
    step: int = 5_000
    code_sizes: tuple[int, ...] = (2, 8, 32, 128, 512)
    code_images: int = 20_000
    rounds: int = 5

    def __post_init__(self) -> None:
        """Refuse what cannot be measured."""
        for name in ("images", "step", "code_images", "rounds"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; it must be 1 or more"
                )
        if self.images % self.step:
            raise ValueError(
                f"images is {self.images}; it must be a multiple of {self.step}"
            )
        if self.code_images > self.images:
            raise ValueError(
                f"code_images is {self.code_images}; there are {self.images} images"
            )
        ascending = tuple(sorted(set(self.code_sizes)))
        if not ascending or ascending != self.code_sizes or ascending[0] < 1:
            raise ValueError(
                f"code_sizes is {self.code_sizes}; it must ascend, from 1 or more"
            )

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of images in the growth."""
        return tuple(range(self.step, self.images + 1, self.step))


@dataclass(frozen=True)
class Results:
    """What a run of the benchmark measured.

    Attributes:
        plan: How much was measured.
        source: Where the images come from.
        machine: The processor, the threads and the version of torch.
        pairs: From way to its seconds, and those of the one of ours that it took turns
            with, see `ways.PAIRS`.
        megabytes: From way to peak memory in MB, above that of loading; empty if the
            platform does not tell it.
        by_images: From number of images to our seconds.
        by_code: From size of the code to our seconds.
        weights: From size of the code to the number of weights in the network.
    """

    plan: Plan
    source: str
    machine: str
    pairs: Mapping[str, tuple[Rounds, Rounds]]
    megabytes: Mapping[str, float]
    by_images: Mapping[int, Rounds]
    by_code: Mapping[int, Rounds]
    weights: Mapping[int, int]

    def images_per_second(self) -> dict[str, float]:
        """Return how many images each way trains on in a second, the median round."""
        rounds: dict[str, list[float]] = {}
        for name, (its, ours) in self.pairs.items():
            rounds.setdefault(name, []).extend(its)
            rounds.setdefault(PAIRS[name], []).extend(ours)
        return {name: self.plan.images / median(rounds[name]) for name in WAYS}

    def loader_memory(self) -> float | None:
        """Return our memory on a DataLoader over a bare loop's; None if not told."""
        if not self.megabytes:
            return None
        return self.megabytes[OURS_LOADER] / self.megabytes[BARE_LOADER]

    def time_ratios(self) -> dict[str, Ratio]:
        """Return each way's time, divided by that of ours beside it."""
        return {name: Ratio.of(*times) for name, times in self.pairs.items()}

    def weight_ratios(self) -> dict[int, float]:
        """Return the numbers of weights, divided by the first of them."""
        first = next(iter(self.weights.values()))
        return {size: count / first for size, count in self.weights.items()}


def relative(values: Mapping[K, Rounds]) -> dict[K, Ratio]:
    """Return the times divided by the first of them.

    Raises:
        ValueError: As for `Ratio.of`.
    """
    first = next(iter(values.values()), ())
    return {name: Ratio.of(times, first) for name, times in values.items()}
