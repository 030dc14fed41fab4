import pytest
import torch

from aelesson.history import History, WeightedMeans


def test_curves_and_best_epoch():
    history = History(
        train=[{"loss": 3.0, "kl": 1.0}, {"loss": 2.0, "kl": 0.5}, {"loss": 1.0}],
        validation=[{"loss": 5.0}, {"loss": 4.0}, {"loss": 6.0}],
    )
    assert len(history) == 3
    assert history.curve() == [3.0, 2.0, 1.0]
    assert history.curve("validation") == [5.0, 4.0, 6.0]
    assert history.best_epoch == 2


@pytest.mark.parametrize("part", ["test", "valid", ""])
def test_an_unknown_part_is_named(part):
    with pytest.raises(ValueError, match=f"part is '{part}'"):
        History().curve(part)


def test_an_unknown_term_is_named():
    history = History(train=[{"loss": 1.0, "kl": 0.1}])
    with pytest.raises(ValueError, match="term is 'bce'; this run has loss, kl"):
        history.curve(term="bce")


def test_without_validation_there_is_no_best_epoch():
    with pytest.raises(ValueError, match="no best epoch"):
        _ = History(train=[{"loss": 1.0}]).best_epoch


def test_means_are_per_image_not_per_batch():
    means = WeightedMeans()
    means.add({"loss": torch.tensor(1.0, requires_grad=True)}, weight=3)
    means.add({"loss": torch.tensor(5.0)}, weight=1)
    assert means.result() == {"loss": 2.0}
