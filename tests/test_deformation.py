"""Deformations: what `test_corruptions` asks of all, and how far things move."""

import math

import pytest
import torch

from aelesson import corruptions


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


DEFORMATIONS = {"angle": 20, "scale": 0.3, "shear": 0.3, "shift": 3, "bend": 1}


def test_a_deformation_of_no_size_gives_the_image_back():
    for shape in ((3, 2, 7, 5), (2, 1, 28, 28)):
        x = torch.rand(shape, dtype=torch.float64)
        same = corruptions.deformation()(x)
        torch.testing.assert_close(same, x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", DEFORMATIONS)
def test_each_image_is_deformed_in_a_way_of_its_own(kind):
    image = torch.rand(1, 1, 12, 9, generator=generator()).expand(5, 2, 12, 9)
    corrupt = corruptions.deformation(**{kind: DEFORMATIONS[kind]})
    deformed = corrupt(image)
    assert len(deformed.flatten(1).unique(dim=0)) == 5
    assert torch.equal(deformed[:, 0], deformed[:, 1]), "channels move together"


def test_a_deformed_image_has_no_new_brightness():
    x = torch.rand(200, 1, 11, 14, generator=generator())
    deformed = corruptions.deformation(**DEFORMATIONS, generator=generator())(x)
    assert deformed.min() >= 0
    assert deformed.max() <= 1 + 1e-6


def middles(images):
    """Return the centre of brightness of each image, (column, row)."""
    weight = images[:, 0] / images.sum((1, 2, 3))[:, None, None]
    height, width = weight.shape[1:]
    columns = (weight.sum(1) * torch.arange(width)).sum(1)
    return torch.stack([columns, (weight.sum(2) * torch.arange(height)).sum(1)], 1)


def dots(column, row):
    """Return 300 images of a small bright square, 31 rows high and 41 columns wide."""
    images = torch.zeros(300, 1, 31, 41)
    images[:, :, row - 1 : row + 2, column - 1 : column + 2] = 1
    return images


def test_a_shift_is_uniform_and_in_pixels():
    shifted = corruptions.deformation(shift=2.5, generator=generator())(dots(20, 15))
    moves = middles(shifted) - torch.tensor([20.0, 15.0])
    assert moves.abs().max() < 2.5 + 1e-4
    assert moves.abs().max() > 2.4
    assert moves.std(0) == pytest.approx([2.5 / math.sqrt(3)] * 2, rel=0.1)
    assert abs(torch.corrcoef(moves.T)[0, 1]) < 6 / math.sqrt(300)


def test_a_turn_keeps_the_distance_to_the_middle_on_images_that_are_not_square():
    turned = corruptions.deformation(angle=30, generator=generator())(dots(30, 15))
    away = middles(turned) - torch.tensor([20.0, 15.0])
    assert away.norm(dim=1) == pytest.approx([10.0] * 300, abs=0.2)
    angles = torch.atan2(away[:, 1], away[:, 0]).rad2deg()
    assert 28 < angles.max() < 31
    assert -31 < angles.min() < -28


def test_width_and_height_change_each_for_itself():
    corrupt = corruptions.deformation(scale=0.25, generator=generator())
    away = middles(corrupt(dots(28, 23))) - torch.tensor([20.0, 15.0])
    factors = away / 8
    assert factors.max() == pytest.approx(1.25, abs=0.02)
    assert factors.min() == pytest.approx(0.8, abs=0.02)
    assert abs(torch.corrcoef(factors.T)[0, 1]) < 6 / math.sqrt(300)


def test_a_slant_moves_columns_by_rows():
    corrupt = corruptions.deformation(shear=0.5, generator=generator())
    away = middles(corrupt(dots(20, 25))) - torch.tensor([20.0, 15.0])
    assert away[:, 1] == pytest.approx([10.0] * 300, abs=0.1)
    assert away[:, 0].abs().max() == pytest.approx(5, abs=0.2)
    assert middles(corrupt(dots(20, 15)))[:, 0] == pytest.approx([20.0] * 300, abs=0.1)


def test_a_bend_moves_each_place_in_another_way():
    corrupt = corruptions.deformation(bend=1.0, generator=generator())
    assert 0.3 < middles(corrupt(dots(10, 15)))[:, 0].std() < 1.2
    both = dots(8, 15) + dots(32, 15)
    bent = corrupt(both)
    one, other = middles(bent[..., :20])[:, 0], middles(bent[..., 20:])[:, 0]
    assert abs(torch.corrcoef(torch.stack([one, other]))[0, 1]) < 6 / math.sqrt(300)


def test_a_deformation_refuses_what_is_no_image():
    with pytest.raises(ValueError, match=r"x has shape \(4, 784\), expected \(B, C"):
        corruptions.deformation(angle=1)(torch.rand(4, 784))
