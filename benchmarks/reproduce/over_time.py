"""After how many seconds does a convolutional autoencoder pass a perceptron?"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from aelesson import metrics, objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig
from benchmarks.reproduce.autoencoder import (
    CHANNELS,
    CODE,
    CONV,
    MLP,
    SIZES,
    build_conv,
    build_mlp,
    pca_error,
    test_error,
)
from benchmarks.reproduce.rows import Job, Outcome, Points, Row, chain

NARROW_SIZES = (784, 147, CODE)  # as many weights as the convolutions
CONVOLUTIONS, WIDE, NARROW = (
    "convolutions",
    f"perceptron {chain(SIZES)}",
    f"perceptron {chain(NARROW_SIZES)}",
)
PLAN: dict[str, tuple[Callable[[], Autoencoder], TrainConfig, Sequence[int]]] = {
    CONVOLUTIONS: (build_conv, CONV, (2, 4, 8, 16, 32)),
    WIDE: (build_mlp, MLP, (5, 10, 20, 40, 80)),
    NARROW: (partial(build_mlp, NARROW_SIZES), MLP, (8, 16, 32, 64, 128)),
}


def trained_longer(job: Job, name: str) -> tuple[Points, float]:
    """Train a network anew for each number of its epochs.

    Returns:
        Seconds of training and test error, for each; of the longest training the error
        of the images that it saw.
    """
    build, config, epochs = PLAN[name]
    images, ask = job.splits.train.images, objectives.reconstruction()
    points = []
    for count in epochs[-job.at_most(len(epochs), 2) :]:
        torch.manual_seed(job.seed)
        model, longer = build(), replace(config, epochs=count)
        seconds = job.train(f"{name}-{count}", model, images, ask, longer).seconds
        points.append((seconds, test_error(job, model)))
    seen = metrics.reconstruction_error(model, images).mean().item()
    return points, seen


def crossing(first: Points, second: Points) -> float | None:
    """Return after how many seconds the first error falls below the second for good.

    Between two points an error is a straight line on logarithmic axes.

    Returns:
        The seconds; `None` if it is not below at the end of the time that both cover,
        or is below all the time, or if they cover none.
    """
    (x, y), (u, v) = (np.log(np.array(points).T) for points in (first, second))
    begin, end = max(x[0], u[0]), min(x[-1], u[-1])
    if begin >= end:
        return None
    both = np.linspace(begin, end, 1000)
    behind = np.interp(both, x, y) >= np.interp(both, u, v)
    if behind[-1] or not behind.any():
        return None
    return float(np.exp(both[behind][-1]))


def run(job: Job) -> Outcome:
    """Follow the three networks, each trained anew and for longer."""
    found = {name: trained_longer(job, name) for name in PLAN}
    curves = {name: points for name, (points, _) in found.items()}
    (seconds, ours), *_ = reversed(curves[CONVOLUTIONS])
    beside = {name: curves[name][-1][1] for name in (WIDE, NARROW)}
    notes = {
        f"error on training images, {name}": seen for name, (_, seen) in found.items()
    }
    for name in (WIDE, NARROW):
        turn = crossing(curves[CONVOLUTIONS], curves[name])
        if turn is not None:
            notes[f"seconds until the convolutions pass the {name}"] = turn
    return Outcome(
        ours, seconds, {**beside, f"PCA-{CODE}, clipped": pca_error(job)}, notes, curves
    )


ROW = Row(
    name="over-time",
    title="Convolutions and perceptrons with one code size; the longest trainings",
    unit="MSE",
    digits=5,
    aim=None,
    published={},
    settings=(
        f"Convolutions to {CHANNELS[0]} and {CHANNELS[1]} channels and a code of "
        f"{CODE}, as in the row `conv`, after {PLAN[CONVOLUTIONS][2][-1]} epochs. "
        "Beside them the perceptron of the row `autoencoder`, with seven times as many "
        f"weights, and {chain(NARROW_SIZES)}, with as many. Each is trained anew for "
        + "; ".join(
            f"{', '.join(map(str, epochs))} epochs ({name})"
            for name, (_, _, epochs) in PLAN.items()
        )
        + f". Convolutions: batch {CONV.batch_size}, Adam {CONV.learning_rate:g}; "
        f"perceptrons: batch {MLP.batch_size}, Adam {MLP.learning_rate:g}; one cycle."
    ),
    run=run,
    seeds=1,
    remark=(
        "No rate was chosen anew for longer trainings, or for the narrow perceptron. "
        "Seconds are those of a machine that did nothing else; on another one the "
        "order may turn earlier or later."
    ),
    along="seconds of training",
)
