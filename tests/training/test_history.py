import pytest

from aelesson.training.history import Epoch, History


def history_of(validation, train=(3.0, 2.0, 1.0)):
    pairs = zip(train, validation, strict=True)
    return History(
        [Epoch({"loss": t, "kl": t / 2}, {"loss": v}, 0.1) for t, v in pairs]
    )


def test_curves_and_best_epoch():
    history = history_of([5.0, 4.0, 6.0])
    assert len(history) == 3
    assert history.curve() == [3.0, 2.0, 1.0]
    assert history.curve(term="kl") == [1.5, 1.0, 0.5]
    assert history.curve("validation") == [5.0, 4.0, 6.0]
    assert history.best_epoch == 2


def test_the_best_epoch_is_a_finite_one():
    nan, inf = float("nan"), float("inf")
    assert history_of([nan, 0.5, 0.3]).best_epoch == 3
    assert history_of([0.5, nan, inf]).best_epoch == 1
    with pytest.raises(ValueError, match="no epoch has a finite validation loss"):
        _ = history_of([nan, nan, inf]).best_epoch


def test_it_is_shown_in_one_line():
    assert repr(History()) == "History(0 epochs)"
    assert repr(history_of([5.0, 4.0, 6.0])) == (
        "History(3 epochs, train loss 3 to 1, validation loss 5 to 6)"
    )
    stopped = History([Epoch({"loss": 1.23456}, {}, 0.1)], interrupted=True)
    assert repr(stopped) == "History(1 epochs, train loss 1.235 to 1.235, interrupted)"


@pytest.mark.parametrize("part", ["test", "valid", ""])
def test_an_unknown_part_is_named(part):
    with pytest.raises(ValueError, match=f"part is '{part}'"):
        History().curve(part)


def test_an_unknown_term_is_named():
    with pytest.raises(ValueError, match="term is 'bce'; this run has loss, kl"):
        history_of([1.0, 1.0, 1.0]).curve(term="bce")


def test_without_validation_there_is_no_such_curve():
    history = History([Epoch({"loss": 1.0}, {}, 0.1)])
    with pytest.raises(ValueError, match="this run has no validation images"):
        _ = history.best_epoch
