import math

import pytest
import torch

from aelesson.data import strokes
from aelesson.data.strokes import KINDS, LONGEST, SHORTEST


def draw(count=600, seed=0, **lengths):
    return strokes.draw(count, torch.Generator().manual_seed(seed), **lengths)


def test_shapes_types_and_ranges():
    steps, lengths, kinds = draw()
    assert steps.shape == (600, LONGEST, 2)
    assert steps.dtype == torch.float32
    assert lengths.dtype == kinds.dtype == torch.int64
    assert (lengths.min(), lengths.max()) == (SHORTEST, LONGEST)
    assert set(kinds.tolist()) == set(range(len(KINDS)))


def test_behind_the_end_of_a_stroke_are_zeros_and_before_it_none():
    steps, lengths, _ = draw()
    moves = (steps != 0).all(2)
    assert torch.equal(moves.sum(1), lengths)
    assert (moves.int().diff(dim=1) <= 0).all()  # and no gap


def test_the_generator_settles_everything():
    assert all(map(torch.equal, draw(), draw()))
    assert not torch.equal(draw()[0], draw(seed=1)[0])


def test_other_lengths_may_be_asked_for():
    steps, lengths, _ = draw(shortest=30, longest=48)
    assert steps.shape == (600, 48, 2)
    assert (lengths.min(), lengths.max()) == (30, 48)


def test_the_pen_moves_about_one_unit_per_step():
    steps, lengths, _ = draw()
    total = steps.norm(dim=2).sum()
    assert total / lengths.sum() == pytest.approx(1, abs=0.1)


def test_no_direction_is_preferred():
    steps, lengths, _ = draw(4000)
    mean_step = steps.sum((0, 1)) / lengths.sum()
    assert mean_step.norm() < 0.05


def movements(kind, monkeypatch):
    """Yield each stroke of a kind as complex numbers, without the hand's tremor."""
    monkeypatch.setattr(strokes, "TREMOR", 0.0)
    steps, lengths, kinds = draw(900)
    chosen = kinds == KINDS.index(kind)
    for stroke, length in zip(steps[chosen], lengths[chosen], strict=True):
        yield torch.complex(*stroke[:length].double().unbind(1))


def test_a_spiral_turns_evenly_at_a_speed_that_changes_evenly(monkeypatch):
    for step in movements("spiral", monkeypatch):
        turns, changes = (step[1:] / step[:-1]).angle(), step.abs().diff()
        assert turns.std() < 1e-4
        assert 2 * math.pi / 24.01 < turns.abs().mean() < 2 * math.pi / 9.99
        assert changes.std() < 1e-5 < changes.abs().mean()


def test_a_zigzag_has_one_speed_and_corners_to_and_fro(monkeypatch):
    for step in movements("zigzag", monkeypatch):
        turns = (step[1:] / step[:-1]).angle()
        corners = turns[turns.abs() > 1e-3]
        assert step.abs().std() < 1e-5
        assert (corners[1:] * corners[:-1] < 0).all()
        assert ((corners.abs() - math.radians(90)).abs() < math.radians(50.1)).all()
        places = (turns.abs() > 1e-3).nonzero().flatten()
        assert set(places.diff().tolist()) <= set(range(3, 9))


def test_a_loop_is_a_circle_with_a_drift(monkeypatch):
    for step in movements("loop", monkeypatch):
        bends = step.diff()  # without the drift
        turns = (bends[1:] / bends[:-1]).angle()
        assert bends.abs().std() < 1e-5
        assert turns.std() < 1e-3
        assert 2 * math.pi / 20.01 < turns.abs().mean() < 2 * math.pi / 7.99


def test_the_path_starts_at_the_origin_and_sums_the_movements():
    steps = torch.tensor([[[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]]])
    places = strokes.path(steps)
    assert places.tolist() == [[[0, 0], [1, 0], [1, 2], [-2, 2]]]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"count": 0}, "count is 0"),
        ({"shortest": 1}, "shortest is 1"),
        ({"shortest": 9, "longest": 8}, "longest is 8; it must be at least 9"),
    ],
)
def test_impossible_strokes_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        draw(**settings)
