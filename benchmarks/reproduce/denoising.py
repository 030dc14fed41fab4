"""Remove noise of standard deviation .5, which a camera has cut to [0, 1]."""

import torch
from torch import Tensor, nn

from aelesson import corruptions, filters, metrics, objectives
from aelesson.models import Autoencoder
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, one_cycle
from aelesson.unet import UNet
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

STD = 0.5
CHANNELS = (32, 64)
OURS = TrainConfig(epochs=5, batch_size=64, learning_rate=3e-3, schedule=one_cycle)
TUTORIAL_SIZES = (784, 128, 64, 32)
TUTORIAL = TrainConfig(epochs=10, batch_size=128, learning_rate=1e-3)
NOISE_SEED = 12345  # of the test images' noise: the same for every run and method


def mean_psnr(cleaned: Tensor, clean: Tensor) -> float:
    """Return the mean over images of the peak signal-to-noise ratio, in dB."""
    return metrics.psnr(cleaned.clamp(0, 1), clean).mean().item()


def run(job: Job) -> Outcome:
    """Train a denoiser, beside filters, a linear map and a tutorial's network."""
    clean, corrupt = (
        job.splits.train.images,
        corruptions.gaussian_noise(STD, clamp=True),
    )
    model, ask = MixedPrecision(UNet(CHANNELS)), objectives.denoising(corrupt)
    seconds = job.train("ours", model, clean, ask, OURS).seconds
    tutorial = Autoencoder.mlp(TUTORIAL_SIZES)
    job.train("tutorial", tutorial, clean, ask, TUTORIAL)
    test = job.splits.test.images
    fixed = torch.Generator().manual_seed(NOISE_SEED)
    noisy = corruptions.gaussian_noise(STD, clamp=True, generator=fixed)(test)

    def judge(network: nn.Module) -> float:
        return mean_psnr(metrics.apply(network, network, noisy), test)

    linear = filters.best_linear_map(corrupt(clean), clean)
    beside = {
        "noisy": mean_psnr(noisy, test),
        "median filter": mean_psnr(filters.median(noisy), test),
        "a tutorial's network": judge(tutorial),
        "best linear map": mean_psnr(linear(noisy), test),
    }
    return Outcome(judge(model), seconds, beside)


ROW = Row(
    name="denoising",
    title=f"Denoising, Gaussian noise of {STD}, clamped",
    unit="dB",
    digits=2,
    aim=20.0,
    published={},
    settings=(
        f"U-Net of {CHANNELS[0]} and {CHANNELS[1]} channels, which has no code, mixed "
        f"precision; {in_words(OURS)}; mean squared error. Beside it a tutorial's "
        f"{chain(TUTORIAL_SIZES)} and back, {in_words(TUTORIAL)}; the best "
        "linear map; a median filter of 3 x 3. The figure is the mean over images of "
        "the peak signal-to-noise ratio."
    ),
    run=run,
    higher_is_better=True,
)
