"""Right and wrong answers to the exercises of lesson 04."""

import pytest
import torch

from aelesson.checks import conv

from . import conv_decoders, conv_encoders, conv_sizes
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "conv_size": conv_sizes.CONV_RIGHT,
    "transposed_conv_size": conv_sizes.TRANSPOSED_RIGHT,
    "build_conv_encoder": conv_encoders.RIGHT,
    "build_conv_decoder": conv_decoders.RIGHT,
    "receptive_field": conv_sizes.FIELD_RIGHT,
}

WRONG = {
    "conv_size": conv_sizes.CONV_WRONG,
    "transposed_conv_size": conv_sizes.TRANSPOSED_WRONG,
    "build_conv_encoder": conv_encoders.WRONG,
    "build_conv_decoder": conv_decoders.WRONG,
    "receptive_field": conv_sizes.FIELD_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(conv, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(conv, exercise, answer, capsys)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("exercise", ["build_conv_encoder", "build_conv_decoder"])
def test_no_right_network_is_refused_for_its_first_weights(exercise, seed):
    for build in RIGHT[exercise]:

        def build_from_seed(latent_dim, build=build):
            torch.manual_seed(seed)
            return build(latent_dim)

        getattr(conv, exercise)(build_from_seed)


def test_the_oracle_of_fields_knows_the_network_of_the_lesson():
    assert conv.field_by_gradient([(3, 2)]) == 3
    assert conv.field_by_gradient([(3, 2), (3, 2)]) == 7
    assert conv.field_by_gradient([(3, 2), (3, 2), (7, 1)]) == 31
