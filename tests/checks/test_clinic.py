"""Right and wrong answers to the twelve patients of lesson 13."""

import pytest
import torch
from torch import nn

from aelesson.checks import clinic

from . import (
    clinic_codes,
    clinic_decoders,
    clinic_denoising,
    clinic_encoders,
    clinic_losses,
    clinic_measures,
    clinic_orders,
    clinic_stacks,
)
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "build_decoder": clinic_decoders.RIGHT,
    "build_encoder": clinic_encoders.RIGHT,
    "denoising_figure": clinic_denoising.FIGURE_RIGHT,
    "denoising_step": clinic_denoising.STEP_RIGHT,
    "epoch_batches": clinic_orders.RIGHT,
    "importance_weights": clinic_codes.WEIGHTS_RIGHT,
    "pixel_loss": clinic_losses.PIXEL_RIGHT,
    "pretrain": clinic_stacks.RIGHT,
    "sample_code": clinic_codes.SAMPLE_RIGHT,
    "skill": clinic_measures.SKILL_RIGHT,
    "test_error": clinic_measures.ERROR_RIGHT,
    "vae_loss": clinic_losses.VAE_RIGHT,
}

WRONG = {
    "build_decoder": clinic_decoders.WRONG,
    "build_encoder": clinic_encoders.WRONG,
    "denoising_figure": clinic_denoising.FIGURE_WRONG,
    "denoising_step": clinic_denoising.STEP_WRONG,
    "epoch_batches": clinic_orders.WRONG,
    "importance_weights": clinic_codes.WEIGHTS_WRONG,
    "pixel_loss": clinic_losses.PIXEL_WRONG,
    "pretrain": clinic_stacks.WRONG,
    "sample_code": clinic_codes.SAMPLE_WRONG,
    "skill": clinic_measures.SKILL_WRONG,
    "test_error": clinic_measures.ERROR_WRONG,
    "vae_loss": clinic_losses.VAE_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(clinic, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(clinic, exercise, answer, capsys)


@pytest.mark.parametrize("exercise", WRONG)
def test_the_broken_program_comes_first(exercise):
    assert WRONG[exercise][0].answer.__name__ == f"{exercise}_broken"


@pytest.mark.parametrize("exercise", ["build_encoder", "build_decoder"])
@pytest.mark.parametrize("seed", range(20))
def test_no_right_network_is_refused_for_its_first_weights(exercise, seed):
    for build in RIGHT[exercise]:

        def build_from_seed(sizes, build=build):
            torch.manual_seed(seed)
            return build(sizes)

        getattr(clinic, exercise)(build_from_seed)


@pytest.mark.parametrize(
    "initialise",
    [nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_],
)
@pytest.mark.parametrize("exercise", ["build_encoder", "build_decoder"])
def test_no_right_network_is_refused_for_its_initialisation(exercise, initialise):
    def build(sizes):
        network = RIGHT[exercise][0](sizes)
        for layer in network:
            if isinstance(layer, nn.Linear):
                initialise(layer.weight)
        return network

    getattr(clinic, exercise)(build)
