import pytest
import torch
from torch import nn

from aelesson import metrics
from aelesson.models import Autoencoder


class Recorder(nn.Module):
    """Returns half of its input and remembers how it was called."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(0.5))
        self.calls = []

    def forward(self, x):
        self.calls.append((len(x), self.training, torch.is_grad_enabled()))
        return self.weight * x


def test_error_is_measured_per_image_in_evaluation_mode():
    model, images = Recorder(), torch.rand(5, 1, 4, 4)
    errors = metrics.reconstruction_error(model, images)
    torch.testing.assert_close(errors, (images / 2).square().mean((1, 2, 3)))
    assert model.calls == [(5, False, False)]
    assert model.training
    assert not errors.requires_grad


def test_many_images_go_through_in_parts_with_the_same_result():
    model, images = Recorder(), torch.rand(2300, 1, 2, 2)
    errors = metrics.reconstruction_error(model, images)
    assert [count for count, _, _ in model.calls] == [1000, 1000, 300]
    torch.testing.assert_close(errors[-3:], (images[-3:] / 2).square().mean((1, 2, 3)))


def test_apply_takes_any_function_of_the_model():
    model, x = Autoencoder.mlp((16, 3), image_shape=(1, 4, 4)), torch.rand(6, 1, 4, 4)
    codes = metrics.apply(model, model.encode, x)
    assert torch.equal(codes, model.encode(x))
    assert torch.equal(metrics.apply(model, model.decode, codes), model(x))


def test_a_model_without_weights_can_be_measured():
    images = torch.rand(2, 3)
    assert metrics.reconstruction_error(nn.Identity(), images).tolist() == [0, 0]


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="it holds no image"):
        metrics.reconstruction_error(nn.Identity(), torch.zeros(0, 4))


def test_dead_units_are_those_that_are_zero_for_all_images():
    codes = torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 3.0]])
    assert metrics.dead_units(codes) == 1
    assert metrics.dead_units(codes[:1]) == 2


@pytest.mark.parametrize("shape", [(4,), (0, 4), (2, 2, 2)])
def test_codes_of_another_shape_are_named(shape):
    with pytest.raises(ValueError, match="expected \\(B, D\\)"):
        metrics.dead_units(torch.zeros(shape))
