"""Right and wrong answers to the exercises of lesson 08."""

import pytest
import torch

from aelesson.checks import vae, vae_bounds, vae_losses

from . import vae_codes, vae_numbers
from . import vae_losses as loss_answers
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "reparameterize": vae_codes.DRAW_RIGHT,
    "kl_to_standard_normal": loss_answers.KL_RIGHT,
    "negative_elbo": loss_answers.ELBO_RIGHT,
    "effective_beta": vae_numbers.BETA_RIGHT,
    "sample": vae_codes.SAMPLE_RIGHT,
    "iwae_bound": vae_numbers.IWAE_RIGHT,
}

WRONG = {
    "reparameterize": vae_codes.DRAW_WRONG,
    "kl_to_standard_normal": loss_answers.KL_WRONG,
    "negative_elbo": loss_answers.ELBO_WRONG,
    "effective_beta": vae_numbers.BETA_WRONG,
    "sample": vae_codes.SAMPLE_WRONG,
    "iwae_bound": vae_numbers.IWAE_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(vae, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(vae, exercise, answer, capsys)


def test_the_library_answers_the_exercises_it_shares():
    from aelesson import latent, likelihood, losses

    vae.reparameterize(latent.reparameterize)
    vae.kl_to_standard_normal(losses.kl_to_standard_normal)
    vae.sample(latent.sample)
    vae.iwae_bound(likelihood.iwae_bound)


def test_the_oracle_of_the_kl_is_zero_at_the_prior():
    zeros = torch.zeros(2, 3)
    assert vae_losses._kl(zeros, zeros).abs().max() < 1e-6


@pytest.mark.parametrize("values", vae_bounds.CASES.values())
def test_the_oracle_of_the_bound_lies_between_mean_and_maximum(values):
    bound = vae_bounds._oracle(values)
    assert (bound >= values.mean(0) - 1e-3).all()
    assert (bound <= values.amax(0) + 1e-3).all()
