"""Label spreading, against scikit-learn's own graph and its own prediction."""

import pytest
import torch
from sklearn.semi_supervised import LabelSpreading

from aelesson import labels


@pytest.fixture
def groups():
    """Three groups of 40 points in 5 dimensions that overlap, and 30 test points."""
    generator = torch.Generator().manual_seed(0)
    centres = 1.5 * torch.randn(3, 5, generator=generator)
    classes = torch.arange(150) % 3
    points = centres[classes] + torch.randn(150, 5, generator=generator)
    return points[:120], classes[:120] + 4, points[120:], classes[120:] + 4


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # of the oracle
@pytest.mark.parametrize(("neighbours", "alpha"), [(3, 0.2), (7, 0.8), (10, 0.5)])
def test_it_is_scikit_learns_label_spreading(groups, neighbours, alpha):
    points, classes, test_points, _ = groups
    sets = [torch.tensor([0, 1, 2]), torch.arange(30)]
    options = {"neighbours": neighbours, "alpha": alpha}
    ours = labels.spread(points, classes, sets, test_points, **options)
    for chosen, predicted in zip(sets, ours, strict=True):
        known = torch.full((120,), -1)
        known[chosen] = classes[chosen]
        theirs = LabelSpreading(
            kernel="knn", n_neighbors=neighbours, alpha=alpha, max_iter=200, tol=1e-3
        ).fit(points.numpy(), known.numpy())
        assert predicted.tolist() == theirs.predict(test_points.numpy()).tolist()


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
