"""Right and wrong answers to the exercises of lesson 07."""

import pytest
import torch

from aelesson.checks import stacked, stacked_learning

from . import (
    stacked_classifiers,
    stacked_freezing,
    stacked_numbers,
    stacked_pretraining,
    stacked_subsets,
    stacked_wrong_pretraining,
)
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "encode_through": stacked_numbers.ENCODE_RIGHT,
    "pretrain_layer": stacked_pretraining.RIGHT,
    "build_classifier": stacked_classifiers.RIGHT,
    "freeze": stacked_freezing.RIGHT,
    "stratified_subset": stacked_subsets.RIGHT,
    "accuracy": stacked_numbers.ACCURACY_RIGHT,
}

WRONG = {
    "encode_through": stacked_numbers.ENCODE_WRONG,
    "pretrain_layer": stacked_wrong_pretraining.WRONG,
    "build_classifier": stacked_classifiers.WRONG,
    "freeze": stacked_freezing.WRONG,
    "stratified_subset": stacked_subsets.WRONG,
    "accuracy": stacked_numbers.ACCURACY_WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(stacked, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(stacked, exercise, answer, capsys)


def elsewhere(answer, seed):
    """Move both random states on before an answer runs, as luck would have it."""

    def moved(*arguments):
        torch.manual_seed(torch.initial_seed() + 1000 * seed)
        *_, generator = arguments
        start = int(torch.randint(2**40, (), generator=generator)) + seed
        generator.manual_seed(start)
        return answer(*arguments)

    return moved


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("answer", stacked_pretraining.RIGHT)
def test_no_right_training_is_refused_for_its_luck(answer, seed):
    stacked.pretrain_layer(elsewhere(answer, seed))


@pytest.mark.parametrize("seed", range(20))
def test_no_right_classifier_is_refused_for_its_first_weights(seed):
    for answer in stacked_classifiers.RIGHT:

        def build(encoders, classes, answer=answer):
            torch.manual_seed(seed)
            return answer(encoders, classes)

        stacked.build_classifier(build)


@pytest.mark.parametrize("seed", range(20))
def test_no_right_subset_is_refused_for_its_luck(seed):
    def lucky(labels, per_class, generator):
        torch.rand(seed + 1, generator=generator)
        return stacked_subsets.subset_reference(labels, per_class, generator)

    stacked.stratified_subset(lucky)


def test_the_mistakes_in_accuracy_can_be_told_apart():
    logits, labels = stacked._telling_answers()
    right = float((logits.argmax(1) == labels).sum())
    told = {}
    for diagnosis, values in stacked._misjudged(logits, labels, right).items():
        for value in {float(v) for v in torch.as_tensor(values).flatten()}:
            if value != pytest.approx(right / len(labels)):
                assert told.setdefault(round(value, 4), diagnosis) == diagnosis


def test_the_inputs_to_learn_from_suit_the_exercise():
    inputs, task = stacked_learning.learning_inputs(), stacked_learning.LEARNING
    assert inputs.shape == (task.rows, task.width) == (640, 16)
    assert task.epochs == 40
    assert inputs.min() >= 0
    assert inputs.max() <= 1
    assert len(inputs.unique(dim=0)) == task.rows
