"""What is drawn reaches the networks as MNIST's digits did: size, place, thickness."""

import numpy as np
import pytest

SEVEN = [[[20, 20], [70, 20], [40, 90]]]
TWO_STROKES = [[[10, 10], [60, 15]], [[35, 10], [30, 80]]]


def moved(strokes, by, times=1.0):
    return [
        [[times * x + by[0], times * y + by[1]] for x, y in stroke]
        for stroke in strokes
    ]


@pytest.fixture
def drawn(node):
    def draw(*all_strokes, full=100):
        return node("ink.mjs", [{"strokes": s, "full": full} for s in all_strokes])

    return draw


def box(image):
    rows, columns = np.nonzero(np.reshape(image, (28, 28)) > 0.5)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize("strokes", [SEVEN, TWO_STROKES])
def test_it_fills_the_square_and_its_mass_is_in_the_middle(drawn, strokes):
    [digit] = drawn(strokes)
    assert max(box(digit["image"])) in (19, 20, 21)
    assert digit["centre"] == pytest.approx([14, 14], abs=0.15)
    assert 0 <= min(digit["image"]) <= max(digit["image"]) == 1


def test_place_and_size_of_the_drawing_make_no_difference(drawn):
    here, there, small = drawn(SEVEN, moved(SEVEN, (5, -8)), moved(SEVEN, (9, 9), 0.4))
    assert there["image"] == pytest.approx(here["image"], abs=1e-4)
    assert small["image"] == pytest.approx(here["image"], abs=1e-4)


def test_it_is_as_bright_as_the_digits_of_the_sample(drawn):
    from aelesson import data

    sevens = data.load(data.SAMPLE).train
    images = sevens.images[sevens.labels == 7].flatten(1).numpy()
    [digit] = drawn(SEVEN)
    low, high = np.quantile(images.mean(1), [0.05, 0.95])
    assert low < np.mean(digit["image"]) < high


def test_nothing_is_nothing_and_a_dot_stays_a_dot(drawn):
    nothing, dot = drawn([], [[[50, 50]]])
    assert nothing is None
    assert max(box(dot["image"])) <= 4
    assert dot["centre"] == pytest.approx([14, 14], abs=0.15)
