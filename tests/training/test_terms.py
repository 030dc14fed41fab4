import pytest
import torch
from torch import nn

from aelesson.training.terms import WeightedMeans, check_terms, check_weights

ONE = torch.tensor(1.0, requires_grad=True)


def test_means_are_per_image_not_per_batch():
    means = WeightedMeans()
    means.add({"loss": torch.tensor(1.0, requires_grad=True)}, weight=3)
    means.add({"loss": torch.tensor(5.0)}, weight=1)
    assert means.result() == {"loss": 2.0}


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (None, "objective returned None, a NoneType"),
        (ONE, r"objective returned a tensor of shape \(\)"),
        ({}, "objective returned a dict of nothing"),
        ({"error": ONE}, "objective returned a dict of 'error'"),
        ({"loss": torch.zeros(3)}, r"term 'loss' is a tensor of shape \(3,\)"),
        ({"loss": 0.5}, "term 'loss' is 0.5, a float"),
        ({"loss": ONE, "kl": torch.zeros(2)}, r"term 'kl' is a tensor of shape \(2,\)"),
    ],
)
def test_what_is_no_dict_of_scalars_is_named(terms, message):
    with pytest.raises(ValueError, match=message):
        check_terms(terms, step=1)


def test_the_term_that_is_not_finite_is_named():
    terms = {"loss": ONE * float("nan"), "error": ONE, "kl": ONE / 0}
    with pytest.raises(FloatingPointError, match="step 7: the term 'kl' is inf"):
        check_terms(terms, step=7)
    with pytest.raises(FloatingPointError, match="the term 'loss' is nan"):
        check_terms({"loss": ONE * float("nan")}, step=1)
    check_terms({"loss": ONE, "reported": ONE / 0}, step=1)


def test_weights_that_are_not_finite_are_named():
    model = nn.Linear(2, 1)
    check_weights(model)
    with torch.no_grad():
        model.bias[0] = float("nan")
    with pytest.raises(FloatingPointError, match="bias is not finite any more"):
        check_weights(model)
