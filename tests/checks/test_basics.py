"""Right and wrong answers to the exercises of lesson 01."""

import pytest
import torch
from torch import nn

from aelesson.checks import basics

from . import (
    basics_errors,
    basics_models,
    basics_numbers,
    basics_steps,
    basics_wrong_models,
    basics_wrong_shapes,
)
from .answers import assert_named, assert_passes, cases, diagnosis

RIGHT = {
    "count_parameters": basics_numbers.COUNT_RIGHT,
    "build_autoencoder": basics_models.RIGHT,
    "train_step": basics_steps.RIGHT,
    "reconstruction_error": basics_errors.RIGHT,
    "compression_ratio": basics_numbers.RATIO_RIGHT,
}

WRONG = {
    "count_parameters": basics_numbers.COUNT_WRONG,
    "build_autoencoder": basics_wrong_shapes.WRONG + basics_wrong_models.WRONG,
    "train_step": basics_steps.WRONG,
    "reconstruction_error": basics_errors.WRONG,
    "compression_ratio": basics_numbers.RATIO_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(basics, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(basics, exercise, answer, capsys)


@pytest.mark.parametrize("seed", range(20))
def test_no_right_model_is_refused_for_its_first_weights(seed):
    for build in RIGHT["build_autoencoder"]:

        def build_from_seed(sizes, build=build):
            torch.manual_seed(seed)
            return build(sizes)

        basics.build_autoencoder(build_from_seed)


@pytest.mark.parametrize(
    "initialise",
    [nn.init.xavier_uniform_, nn.init.kaiming_normal_, nn.init.orthogonal_],
)
def test_no_right_model_is_refused_for_its_initialisation(initialise):
    def build(sizes):
        model = basics_models.Reference(sizes)
        for layer in model.body[::2]:
            initialise(layer.weight)
            nn.init.zeros_(layer.bias)
        return model

    basics.build_autoencoder(build)


def test_the_oracle_counts_the_network_of_the_lesson():
    layers = basics.mirror((784, 128, 64, 32))
    assert layers == (784, 128, 64, 32, 64, 128, 784)
    assert basics.parameter_count(layers) == 222_384


def test_a_diagnosis_calls_the_arguments_by_names_that_a_learner_knows():
    def fails(*arguments):
        raise LookupError

    message = diagnosis(basics, "reconstruction_error", fails)
    assert "model = a test model, images = a tensor of shape (5, 3, 4, 6)" in message
    assert "optimizer = an SGD." in diagnosis(basics, "train_step", fails)
