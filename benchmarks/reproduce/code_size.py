"""How many numbers does a digit need? PCA and an autoencoder, from 2 to 128."""

import torch
from torch import nn

from aelesson import metrics, networks, objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.autoencoder import pca_error, test_error
from benchmarks.reproduce.rows import Job, Outcome, Row, chain

CODES = (2, 4, 8, 16, 32, 64, 128)
SHOWN = 32
WIDTHS = (784, 512)
EPOCHS = (16, 32, 64)
GAIN = 0.02  # of the validation error: twice the epochs must lower it by as much
BATCH, RATE = 256, 3e-3

OURS, PCA = "autoencoder", "PCA, clipped"


def build(code: int) -> Autoencoder:
    """Return one hidden layer on each side of a linear code."""
    sizes = (*WIDTHS, code)
    return Autoencoder(
        networks.mlp_encoder(sizes, nn.GELU),
        networks.mlp_decoder(sizes[::-1], activation=nn.GELU),
    )


def trained(job: Job, code: int) -> tuple[Autoencoder, int, float]:
    """Train anew with twice the epochs, until the validation error stops falling.

    Returns:
        The model with the lowest validation error, its epochs, and the seconds of all
        trainings.
    """
    found: list[tuple[float, int, Autoencoder]] = []
    seconds = 0.0
    for epochs in EPOCHS:
        torch.manual_seed(job.seed)
        model, config = build(code), TrainConfig(epochs, BATCH, RATE, one_cycle)
        seconds += job.train(
            f"{code}-{epochs}",
            model,
            job.splits.train.images,
            objectives.reconstruction(),
            config,
        ).seconds
        validation = job.splits.validation.images
        error = metrics.reconstruction_error(model, validation).mean().item()
        stopped = bool(found) and error > (1 - GAIN) * found[-1][0]
        found.append((error, epochs, model))
        if stopped:
            break
    _, epochs, model = min(found, key=lambda each: each[0])
    return model, epochs, seconds


def run(job: Job) -> Outcome:
    """Train for every code size, and measure PCA beside."""
    codes = CODES[:: job.at_most(1, 4)]
    ours, notes, seconds = {}, {}, 0.0
    for code in codes:
        model, epochs, taken = trained(job, code)
        ours[code] = test_error(job, model)
        notes[f"epochs for {code} numbers"] = epochs
        seconds += taken
    pca = {code: pca_error(job, code) for code in codes}
    return Outcome(
        ours[SHOWN],
        seconds,
        {f"PCA-{SHOWN}, clipped": pca[SHOWN]},
        notes,
        {OURS: [*ours.items()], PCA: [*pca.items()]},
    )


ROW = Row(
    name="code-size",
    title=f"Autoencoder beside PCA, by code size; with {SHOWN} numbers",
    unit="MSE",
    digits=5,
    aim=None,
    published={},
    settings=(
        f"{chain(WIDTHS)} to a linear code of {CODES[0]} to {CODES[-1]} numbers and "
        f"back, GELU; batch {BATCH}, Adam {RATE:g}, one cycle. Each size is trained "
        f"anew for {', '.join(map(str, EPOCHS))} epochs, and no longer once twice the "
        f"epochs lower the error of the validation images by less than {GAIN:.0%}; of "
        "these trainings the one with the lowest validation error counts."
    ),
    run=run,
    seeds=1,
    remark=(
        f"Where {EPOCHS[-1]} epochs count, no more were tried: the error may fall "
        "further, and the lead over PCA grow."
    ),
    along="numbers in the code",
)
