"""Right and wrong answers to the exercises of lesson 05."""

import pytest
import torch

from aelesson.checks import denoising

from . import denoising_losses, denoising_noises, denoising_numbers, denoising_salts
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "add_gaussian_noise": denoising_noises.RIGHT,
    "salt_and_pepper": denoising_salts.RIGHT,
    "psnr": denoising_numbers.PSNR_RIGHT,
    "denoising_loss": denoising_losses.RIGHT,
    "tweedie_denoise": denoising_numbers.TWEEDIE_RIGHT,
}

WRONG = {
    "add_gaussian_noise": denoising_noises.WRONG,
    "salt_and_pepper": denoising_salts.WRONG,
    "psnr": denoising_numbers.PSNR_WRONG,
    "denoising_loss": denoising_losses.WRONG,
    "tweedie_denoise": denoising_numbers.TWEEDIE_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(denoising, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(denoising, exercise, answer, capsys)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("exercise", ["add_gaussian_noise", "salt_and_pepper"])
def test_no_right_answer_is_refused_for_its_luck(exercise, seed, monkeypatch):
    """Draw from another generator than the one that came in, as luck would have it."""
    for answer in RIGHT[exercise]:

        def lucky(x, second, *rest, answer=answer):
            [generator] = [a for a in rest if isinstance(a, torch.Generator)]
            other = torch.Generator().set_state(generator.get_state())
            torch.rand(seed + 1, generator=other)
            generator.set_state(other.get_state())
            return answer(x, second, *rest)

        getattr(denoising, exercise)(lucky)
