"""The checks of lesson 13: twelve patients, judged by how they behave when mended."""

from aelesson.checks.clinic_codes import importance_weights, sample_code
from aelesson.checks.clinic_decoder import build_decoder
from aelesson.checks.clinic_denoising import denoising_figure, denoising_step
from aelesson.checks.clinic_encoder import build_encoder
from aelesson.checks.clinic_losses import pixel_loss, vae_loss
from aelesson.checks.clinic_measures import skill, test_error
from aelesson.checks.clinic_order import epoch_batches
from aelesson.checks.clinic_stack import pretrain

__all__ = [
    "build_decoder",
    "build_encoder",
    "denoising_figure",
    "denoising_step",
    "epoch_batches",
    "importance_weights",
    "pixel_loss",
    "pretrain",
    "sample_code",
    "skill",
    "test_error",
    "vae_loss",
]
