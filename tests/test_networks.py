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


def parameters(network):
    return sum(parameter.numel() for parameter in network.parameters())


def plain_convolution(x, layer):
    """Compute a convolution with kernel 3, stride 2 and padding 1 by loops."""
    batch, _, height, width = x.shape
    padded = torch.zeros(batch, x.shape[1], height + 2, width + 2)
    padded[:, :, 1:-1, 1:-1] = x
    out = torch.empty(batch, len(layer.weight), height // 2, width // 2)
    for i in range(height // 2):
        for j in range(width // 2):
            patch = padded[:, None, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
            out[:, :, i, j] = (patch * layer.weight).sum((2, 3, 4)) + layer.bias
    return out


def plain_painting(x, layer):
    """Compute a transposed convolution that doubles the sides by painting kernels."""
    batch, _, height, width = x.shape
    out = torch.zeros(batch, layer.weight.shape[1], 2 * height + 2, 2 * width + 2)
    for i in range(height):
        for j in range(width):
            kernels = x[:, :, None, i, j, None, None] * layer.weight
            out[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += kernels.sum(1)
    return out[:, :, 1:-1, 1:-1] + layer.bias[:, None, None]


def test_the_convolutional_encoder_computes_what_it_says():
    torch.manual_seed(0)
    network = networks.conv_encoder(3, (2, 5), image_shape=(2, 8, 12))
    first, second, linear = network[0], network[2], network[5]
    x = torch.randn(4, 2, 8, 12)
    h = plain_convolution(plain_convolution(x, first).relu(), second).relu()
    z = h.reshape(4, 5 * 2 * 3) @ linear.weight.T + linear.bias
    torch.testing.assert_close(network(x), z)


def test_the_convolutional_decoder_computes_what_it_says():
    torch.manual_seed(0)
    network = networks.conv_decoder(3, (5, 2), image_shape=(2, 8, 12))
    linear, first, second = network[0], network[3], network[5]
    z = torch.randn(4, 3)
    h = (z @ linear.weight.T + linear.bias).reshape(4, 5, 2, 3).relu()
    h = plain_painting(plain_painting(h, first).relu(), second)
    torch.testing.assert_close(network(z), h.sigmoid())


@given(
    st.integers(1, 9),
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(1, 3),
)
def test_convolutional_shapes_follow_the_sizes(
    latent_dim, channels, image_channels, height, width, count
):
    factor = 2 ** len(channels)
    shape = (image_channels, height * factor, width * factor)
    model = Autoencoder.conv(latent_dim, channels, shape)
    x = torch.rand(count, *shape)
    assert model.encode(x).shape == (count, latent_dim)
    assert model(x).shape == x.shape
    flat = channels[-1] * height * width
    kernels = sum(9 * n * m for n, m in pairwise((image_channels, *channels)))
    assert parameters(model.encoder) == (
        kernels + sum(channels) + flat * latent_dim + latent_dim
    )
    assert parameters(model.decoder) == (
        kernels + sum(channels[:-1]) + image_channels + latent_dim * flat + flat
    )


def test_the_convolutional_code_is_linear_and_the_output_a_pixel():
    torch.manual_seed(0)
    model = Autoencoder.conv(4, (3,), image_shape=(1, 4, 4))
    x = 100 * torch.randn(200, 1, 4, 4)
    codes, x_hat = model.encode(x), model(x)
    assert codes.min() < 0 < codes.max()
    assert x_hat.min() >= 0
    assert x_hat.max() <= 1


def test_the_last_activation_can_be_left_out():
    torch.manual_seed(0)
    z = 50 * torch.randn(9, 2)
    for build, sizes in (
        (networks.conv_decoder, (2, (4,), (1, 4, 4))),
        (networks.mlp_decoder, ((2, 5, 16), (1, 4, 4), nn.ReLU)),
    ):
        logits, pixels = build(*sizes, nn.Identity), build(*sizes)
        pixels.load_state_dict(logits.state_dict())
        assert logits(z).min() < 0
        torch.testing.assert_close(logits(z).sigmoid(), pixels(z))


BUILDERS = [networks.conv_encoder, networks.conv_decoder, Autoencoder.conv]
each_builder = pytest.mark.parametrize("build", BUILDERS)


@each_builder
@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0,), "latent_dim is 0; it must be at least 1"),
        ((3, ()), r"channels is \(\); it must hold 1 or more"),
        ((3, (4, 0)), "a number in channels is 0"),
        ((3, (4,), (0, 4, 4)), "a number in image_shape is 0"),
        ((3, (4,), (1, 28)), r"image_shape is \(1, 28\); it must be \(C, H, W\)"),
        ((3, (4,), (1, 0, 4)), "a number in image_shape is 0"),
    ],
)
def test_impossible_convolutional_sizes_are_named(build, sizes, message):
    with pytest.raises(ValueError, match=message):
        build(*sizes)


@pytest.mark.parametrize("layers", [1, 2, 3, 5])
@pytest.mark.parametrize("sides", [(28, 30), (27, 27), (218, 178), (1, 7), (32, 1)])
def test_images_of_any_size_come_back_in_their_size(sides, layers):
    model = Autoencoder.conv(3, (2,) * layers, (3, *sides))
    x = torch.rand(2, 3, *sides)
    assert model.encode(x).shape == (2, 3)
    assert model(x).shape == x.shape
    doubling = [m for m in model.modules() if isinstance(m, nn.ConvTranspose2d)]
    if all(side % 2**layers == 0 for side in sides):
        assert all(layer.output_padding == (1, 1) for layer in doubling)


@each_builder
def test_sizes_can_be_lists(build):
    assert parameters(build(3, [4, 5], [1, 8, 8])) > 0


def test_mixed_precision_trains_in_bfloat16_and_answers_in_float32(capabilities):
    capabilities(avx512_bf16=True)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8))
    seen = []
    network[1].register_forward_hook(lambda *call: seen.append(call[2].dtype))
    mixed, x = networks.MixedPrecision(network), torch.randn(16, 64)
    rough = mixed.train()(x)
    exact = mixed.eval()(x)
    assert seen == [torch.bfloat16, torch.float32]
    assert rough.dtype == exact.dtype == torch.float32
    assert torch.equal(exact, network(x))
    assert not torch.equal(rough, exact)
    torch.testing.assert_close(rough, exact, rtol=0.02, atol=0.02)


def test_mixed_precision_in_evaluation_is_the_callers_choice():
    torch.manual_seed(0)
    mixed, x = networks.MixedPrecision(nn.Linear(64, 8)).eval(), torch.randn(16, 64)
    with torch.autocast("cpu", torch.bfloat16):
        rough = mixed(x)
    assert rough.dtype == torch.float32
    assert torch.equal(rough, rough.bfloat16().float())
    assert not torch.equal(rough, mixed(x))


def test_without_instructions_for_bfloat16_all_is_float32(capabilities):
    capabilities(avx512_bf16=False)
    network = nn.Linear(64, 8)
    mixed, x = networks.MixedPrecision(network).train(), torch.randn(16, 64)
    assert torch.equal(mixed(x), network(x))


def test_mixed_precision_gives_float32_gradients_near_the_exact_ones(capabilities):
    capabilities(avx512_bf16=True)
    torch.manual_seed(0)
    network = nn.Linear(64, 8)
    mixed, x = networks.MixedPrecision(network), torch.randn(16, 64)
    mixed(x).square().mean().backward()
    rough = network.weight.grad.clone()
    network.zero_grad()
    network(x).square().mean().backward()
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough, network.weight.grad, rtol=0.05, atol=0.002)
