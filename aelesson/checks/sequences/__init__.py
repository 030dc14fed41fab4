"""The checks of lesson 11: sequences, masks, and codes of what has no fixed length."""

from aelesson.checks.sequences.decode_sequence import check as decode_sequence
from aelesson.checks.sequences.encode_sequence import check as encode_sequence
from aelesson.checks.sequences.error_per_step import check as error_per_step
from aelesson.checks.sequences.lengths_to_mask import check as lengths_to_mask
from aelesson.checks.sequences.masked_mse import check as masked_mse
from aelesson.checks.sequences.pen_strokes import check as pen_strokes
from aelesson.checks.sequences.rows_as_sequence import check as rows_as_sequence

__all__ = [
    "decode_sequence",
    "encode_sequence",
    "error_per_step",
    "lengths_to_mask",
    "masked_mse",
    "pen_strokes",
    "rows_as_sequence",
]
