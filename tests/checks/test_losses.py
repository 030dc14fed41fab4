"""Right and wrong answers to the exercises of lesson 02."""

import torch

from aelesson.checks import losses

from . import losses_bernoulli, losses_gaussian, losses_gradients, losses_laplace
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "gaussian_nll": losses_gaussian.GAUSSIAN_RIGHT,
    "laplace_nll": losses_laplace.LAPLACE_RIGHT,
    "bernoulli_nll": losses_bernoulli.NLL_RIGHT,
    "bernoulli_entropy": losses_bernoulli.ENTROPY_RIGHT,
    "mse_logit_gradient": losses_gradients.MSE_RIGHT,
    "bce_logit_gradient": losses_gradients.BCE_RIGHT,
}

WRONG = {
    "gaussian_nll": losses_gaussian.GAUSSIAN_WRONG,
    "laplace_nll": losses_laplace.LAPLACE_WRONG,
    "bernoulli_nll": losses_bernoulli.NLL_WRONG,
    "bernoulli_entropy": losses_bernoulli.ENTROPY_WRONG,
    "mse_logit_gradient": losses_gradients.MSE_WRONG,
    "bce_logit_gradient": losses_gradients.BCE_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(losses, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(losses, exercise, answer, capsys)


@cases(RIGHT)
def test_right_answers_pass_under_no_grad_too(exercise, answer, capsys):
    with torch.no_grad():
        assert_passes(losses, exercise, answer, capsys)
