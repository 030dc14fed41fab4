import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelesson import data
from aelesson.data import ImageSet, Table

PARTS = ("train", "validation", "test")


def table(count):
    """A table whose only column is the number of the row."""
    return Table(torch.arange(count).float()[:, None], torch.arange(count) % 3)


def rows_of(splits):
    return [getattr(splits, part).rows[:, 0].long().tolist() for part in PARTS]


@given(st.integers(10, 300), st.integers(0, 2**32 - 1))
def test_every_example_is_in_one_part_and_the_shares_are_kept(count, seed):
    parts = rows_of(data.split(table(count), (0.6, 0.2, 0.2), seed))
    assert sorted(parts[0] + parts[1] + parts[2]) == list(range(count))
    for share, part in zip((0.6, 0.2, 0.2), parts, strict=True):
        assert abs(len(part) - share * count) <= 1


def test_a_seed_repeats_the_split_and_another_makes_another():
    first, again, other = (rows_of(data.split(table(90), seed=s)) for s in (1, 1, 2))
    assert first == again != other
    assert first[0] != sorted(first[0])  # shuffled, too


def test_a_split_of_this_year_is_that_of_the_next():
    # NumPy keeps the stream of RandomState for ever: never change this line
    assert rows_of(data.split(table(10), (0.4, 0.3, 0.3))) == [
        [2, 8, 4, 9],
        [1, 6, 7],
        [3, 0, 5],
    ]


def test_a_generator_moves_on_and_global_seeds_play_no_part():
    generator = torch.Generator().manual_seed(3)
    first, second = (rows_of(data.split(table(90), seed=generator)) for _ in range(2))
    assert first != second
    generator.manual_seed(3)
    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    assert rows_of(data.split(table(90), seed=generator)) == first
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()


def test_images_keep_their_labels_and_names():
    images = torch.linspace(0, 1, 20)[:, None, None, None].expand(20, 1, 2, 2)
    names = tuple(map(str, range(20)))
    splits = data.split(ImageSet(images, torch.arange(20) % 3, ("a", "b", "c"), names))
    for part in (splits.train, splits.validation, splits.test):
        places = (part.images[:, 0, 0, 0] * 19).round().long()
        assert torch.equal(part.labels, places % 3)
        assert part.names == tuple(map(str, places.tolist()))
        assert part.classes == ("a", "b", "c")
    assert splits.name == "own"


@given(
    st.lists(st.integers(0, 12), min_size=6, max_size=200),
    st.integers(0, 1000),
)
def test_no_group_is_on_both_sides_and_no_part_is_empty(groups, seed):
    if len(set(groups)) < 3:
        return
    parts = rows_of(data.split(table(len(groups)), seed=seed, groups=groups))
    assert sorted(parts[0] + parts[1] + parts[2]) == list(range(len(groups)))
    sides = [{groups[row] for row in part} for part in parts]
    assert all(sides)
    assert sum(map(len, sides)) == len(set(groups))  # none is on two sides


@given(st.integers(0, 1000), st.integers(40, 80))
def test_many_small_groups_meet_the_shares(seed, count):
    random = np.random.RandomState(seed)
    groups = random.randint(0, count, 1000)
    largest = np.bincount(groups).max()
    parts = rows_of(data.split(table(1000), (0.5, 0.3, 0.2), seed, groups))
    for share, part in zip((0.5, 0.3, 0.2), parts, strict=True):
        assert abs(len(part) - share * 1000) <= largest


def test_groups_of_one_size_are_drawn_at_random():
    groups = np.arange(60) // 3
    splits = [data.split(table(60), seed=seed, groups=groups) for seed in range(5)]
    tested = {tuple(sorted(rows_of(each)[2])) for each in splits}
    assert len(tested) == 5


@pytest.mark.parametrize(
    "made", [list, np.array, pd.Series, lambda g: pd.Series(g).astype("category")]
)
def test_groups_may_be_words_in_any_column(made):
    groups = ["ann", "bob", "cy", "dan"] * 5
    parts = rows_of(data.split(table(20), groups=made(groups)))
    assert parts == rows_of(
        data.split(table(20), groups=torch.tensor([0, 1, 2, 3] * 5))
    )


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        (
            {"shares": (0.8, 0.2)},
            ValueError,
            r"shares is \(0.8, 0.2\); it must be three",
        ),
        ({"shares": (0.8, 0.1, 0.2)}, ValueError, "its sum must be 1"),
        ({"shares": (0.8, 0.2, 0)}, ValueError, "a number in shares is 0; .* above 0"),
        ({"shares": (0.98, 0.01, 0.01)}, ValueError, r"parts of \[20, 0, 0\] from 20"),
        ({"shares": 0.8}, ValueError, "shares is 0.8; it must be three numbers"),
        ({"seed": -1}, ValueError, "seed is -1"),
        ({"seed": 1.5}, TypeError, "seed is 1.5; it must be a whole number"),
        ({"seed": 2**32}, ValueError, "must be below"),
        (
            {"groups": [1, 2]},
            ValueError,
            r"groups has shape \(2,\); it must be \(20,\)",
        ),
        ({"groups": "a" * 20}, TypeError, "groups is 'aaa"),
        ({"groups": [{1}, {2}] * 10}, TypeError, "groups holds a set; .* words or num"),
        ({"groups": [1, 2] * 10}, ValueError, "groups has 2 different ones"),
        ({"groups": ["a", None] * 10}, ValueError, r"missing in 10 of 20 rows \(1, 3"),
        ({"groups": [1.0, np.nan] * 10}, ValueError, "groups are missing in 10"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, says):
    with pytest.raises(error, match=says):
        data.split(table(20), **settings)


@pytest.mark.parametrize("what", [torch.rand(9, 4), np.ones((9, 4)), [1, 2, 3], None])
def test_what_is_no_set_is_named(what):
    with pytest.raises(TypeError, match=r"it must be a set, such as data\.from_arrays"):
        data.split(what)


def test_tables_of_other_columns_are_not_standardised():
    made = data.split(table(20))
    wider = Table(torch.rand(3, 2))
    with pytest.raises(ValueError, match=r"splits\.test\.rows has shape \(3, 2\)"):
        data.standardised(data.Splits("own", made.train, made.validation, wider))


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (torch.tensor([1, 0, 1], dtype=torch.uint8), "chosen is torch.uint8; .* int64"),
        (torch.tensor([True, False, True]), r"torch.bool; .* use \.nonzero\(\)"),
        ([1, 0], r"chosen is \[1, 0\]; it must be an int64 tensor"),
    ],
)
def test_what_would_be_taken_for_a_mask_is_named(chosen, says):
    images = ImageSet(torch.rand(3, 1, 4, 4), names=("x", "y", "z"))
    for each in (images, table(3)):
        with pytest.raises(TypeError, match=says):
            each.take(chosen)
    assert images.take(torch.tensor([-1, 1])).names == ("z", "y")
