"""How likely are binary digits under a VAE, and under one trained with 50 weights?"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from aelesson import likelihood, metrics, objectives, runtime
from aelesson.models import VAE
from aelesson.networks import MixedPrecision
from aelesson.objectives import Objective
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words

CODE = 50
CHANNELS = (32, 64)
HIDDEN = 256
ELBO = TrainConfig(epochs=70, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
WEIGHTS = 50
IWAE = TrainConfig(epochs=4, batch_size=32, learning_rate=5e-4, schedule=one_cycle)
SAMPLES = 5000
TEST_SEED = 12345  # binarises the test images: the same for every run
PART = 100  # test images whose estimates are kept together
CODES = 1000  # weighed in one pass: at 5,000 it takes half as long again
COMPARED = 200  # test images whose estimate is made in float32 too

Draw = Callable[[VAE, Tensor, int, torch.Generator | None], Tensor]
"""Draws codes of images and returns their log-weights, as `draw_log_weights` does."""

PUBLISHED_BEST = {
    "NVAE, Vahdat and Kautz (2020)": 78.01,
    "CR-NVAE, which also learns transformed images, Sinha and Dieng (2021)": 76.93,
}
PUBLISHED_VAE = {"VAE 784-200-200-50, Burda et al. (2016)": 86.76}
PUBLISHED_IWAE = {
    "IWAE-50 784-200-200-50, Burda et al. (2016)": 84.78,
    "PIWAE, 8 x 8 weights, pythae's reproducibility table": 84.58,
    "ladder VAE, importance-weighted, Sønderby et al. (2016)": 81.74,
}


def build() -> VAE:
    """Return a convolutional VAE; its decoder works at a quarter of the side."""
    half, quarter = CHANNELS
    flat = quarter * 7 * 7
    encoder = nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(4, half, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(half, quarter, 3, stride=2, padding=1),
        nn.GELU(),
        nn.Flatten(),
        nn.Linear(flat, HIDDEN),
        nn.GELU(),
        nn.Linear(HIDDEN, 2 * CODE),
    )
    decoder = nn.Sequential(
        nn.Linear(CODE, HIDDEN),
        nn.GELU(),
        nn.Linear(HIDDEN, flat),
        nn.GELU(),
        nn.Unflatten(1, (quarter, 7, 7)),
        nn.Conv2d(quarter, quarter, 3, padding=1),
        nn.GELU(),
        nn.Conv2d(quarter, 4 * 4, 3, padding=1),
        nn.PixelShuffle(4),
    )
    return VAE(MixedPrecision(encoder), MixedPrecision(decoder))


def binarised(objective: Objective) -> Objective:
    """Ask the same of binary images, drawn anew from the grey ones at every step."""

    def asked(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return objective(model, torch.bernoulli(x))

    return asked


def train(job: Job, model: VAE, config: TrainConfig, weights: int = 1) -> float:
    """Train on images binarised anew, and return the seconds that it took.

    With the ELBO, or with the bound of more importance weights than one.
    """
    name, ask = "elbo", objectives.negative_elbo()
    if weights > 1:
        name, ask = "iwae", objectives.negative_iwae(job.at_most(weights, 2))
    images = job.splits.train.images
    return job.train(name, model, images, binarised(ask), config).seconds


def binary_test_images(job: Job) -> Tensor:
    """Return the test images, binarised once with a seed of their own."""
    generator = torch.Generator().manual_seed(TEST_SEED)
    images = job.splits.test.images
    return torch.bernoulli(images, generator=generator)[: job.at_most(len(images), 5)]


def judge(
    job: Job,
    model: VAE,
    seconds: float,
    draw: Draw = likelihood.draw_log_weights,
) -> Outcome:
    """Estimate the negative log-likelihood of the test images, and -ELBO."""
    images, samples = binary_test_images(job).to(job.device), job.at_most(SAMPLES, 10)
    model = model.to(memory_format=torch.channels_last)  # faster in bfloat16
    bounds = kept_bounds(job, model, images, samples, draw)
    estimate = likelihood.Estimate.of(-bounds)
    few = images[:COMPARED]
    codes = metrics.apply(model, model.encode, images)
    notes = {
        "standard error over images": estimate.standard_error,
        "-ELBO": likelihood.nll(model, images, 1).mean,
        "active units": float(metrics.active_units(codes)),
    }
    if runtime.has_bfloat16(job.device):
        exact = likelihood.nll(model, few, samples, seeded(job.device))
        rough = -fast_bounds(model, few, samples, seeded(job.device), draw).mean()
        notes[f"what bfloat16 adds, {COMPARED} images"] = float(rough) - exact.mean
    return Outcome(estimate.mean, seconds, notes=notes)


def kept_bounds(
    job: Job,
    model: VAE,
    images: Tensor,
    samples: int,
    draw: Draw = likelihood.draw_log_weights,
) -> Tensor:
    """Return the bound of each image; a run that was stopped goes on from its parts.

    Each part has draws of its own, so that the figure is the same with and without a
    stop.
    """
    parts = []
    bar = tqdm(images.split(PART), desc="weighing samples", disable=job.small)
    for number, part in enumerate(bar):
        path = job.folder / f"bounds-{number}.pt"
        if not path.exists():
            generator = torch.Generator(job.device).manual_seed(TEST_SEED + number)
            bounds = fast_bounds(model, part, samples, generator, draw)
            job.folder.mkdir(parents=True, exist_ok=True)
            torch.save(bounds.cpu(), aside := path.with_suffix(".part"))
            aside.replace(path)
        parts.append(torch.load(path))
    return torch.cat(parts)


def fast_bounds(
    model: VAE,
    images: Tensor,
    samples: int,
    generator: torch.Generator,
    draw: Draw = likelihood.draw_log_weights,
) -> Tensor:
    """Return log p(x) as bounded from below, image by image.

    In bfloat16 where that is faster: tens of millions of codes are decoded.
    """
    counts = [len(part) for part in torch.arange(samples).split(CODES)]
    with runtime.evaluating(model), runtime.mixed_precision(images.device):
        bounds = []
        for image in images.split(1):
            weights = [draw(model, image, count, generator) for count in counts]
            bounds.append(likelihood.iwae_bound(torch.cat(weights)))
    return torch.cat(bounds)


def seeded(device: torch.device) -> torch.Generator:
    """Return a generator for codes; a new one draws the same ones again."""
    return torch.Generator(device).manual_seed(TEST_SEED)


def run_vae(job: Job) -> Outcome:
    """Train with the ELBO."""
    model = build()
    return judge(job, model, train(job, model, ELBO))


def run_iwae(job: Job) -> Outcome:
    """Train with the ELBO, then with the bound of 50 importance weights."""
    model = build()
    seconds = train(job, model, ELBO) + train(job, model, IWAE, WEIGHTS)
    return judge(job, model, seconds)


NETWORK = (
    f"Encoder: a convolution of {CHANNELS[0]} channels at half the side, one of "
    f"{CHANNELS[1]} at a quarter, a layer of {HIDDEN}. {CODE} numbers a code. Decoder: "
    f"a layer of {HIDDEN}, then two convolutions at a quarter of the side, the last "
    "with a channel for each of 4 x 4 pixels. GELU, mixed precision; images binarised "
    "anew at every step"
)
JUDGED = (
    f"Estimated with {SAMPLES} importance weights for each test image, binarised once; "
    "in the precision of the training."
)

VAE_ROW = Row(
    name="vae",
    title="VAE, binary digits (dynamic), negative log-likelihood",
    unit="nats",
    digits=2,
    aim=86.5,
    published=PUBLISHED_VAE | PUBLISHED_BEST,
    settings=f"{NETWORK}; {in_words(ELBO)}. {JUDGED}",
    run=run_vae,
    seeds=1,
    remark=(
        "Burda's networks are multilayer perceptrons; the convolutions may be a part "
        "of what ours gains."
    ),
)

IWAE_ROW = Row(
    name="iwae",
    title=(
        f"IWAE with {WEIGHTS} weights, binary digits (dynamic), negative log-likelihood"
    ),
    unit="nats",
    digits=2,
    aim=85.0,
    published=PUBLISHED_IWAE | PUBLISHED_BEST,
    settings=(
        f"{NETWORK}; {in_words(ELBO)} with the ELBO; then {in_words(IWAE)} with "
        f"{WEIGHTS} weights. {JUDGED}"
    ),
    run=run_iwae,
    seeds=1,
    remark=(
        "The row `vae` is the control: the same network after the first of the two "
        "trainings. It trained no further, so what the weights bring is not told apart "
        "from what more steps bring. The networks of Burda and of pythae are "
        "multilayer perceptrons."
    ),
)
