import pytest
import torch

from aelesson.data import features
from aelesson.data.features import CHILD, STRONGEST, WEAKEST, Features


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def build(count=120, dimensions=32, seed=0, **settings):
    return features.build(count, dimensions, seeded(seed), **settings)


FAMILIES = {"families": 10, "children": 3}


def test_shapes_types_and_lengths():
    truth = build(**FAMILIES)
    assert truth.vectors.shape == (120, 32)
    assert truth.vectors.dtype == truth.chances.dtype == torch.float32
    assert truth.parents.dtype == torch.int64
    assert truth.parents.shape == truth.chances.shape == (120,)
    torch.testing.assert_close(truth.vectors.norm(dim=1), torch.ones(120))
    x, strengths = features.draw(truth, 50, seeded(1))
    assert (x.shape, strengths.shape) == ((50, 32), (50, 120))


def test_families_stand_first_and_each_parent_has_its_children():
    parents = build(**FAMILIES).parents
    assert (parents[:10] == -1).all()
    assert (parents[40:] == -1).all()
    assert parents[10:40].tolist() == [family for family in range(10) for _ in range(3)]
    assert (build().parents == -1).all()


def test_an_example_is_the_sum_of_its_features():
    truth = build(**FAMILIES)
    x, strengths = features.draw(truth, 5, seeded(1))
    for row, sizes in zip(x, strengths, strict=True):
        expected = torch.zeros(32)
        for size, vector in zip(sizes, truth.vectors, strict=True):
            expected += size * vector
        torch.testing.assert_close(row, expected)


def test_strengths_are_0_or_between_the_weakest_and_the_strongest():
    _, strengths = features.draw(build(active=6.0), 4000, seeded(1))
    active = strengths[strengths != 0]
    assert WEAKEST <= active.min() < WEAKEST + 0.01
    assert STRONGEST - 0.01 < active.max() <= STRONGEST
    assert active.mean().item() == pytest.approx(1, abs=0.01)


def test_a_child_is_active_only_with_its_parent_and_in_its_share():
    truth = build(**FAMILIES)
    _, strengths = features.draw(truth, 20_000, seeded(1))
    on = strengths > 0
    shares = []
    for child in range(10, 40):
        parent = truth.parents[child]
        assert not (on[:, child] & ~on[:, parent]).any()
        shares.append(on[on[:, parent], child].double().mean())
    assert torch.stack(shares).mean().item() == pytest.approx(CHILD, abs=0.02)


@pytest.mark.parametrize("families", [0, 10])
@pytest.mark.parametrize("active", [2.0, 8.0])
def test_so_many_are_active_on_average(families, active):
    truth = build(families=families, active=active)
    _, strengths = features.draw(truth, 10_000, seeded(1))
    assert truth.rates.sum().item() == pytest.approx(active, rel=1e-5)
    found = (strengths > 0).sum(1).double().mean().item()
    assert found == pytest.approx(active, rel=0.03)


def test_rates_are_how_often_each_is_active():
    truth = build(**FAMILIES)
    _, strengths = features.draw(truth, 40_000, seeded(1))
    found = (strengths > 0).double().mean(0)
    noise = (truth.rates / 40_000).sqrt()  # its standard deviation, nearly
    assert ((found - truth.rates).abs() < 5 * noise).all()


def test_rates_go_down_a_line_of_ancestors():
    chances = torch.tensor([0.5, 0.4, 0.2])
    truth = Features(torch.eye(3), torch.tensor([-1, 0, 1]), chances)
    torch.testing.assert_close(truth.rates, torch.tensor([0.5, 0.2, 0.04]))
    _, strengths = features.draw(truth, 5000, seeded())
    on = strengths > 0
    assert (on[:, 2] <= on[:, 1]).all()
    assert (on[:, 1] <= on[:, 0]).all()


@pytest.mark.parametrize("spread", [1.0, 10.0, 100.0])
def test_the_most_frequent_is_so_many_times_as_frequent_as_the_rarest(spread):
    truth = build(active=3.0, spread=spread)
    ratio = (truth.chances.max() / truth.chances.min()).item()
    assert ratio == pytest.approx(spread, rel=1e-4)


def test_no_direction_is_preferred():
    vectors = build(4000, 8).vectors
    torch.testing.assert_close(
        vectors.T @ vectors / 4000, torch.eye(8) / 8, atol=0.02, rtol=0
    )
    assert vectors.mean(0).abs().max() < 0.03


def test_the_generators_settle_everything():
    first, second, other = (
        build(**FAMILIES),
        build(**FAMILIES),
        build(seed=1, **FAMILIES),
    )
    for name in ("vectors", "parents", "chances"):
        assert torch.equal(getattr(first, name), getattr(second, name))
    assert not torch.equal(first.vectors, other.vectors)
    x, again, more = (features.draw(first, 9, seeded(s))[0] for s in (3, 3, 4))
    assert torch.equal(x, again)
    assert not torch.equal(x, more)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"count": 0}, "count is 0"),
        (
            {"count": 39, **FAMILIES},
            "count is 39; it must be at least 40, a parent and 3",
        ),
        ({"dimensions": 0}, "dimensions is 0"),
        ({"active": 0.0}, "active is 0.0; it must be above 0"),
        ({"spread": 0.5}, "spread is 0.5; it must be at least 1"),
        ({"count": 8, "active": 9.0, "spread": 1.0}, "too much for 8 .* at most 8"),
    ],
)
def test_impossible_features_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        build(**settings)


@pytest.mark.parametrize(
    ("vectors", "parents", "says"),
    [
        (2 * torch.eye(3), [-1, -1, -1], "the length of vectors goes from 2 to 2"),
        (torch.eye(3), [-1, 2, -1], "parents has 2 for feature 1; .* at most 0"),
        (torch.eye(3), [-1, -1, 2], "parents has 2 for feature 2"),
        (torch.eye(3), [-2, -1, -1], r"parents goes from -2 to -1; it must be in \[-1"),
        (torch.eye(3), [-1, -1], "parents has 2 entries and vectors 3"),
    ],
)
def test_what_is_no_truth_is_refused(vectors, parents, says):
    with pytest.raises(ValueError, match=says):
        Features(vectors, torch.tensor(parents), torch.full((3,), 0.1))
