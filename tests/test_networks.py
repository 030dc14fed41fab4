from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from aelesson import networks
from aelesson.models import Autoencoder

sizes_of_layers = st.lists(st.integers(1, 12), min_size=2, max_size=5)


@given(sizes_of_layers, st.integers(1, 4))
def test_shapes_and_parameters_follow_the_sizes(sizes, count):
    model = Autoencoder.mlp(sizes, image_shape=(1, 1, sizes[0]))
    x = torch.rand(count, 1, 1, sizes[0])
    assert model.encode(x).shape == (count, sizes[-1])
    assert model(x).shape == x.shape
    pairs = list(pairwise(sizes))
    expected = sum(2 * a * b + a + b for a, b in pairs)
    assert sum(p.numel() for p in model.parameters()) == expected


def test_forward_is_decode_after_encode():
    model = Autoencoder.mlp((784, 16, 4))
    x = torch.rand(3, 1, 28, 28)
    assert torch.equal(model(x), model.decode(model.encode(x)))


def test_the_code_is_linear_and_the_output_a_pixel():
    torch.manual_seed(0)
    model = Autoencoder.mlp((9, 5, 3), image_shape=(1, 3, 3))
    x = 100 * torch.randn(200, 1, 3, 3)
    codes, x_hat = model.encode(x), model(x)
    assert codes.min() < 0 < codes.max()
    assert x_hat.min() >= 0
    assert x_hat.max() <= 1


def test_the_activation_can_be_chosen():
    encoder = networks.mlp_encoder((4, 3, 2), activation=nn.Tanh)
    kinds = [type(layer) for layer in encoder]
    assert kinds == [nn.Flatten, nn.Linear, nn.Tanh, nn.Linear]


@pytest.mark.parametrize("sizes", [(), (5,), (5, 0), (5, -1, 2)])
def test_impossible_sizes_are_named(sizes):
    with pytest.raises(ValueError, match="sizes is"):
        networks.mlp_encoder(sizes)
    with pytest.raises(ValueError, match="sizes is"):
        networks.mlp_decoder(sizes, (5,))


def test_an_image_shape_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"image_shape \(1, 28, 28\) has 784 pixels"):
        networks.mlp_decoder((3, 9))
