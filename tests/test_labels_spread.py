"""Label spreading, against the closed form written out with dense matrices."""

import pytest
import torch

from aelesson import labels


@pytest.fixture
def groups():
    """Three groups of 40 points in 5 dimensions that overlap, and 30 test points."""
    generator = torch.Generator().manual_seed(0)
    centres = 1.5 * torch.randn(3, 5, generator=generator)
    classes = torch.arange(150) % 3
    points = centres[classes] + torch.randn(150, 5, generator=generator)
    return points[:120], classes[:120] + 4, points[120:], classes[120:] + 4


def by_hand(points, classes, chosen, test_points, neighbours, alpha):
    """Solve for the state at rest of Zhou et al. (2004), with dense matrices."""
    n = len(points)

    def nearest(places):
        order = torch.cdist(places, points).argsort(dim=1)[:, :neighbours]
        return torch.zeros(len(places), n).scatter_(1, order, 1.0).double()

    joints = nearest(points)
    weights = (joints + joints.T) * (1 - torch.eye(n))
    degrees = weights.sum(1)
    flow = weights / torch.sqrt(degrees[:, None] * degrees[None])
    kinds = classes[chosen].unique()
    given = torch.zeros(n, len(kinds)).double()
    given[chosen] = (classes[chosen][:, None] == kinds).double()
    rest = torch.linalg.solve(torch.eye(n) - alpha * flow, (1 - alpha) * given)
    shares = rest / rest.sum(1, keepdim=True)
    return kinds[(nearest(test_points) @ shares).argmax(1)]


@pytest.mark.parametrize("neighbours", [4, 7, 10])
@pytest.mark.parametrize("alpha", [0.2, 0.8, 0.99])
def test_it_is_the_state_at_rest_of_zhou_et_al(groups, neighbours, alpha):
    points, classes, test_points, _ = groups
    sets = [torch.tensor([0, 1, 2]), torch.arange(30)]
    options = {"neighbours": neighbours, "alpha": alpha}
    ours = labels.spread(points, classes, sets, test_points, **options)
    for chosen, predicted in zip(sets, ours, strict=True):
        expected = by_hand(points, classes, chosen, test_points, **options)
        assert predicted.tolist() == expected.tolist()


def test_a_joint_leads_both_ways():
    """Point 10 is nobody's neighbour, and yet its label goes along the row, to 0."""
    points = torch.tensor([[0.0], [1.0], [2.1], [10.0], [100.0], [101.0]])
    classes = torch.tensor([0, 0, 0, 7, 4, 0])
    tests = torch.tensor([[0.1], [100.1]])
    far = [torch.tensor([3, 4])]
    (predicted,) = labels.spread(points, classes, far, tests, neighbours=2)
    assert predicted.tolist() == [7, 4]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("count", [1, 200])
def test_it_comes_to_rest_without_a_warning(count):
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(3000, 5, generator=generator)
    chosen = [torch.arange(3 * count)]
    labels.spread(points, torch.arange(3000) % 3, chosen, points[:5], alpha=0.99)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"neighbours": 1}, "neighbours is 1; it must be at least 2"),
        ({"alpha": 1.0}, "alpha is 1.0; it must be above 0 and below 1"),
        ({"alpha": 0.0}, "alpha is 0.0; it must"),
    ],
)
def test_settings_that_make_no_sense_are_named(groups, options, says):
    points, classes, test_points, _ = groups
    with pytest.raises(ValueError, match=says):
        labels.spread(points, classes, [torch.arange(9)], test_points, **options)


def test_unlabelled_points_carry_a_label_further_than_distance_does():
    """Two rows of points: the first label of a row goes all the way along it."""
    x = torch.linspace(0, 1, 60)
    rows = torch.cat([torch.stack([x, 0 * x], 1), torch.stack([x, 0.1 + 0 * x], 1)])
    classes = torch.arange(2).repeat_interleave(60)
    ends = torch.tensor([0, 119])  # the left end of one row, the right end of the other
    tests = torch.tensor([[0.99, 0.01], [0.01, 0.09]])
    nearest = classes[ends][torch.cdist(tests, rows[ends]).argmin(dim=1)]
    assert nearest.tolist() == [1, 0]
    (spread,) = labels.spread(rows, classes, [ends], tests, neighbours=4, alpha=0.99)
    assert spread.tolist() == [0, 1]
    assert spread.dtype == torch.int64


def test_labels_that_were_not_chosen_play_no_part(groups):
    points, classes, test_points, _ = groups
    chosen = torch.arange(12)
    hidden = classes.clone()
    hidden[12:] = 99
    (kept,) = labels.spread(points, classes, [chosen], test_points)
    (other,) = labels.spread(points, hidden, [chosen], test_points)
    assert torch.equal(kept, other)


def test_images_are_flattened():
    images = torch.rand(20, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    few = [torch.tensor([0, 1])]
    flat = labels.spread(
        images.flatten(1), torch.arange(20), few, images[:4].flatten(1)
    )
    assert torch.equal(
        labels.spread(images, torch.arange(20), few, images[:4])[0], flat[0]
    )
