"""Right and wrong answers to the exercises of lesson 11."""

import pytest
import torch

from aelesson.checks import sequences, sequences_codes, sequences_encode, sequences_loss

from . import (
    sequences_decoders,
    sequences_encoders,
    sequences_losses,
    sequences_masks,
    sequences_rows,
    sequences_wrong_decoders,
    sequences_wrong_encoders,
    sequences_wrong_losses,
    sequences_wrong_masks,
    sequences_wrong_means,
    sequences_wrong_packing,
    sequences_wrong_results,
)
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "rows_as_sequence": sequences_rows.RIGHT,
    "lengths_to_mask": sequences_masks.RIGHT,
    "masked_mse": sequences_losses.RIGHT,
    "encode_sequence": sequences_encoders.RIGHT,
    "decode_sequence": sequences_decoders.RIGHT,
}

WRONG = {
    "rows_as_sequence": sequences_rows.WRONG,
    "lengths_to_mask": sequences_masks.WRONG + sequences_wrong_masks.WRONG,
    "masked_mse": sequences_wrong_losses.WRONG + sequences_wrong_means.WRONG,
    "encode_sequence": sequences_wrong_encoders.WRONG + sequences_wrong_packing.WRONG,
    "decode_sequence": sequences_wrong_decoders.WRONG + sequences_wrong_results.WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(sequences, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(sequences, exercise, answer, capsys)


@pytest.mark.parametrize("case", sequences_encode.CASES)
def test_the_oracle_of_the_codes_follows_the_equations_of_a_gru(case):
    lengths, steps, features, units = case
    rnn = sequences_codes.network(features, units)
    x, lengths = torch.randn(len(lengths), steps, features), torch.tensor(lengths)
    expected = sequences_encoders.codes_by_a_cell(rnn, x, lengths)
    torch.testing.assert_close(sequences_codes.codes_alone(rnn, x, lengths), expected)


def test_the_oracle_of_the_loss_knows_the_example_of_the_sheet():
    mask = torch.tensor([[True, True, True], [True, False, False]])
    gaps = torch.tensor([1.0, 3.0])[:, None, None].expand(2, 3, 5)
    assert sequences_loss._oracle(gaps, torch.zeros(2, 3, 5), mask) == 3


@pytest.mark.parametrize("exercise", RIGHT)
def test_the_library_answers_the_exercise(exercise):
    from aelesson import sequences as library

    getattr(sequences, exercise)(getattr(library, exercise))
