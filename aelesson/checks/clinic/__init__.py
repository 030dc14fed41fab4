"""The checks of lesson 13: patients, judged by how they behave when mended."""

from aelesson.checks.clinic.build_decoder import check as build_decoder
from aelesson.checks.clinic.build_encoder import check as build_encoder
from aelesson.checks.clinic.collection import collection
from aelesson.checks.clinic.denoising_figure import check as denoising_figure
from aelesson.checks.clinic.denoising_step import check as denoising_step
from aelesson.checks.clinic.diagnose import diagnose
from aelesson.checks.clinic.epoch_batches import check as epoch_batches
from aelesson.checks.clinic.importance_weights import check as importance_weights
from aelesson.checks.clinic.pixel_loss import check as pixel_loss
from aelesson.checks.clinic.pretrain import check as pretrain
from aelesson.checks.clinic.sample_code import check as sample_code
from aelesson.checks.clinic.skill import check as skill
from aelesson.checks.clinic.test_error import check as test_error
from aelesson.checks.clinic.vae_loss import check as vae_loss

__all__ = [
    "build_decoder",
    "build_encoder",
    "collection",
    "denoising_figure",
    "denoising_step",
    "diagnose",
    "epoch_batches",
    "importance_weights",
    "pixel_loss",
    "pretrain",
    "sample_code",
    "skill",
    "test_error",
    "vae_loss",
]
