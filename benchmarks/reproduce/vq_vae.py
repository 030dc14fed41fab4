"""How many bits does a binary digit take as a grid of discrete codes?"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from aelesson import bounds, metrics, quantise, runtime
from aelesson.codebooks import Codebook, MovingCodebook
from aelesson.families import Bernoulli
from aelesson.models import Autoencoder
from aelesson.networks import MixedPrecision
from aelesson.objectives import Objective
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.masked import CodePrior, nats
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words
from benchmarks.reproduce.vae import binarised, binary_test_images

SIDE, VECTORS, SIZE = 7, 8, 8  # of the grid, of the codebook, and of a vector
CHANNELS = (32, 64)
DECAY, LEAST = 0.99, 60.0
COMMITMENT = 0.25
CODES = TrainConfig(epochs=20, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
WIDTH, BLOCKS = 64, 2
PRIOR = TrainConfig(epochs=7, batch_size=128, learning_rate=2e-3, schedule=one_cycle)

Prior = Callable[[Tensor], Tensor]
"""From grids of codes, `(B, 7, 7)`, to nats for each image, `(B,)`."""


def build() -> Autoencoder:
    """Return a convolutional VQ-VAE: a grid of codes at a quarter of the side."""
    half, quarter = CHANNELS
    encoder = nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(4, half, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(half, quarter, 3, stride=2, padding=1),
        nn.GELU(),
        nn.Conv2d(quarter, quarter, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(quarter, SIZE, 1),
    )
    decoder = nn.Sequential(
        nn.Conv2d(SIZE, quarter, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(quarter, quarter, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(quarter, 4 * 4, 3, padding=1),
        nn.PixelShuffle(4),
    )
    codebook = MovingCodebook(torch.randn(VECTORS, SIZE), DECAY, LEAST)
    back = nn.Sequential(codebook, MixedPrecision(decoder))
    return Autoencoder(MixedPrecision(encoder), back, Bernoulli())


def grids(model: Autoencoder, images: Tensor) -> Tensor:
    """Return the codes of binary images: int64 `(N, 7, 7)`."""
    codebook = model.decoder[0]  # type: ignore[index]
    assert isinstance(codebook, Codebook)
    return metrics.apply(model, lambda x: codebook.codes(model.encode(x)), images)


def pixel_nats(model: Autoencoder, images: Tensor) -> Tensor:
    """Return how unlikely the pixels are, given their codes: `(N,)`, in nats."""
    return metrics.apply(model, lambda x: model.nll(model.encode(x), x), images)


def likely_codes(model: Autoencoder) -> Objective:
    """Ask a prior for the codes of binary images, drawn anew at every step."""

    def ask(prior: nn.Module, x: Tensor) -> dict[str, Tensor]:
        codes = grids(model, torch.bernoulli(x))
        return {"loss": nats(prior(codes), codes).mean()}

    return ask


def uniform(codes: Tensor) -> Tensor:
    """Say that all codes are equally likely."""
    return torch.full((len(codes),), codes[0].numel() * math.log(VECTORS))


def counted(known: Tensor) -> Prior:
    """Count how often each code stands at each place, one time more than seen."""
    seen = nn.functional.one_hot(known, VECTORS).sum(0) + 1.0  # (7, 7, K)
    logs = (seen / seen.sum(-1, keepdim=True)).log().movedim(-1, 0)[None]

    def prior(codes: Tensor) -> Tensor:
        each = logs.expand(len(codes), -1, -1, -1).gather(1, codes[:, None])
        return -each.flatten(1).sum(1)

    return prior


def learnt(network: nn.Module) -> Prior:
    """Ask a trained `CodePrior`."""

    def prior(codes: Tensor) -> Tensor:
        with runtime.evaluating(network):
            parts = codes.to(next(network.parameters()).device).split(metrics.BATCH)
            return torch.cat([nats(network(part), part) for part in parts]).cpu()

    return prior


def run(job: Job) -> Outcome:
    """Train the codes, then a prior over them; judge with three priors."""
    images, test = job.splits.train.images, binary_test_images(job)
    model = build()
    ask = binarised(bounds.vector_quantised(COMMITMENT))
    seconds = job.train("codes", model, images, ask, CODES).seconds
    network = CodePrior(VECTORS, SIDE, WIDTH, BLOCKS)
    ask = likely_codes(model)
    seconds += job.train("prior", network, images, ask, PRIOR).seconds
    pixels, codes = pixel_nats(model, test), grids(model, test)
    priors = {
        "uniform prior": uniform,
        "counts for each place": counted(grids(model, torch.bernoulli(images))),
        "learnt": learnt(network),
    }
    rates = {name: prior(codes).mean().item() for name, prior in priors.items()}
    distortion, rate = pixels.mean().item(), rates.pop("learnt")
    beside = {name: distortion + each for name, each in rates.items()}
    used = quantise.perplexity(codes, VECTORS)
    notes = {
        "bits per image": (distortion + rate) / math.log(2),
        "nats of the pixels, given the codes": distortion,
        "nats of the codes, learnt prior": rate,
        f"perplexity of the codes, of {VECTORS}": used,
    }
    return Outcome(distortion + rate, seconds, beside, notes)


ROW = Row(
    name="vq-vae",
    title="VQ-VAE with a learnt prior, binary digits (dynamic), bound on the NLL",
    unit="nats",
    digits=2,
    aim=100.0,
    published={},
    settings=(
        f"Encoder: convolutions of {CHANNELS[0]} channels at half the side, two of "
        f"{CHANNELS[1]} at a quarter, a code of {SIZE} numbers at each of {SIDE} x "
        f"{SIDE} places. Each becomes the nearest of {VECTORS} vectors, which are "
        f"moving averages (decay {DECAY:g}) and start anew when on such an average "
        f"fewer than {LEAST:g} codes of a batch choose them; commitment "
        f"{COMMITMENT:g}. Decoder: three convolutions at a quarter of the side, the "
        "last with a channel for each of 4 x 4 pixels. GELU, mixed precision; images "
        f"binarised anew at every step; {in_words(CODES)}. Then the codes are fixed "
        f"and a prior is learnt, masked convolutions of {WIDTH} channels, a first one "
        f"and {BLOCKS} times two; {in_words(PRIOR)}. Test images are binarised once. "
        "Settings were chosen in short trials on validation images, with another seed."
    ),
    run=run,
    remark=(
        "An image has one grid of codes, so the sum of -log p(x | codes) and "
        "-log p(codes) is a bound from above on its negative log-likelihood (NLL), the "
        "-ELBO of a posterior that is sure; divided by log 2 it is the number of bits "
        "of a lossless compression. The row `vae` notes a bound of the same kind, "
        "its -ELBO, of the same test images."
    ),
)
