import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_squared_error

from aelesson import losses

shapes = st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple)


@given(shapes, st.integers(0, 2**31))
def test_mse_equals_scikit_learns_per_image(shape, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(shape, generator=generator)
    x_hat = torch.rand(shape, generator=generator)
    ours = losses.mse(x_hat, x)
    rows = zip(x.flatten(1).tolist(), x_hat.flatten(1).tolist(), strict=True)
    theirs = [mean_squared_error(a, b) for a, b in rows]
    assert ours.shape == shape[:1]
    torch.testing.assert_close(ours, torch.tensor(theirs, dtype=torch.float32))


def test_mse_has_the_gradient_of_the_definition():
    x = torch.rand(3, 4, dtype=torch.double)
    x_hat = torch.rand(3, 4, dtype=torch.double, requires_grad=True)
    losses.mse(x_hat, x).sum().backward()
    torch.testing.assert_close(x_hat.grad, 2 * (x_hat.detach() - x) / 4)


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"x_hat has shape \(4, 784\) and x \(4, 1,"):
        losses.mse(torch.zeros(4, 784), torch.zeros(4, 1, 28, 28))


@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (4, 0)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="expected images"):
        losses.mse(torch.zeros(shape), torch.zeros(shape))
