"""How much to measure, and what came out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.speed.ways import BARE_LOADER, OURS, OURS_LOADER

K = TypeVar("K")


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
        seconds: From way to the median seconds of an epoch.
        megabytes: From way to peak memory in MB, above that of loading; empty if the
            platform does not tell it.
        by_images: From number of images to our seconds.
        by_code: From size of the code to our seconds.
        weights: From size of the code to the number of weights in the network.
    """

    plan: Plan
    source: str
    machine: str
    seconds: Mapping[str, float]
    megabytes: Mapping[str, float]
    by_images: Mapping[int, float]
    by_code: Mapping[int, float]
    weights: Mapping[int, int]

    def images_per_second(self) -> dict[str, float]:
        """Return how many images each way trains on in a second."""
        return {name: self.plan.images / time for name, time in self.seconds.items()}

    def loader_ratios(self) -> tuple[float, float | None]:
        """Return our speed on a DataLoader, and our memory, over those of a bare loop.

        The memory is None where the platform does not tell it.
        """
        speed = self.seconds[BARE_LOADER] / self.seconds[OURS_LOADER]
        if not self.megabytes:
            return speed, None
        return speed, self.megabytes[OURS_LOADER] / self.megabytes[BARE_LOADER]

    def time_ratios(self) -> dict[str, float]:
        """Return each way's time, divided by ours."""
        return relative(self.seconds, OURS)


def relative(values: Mapping[K, float], base: K | None = None) -> dict[K, float]:
    """Return the values divided by that of `base`, or by the first of them.

    Raises:
        ValueError: If there is no value, none for `base`, or one not above 0.
    """
    if not values or min(values.values()) <= 0:
        raise ValueError(f"values is {dict(values)}; each must be above 0, one or more")
    key = next(iter(values)) if base is None else base
    if key not in values:
        raise ValueError(f"base is {key!r}; it must be one of {list(values)}")
    return {name: value / values[key] for name, value in values.items()}
