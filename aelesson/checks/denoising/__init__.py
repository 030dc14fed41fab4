"""The checks of lesson 05: noise, decibels, a denoiser's loss, Tweedie's formula."""

from aelesson.checks.denoising.add_gaussian_noise import check as add_gaussian_noise
from aelesson.checks.denoising.denoising_loss import check as denoising_loss
from aelesson.checks.denoising.psnr import check as psnr
from aelesson.checks.denoising.salt_and_pepper import check as salt_and_pepper
from aelesson.checks.denoising.three_noises import check as three_noises
from aelesson.checks.denoising.train_denoiser import check as train_denoiser
from aelesson.checks.denoising.tweedie_denoise import check as tweedie_denoise

__all__ = [
    "add_gaussian_noise",
    "denoising_loss",
    "psnr",
    "salt_and_pepper",
    "three_noises",
    "train_denoiser",
    "tweedie_denoise",
]
