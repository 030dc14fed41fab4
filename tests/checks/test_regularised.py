"""Right and wrong answers to the exercises of lesson 06."""

import pytest
import torch

from aelesson.checks import regularised
from aelesson.checks import regularised_contractive as contractive_check
from aelesson.checks import regularised_decoder as decoder_check
from aelesson.checks import regularised_kl as kl_check
from aelesson.checks import regularised_kl_mistakes as kl_mistakes
from aelesson.checks import regularised_l1 as l1_check
from aelesson.checks import regularised_top_k as top_k_check
from aelesson.checks.harness import isolated
from aelesson.checks.regularised_encoders import CASES, build, jacobians
from aelesson.checks.wording import close

from . import (
    regularised_contractive,
    regularised_decoder,
    regularised_kl,
    regularised_l1,
    regularised_top_k,
    regularised_wrong_contractive,
    regularised_wrong_decoder,
    regularised_wrong_top_k,
)
from .answers import assert_named, assert_passes, cases

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{told}")
    for told in (".*torch.jit.script", "Using backward.. with create_graph")
]

RIGHT = {
    "l1_penalty": regularised_l1.RIGHT,
    "kl_sparsity": regularised_kl.RIGHT,
    "contractive_penalty": regularised_contractive.RIGHT,
    "top_k": regularised_top_k.RIGHT,
    "normalise_decoder_": regularised_decoder.RIGHT,
}

WRONG = {
    "l1_penalty": regularised_l1.WRONG,
    "kl_sparsity": regularised_kl.WRONG,
    "contractive_penalty": regularised_wrong_contractive.WRONG,
    "top_k": regularised_wrong_top_k.WRONG,
    "normalise_decoder_": regularised_wrong_decoder.WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(regularised, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(regularised, exercise, answer, capsys)


@cases(RIGHT)
def test_right_answers_pass_under_no_grad_too(exercise, answer, capsys):
    with torch.no_grad():
        assert_passes(regularised, exercise, answer, capsys)


def mistakes_of_l1():
    z = l1_check._codes((3, 6), torch.float32)
    right = z.abs().sum(1)
    return l1_check._mistakes(z, right), right


def mistakes_of_kl():
    activation = kl_check._activation((5, 3), torch.float32)
    right = kl_mistakes.kl(0.1, activation.mean(0)).sum()
    return kl_mistakes.mistakes(activation, 0.1), right


def mistakes_of_contraction():
    encoder, x = build(CASES[0])
    slopes = jacobians(encoder, x).detach()
    right = slopes.square().sum((1, 2))
    return contractive_check._mistakes(slopes, right), right


def mistakes_of_top_k():
    z = top_k_check._codes((5, 6), torch.float32)
    kept = top_k_check._largest(z, 2)
    return top_k_check._mistakes(z, 2, kept), z * kept


def mistakes_of_the_decoder():
    layer = decoder_check._Layer(decoder_check.CASES[0])
    right = layer.expected()
    return decoder_check._mistakes(layer.before, right), right


@pytest.mark.parametrize(
    "mistakes",
    [
        mistakes_of_l1,
        mistakes_of_kl,
        mistakes_of_contraction,
        mistakes_of_top_k,
        mistakes_of_the_decoder,
    ],
)
def test_the_mistakes_can_be_told_apart(mistakes):
    with isolated():
        known, right = mistakes()
    told = []
    for diagnosis, values in known.items():
        for value in values if isinstance(values, tuple) else (values,):
            assert not close(value, right), diagnosis
            same = [d for d, other in told if close(other, value) and d != diagnosis]
            assert not same, (diagnosis, same)
            told.append((diagnosis, value))
