"""General slips are said only where they are sure: counts, rows, mistakes that run."""

import warnings

import pytest
import torch

from aelesson.checks.engine import CheckFailed, Exercise, returned
from aelesson.checks.engine.matrix import report


def near(x):
    return int((x.square().mean(1) <= 1).sum())


def turned(x):
    mean = x.mean(1, keepdim=True)
    return x - mean


def check(reference, shapes=((3, 2), (9, 4), (12, 6))):
    return Exercise(
        reference, lambda: [{"x": torch.randn(shape)} for shape in shapes], returned()
    )


def told(exercise, answer):
    with pytest.raises(CheckFailed) as failure:
        exercise(answer)
    return str(failure.value)


def test_a_count_that_is_right_for_small_numbers_is_not_called_a_range():
    """All are near when all are divided by 100, whatever the answer does."""
    assert "range" not in told(check(near), lambda x: int((x.abs().amax(1) < 1).sum()))


def test_rows_that_are_turned_are_not_said_to_depend_on_each_other():
    def with_channel(x):
        return x[:, None]

    made = check(with_channel, ((2, 1, 3), (3, 4, 2), (4, 4, 5)))
    assert "depends on the others" not in told(made, lambda x: x.permute(2, 1, 0))


def test_the_probes_of_a_diagnosis_warn_nobody():
    def own(x):
        if len(x) < 2:
            warnings.warn("a single row", stacklevel=2)
        return (x - x.mean(0)) / (x.std(0) + 1)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        told(check(own, ((2, 3), (5, 2))), lambda x: x - x.median(0).values)
    assert not [str(each.message) for each in seen]


def test_the_matrix_refuses_a_mistake_that_uses_a_name_too_early():
    made = check(turned)
    made.mistakes({"far off.": "x.mean(1, keepdim=True) -> x.mean() + mean"})
    assert "cannot access local variable 'mean'" in report(made)
    assert "is an import missing?" in report(made)
