import math

import numpy as np
import pytest
import torch
from matplotlib.path import Path

from aelesson.data import sprites

SQUARE, ELLIPSE, TRIANGLE = range(3)


def sprite(shape=0, size=3, angle=0, x=4, y=4, side=28):
    return sprites.render(torch.tensor([[shape, size, angle, x, y]]), side)[0, 0]


def radius(size):
    return 0.26 + 0.08 * size


def centre(image):
    """The centre of mass, to the right and up, in units of half the picture."""
    side = len(image)
    image = image.double()
    axis = ((torch.arange(side) + 0.5) * 2 / side - 1).double()
    mass = image.sum()
    return (image.sum(0) @ axis / mass).item(), -(image.sum(1) @ axis / mass).item()


def test_every_combination_is_there_once():
    everything = sprites.combinations()
    assert everything.shape == (3 * 4 * 6 * 8 * 8, 5)
    assert everything.dtype == torch.int64
    assert len(everything.unique(dim=0)) == len(everything)
    assert everything.amax(0).tolist() == [3 - 1, 4 - 1, 6 - 1, 8 - 1, 8 - 1]


def test_no_two_combinations_look_alike_and_none_leaves_the_picture():
    images = sprites.render(sprites.combinations())
    assert images.shape == (4608, 1, 28, 28)
    assert images.dtype == torch.float32
    assert (images.amin(), images.amax()) == (0, 1)
    assert len((images * 255).byte().flatten(1).unique(dim=0)) == 4608
    border = [images[:, :, 0], images[:, :, -1], images[..., 0], images[..., -1]]
    assert not torch.stack(border).any()


@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize("angle", range(6))
def test_areas_are_those_of_geometry(size, angle):
    r = radius(size)
    areas = {SQUARE: 2 * r**2, ELLIPSE: math.pi * r**2 / 2}
    areas[TRIANGLE] = 0.75 * math.sqrt(3) * r**2
    for shape, area in areas.items():
        found = sprite(shape, size, angle, side=64).sum() * (2 / 64) ** 2
        assert found.item() == pytest.approx(area, rel=0.03)


@pytest.mark.parametrize("shape", range(3))
def test_the_place_is_where_the_factors_say(shape):
    for x, y in [(0, 0), (7, 0), (2, 5)]:
        right, up = centre(sprite(shape, 1, 2, x, y))
        assert right == pytest.approx(0.38 * (2 * x / 7 - 1), abs=0.01)
        assert up == pytest.approx(0.38 * (2 * y / 7 - 1), abs=0.01)


@pytest.mark.parametrize("angle", range(6))
def test_the_ellipse_points_where_the_angle_says(angle):
    image = sprite(ELLIPSE, 3, angle, side=64).double()
    axis = (torch.arange(64) + 0.5) / 32 - 1
    right, up = centre(image)
    dx, dy = axis[None] - right, -axis[:, None] - up
    xx, yy, xy = ((image * m).sum() for m in (dx**2, dy**2, dx * dy))
    found = math.degrees(math.atan2(2 * xy, xx - yy)) / 2
    assert abs((found - 15 * angle + 90) % 180 - 90) < 0.5


@pytest.mark.parametrize(("shape", "corners"), [(SQUARE, 4), (TRIANGLE, 3)])
@pytest.mark.parametrize("angle", [0, 2, 5])
def test_shapes_with_corners_cover_what_matplotlibs_polygon_covers(
    shape, corners, angle
):
    first = {SQUARE: 45, TRIANGLE: 90}[shape] + 15 * angle
    turns = np.radians(first + 360 / corners * np.arange(corners))
    middle = 0.38 * (2 * 4 / 7 - 1)
    polygon = radius(3) * np.stack([np.cos(turns), np.sin(turns)], 1) + middle
    fine = (np.arange(28 * 8) + 0.5) / (28 * 4) - 1
    right, up = np.meshgrid(fine, -fine)
    inside = Path(polygon).contains_points(np.stack([right, up], -1).reshape(-1, 2))
    covered = inside.reshape(28, 8, 28, 8).mean((1, 3))
    ours = sprite(shape, 3, angle).numpy()
    assert np.abs(ours - covered).max() < 0.3  # at a corner
    assert np.abs(ours - covered).mean() < 0.005


def test_sprites_are_drawn_once_each_and_by_their_seed():
    def draw(seed, count=500):
        return sprites.draw(count, torch.Generator().manual_seed(seed), side=16)

    images, factors = draw(0)
    assert images.shape == (500, 1, 16, 16)
    assert len(factors.unique(dim=0)) == 500
    assert torch.equal(images, sprites.render(factors, 16))
    assert all(map(torch.equal, draw(0), draw(0)))
    assert not torch.equal(draw(0)[1], draw(1)[1])
    assert len(draw(0, 4608)[1].unique(dim=0)) == 4608


def test_factors_and_counts_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"factors, size, goes from 4 to 4"):
        sprite(size=4)
    with pytest.raises(ValueError, match="factors goes from -1"):
        sprite(x=-1)
    with pytest.raises(ValueError, match=r"count is 4609; .* at most 4608"):
        sprites.draw(4609, torch.Generator())
    with pytest.raises(ValueError, match="side is 7; it must be at least 8"):
        sprite(side=7)
