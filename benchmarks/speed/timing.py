"""Seconds of an epoch: the ways side by side, and ours as the work grows."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from torch import Tensor, nn

from benchmarks.speed import ways
from benchmarks.speed.results import Rounds
from benchmarks.speed.ways import Epoch

K = TypeVar("K")
Tick = Callable[[], None]  # tells the progress bar that one epoch is over


def compare_ways(
    pixels: Tensor, rounds: int, tick: Tick
) -> dict[str, tuple[Rounds, Rounds]]:
    """Return the seconds of each way's epoch over all the images, and of ours.

    The two take turns, and nothing else between them: what slows the machine down for
    a while hits both.
    """
    found = {}
    for other, own in ways.PAIRS.items():
        pair = {name: ways.WAYS[name](pixels) for name in (other, own)}
        times = in_turn(pair, lambda _: ways.build_network(), rounds, tick)
        found[other] = (times[other], times[own])
    return found


def grow_images(
    images: Tensor, counts: Sequence[int], rounds: int, tick: Tick
) -> dict[int, Rounds]:
    """Return the seconds of our epoch for each number of images."""
    epochs = {count: ways.fit_epoch(images[:count]) for count in counts}
    return in_turn(epochs, lambda _: ways.build_network(), rounds, tick)


def grow_code(
    images: Tensor, code_sizes: Sequence[int], rounds: int, tick: Tick
) -> dict[int, Rounds]:
    """Return the seconds of our epoch for each size of the code."""
    epochs = dict.fromkeys(code_sizes, ways.fit_epoch(images))
    return in_turn(epochs, ways.build_network, rounds, tick)


def in_turn(
    epochs: Mapping[K, Epoch],
    new_network: Callable[[K], nn.Module],
    rounds: int,
    tick: Tick,
) -> dict[K, Rounds]:
    """Time every epoch `rounds` times, in turn, so that a busy machine hits all alike.

    A round goes through the epochs in their order, the next one backwards. One more
    round comes first: it warms up and is not counted.
    """
    seconds: dict[K, list[float]] = {key: [] for key in epochs}
    for number in range(rounds + 1):
        for key in epochs if number % 2 else reversed(list(epochs)):
            model = new_network(key)
            started = time.perf_counter()
            epochs[key](model)
            seconds[key].append(time.perf_counter() - started)
            tick()
    return {key: times[1:] for key, times in seconds.items()}
