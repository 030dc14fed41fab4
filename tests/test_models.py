"""Models: what they are built of; their networks have tests of their own."""

import pytest
import torch
from torch import nn

from aelesson import networks
from aelesson.models import VAE, Autoencoder


def test_a_convolutional_autoencoder_is_an_encoder_and_its_mirror():
    torch.manual_seed(0)
    model = Autoencoder.conv(5, (3, 4), image_shape=(2, 8, 12))
    parts = nn.Sequential(
        networks.conv_encoder(5, (3, 4), (2, 8, 12)),
        networks.conv_decoder(5, (4, 3), (2, 8, 12)),
    )
    parts[0].load_state_dict(model.encoder.state_dict())
    parts[1].load_state_dict(model.decoder.state_dict())
    x = torch.rand(3, 2, 8, 12)
    assert torch.equal(model(x), parts(x))
    assert torch.equal(model.decode(model.encode(x)), model(x))
    maps = [layer.out_channels for layer in model.modules() if _slides(layer)]
    assert maps == [3, 4, 3, 2]


def test_its_default_fits_the_digits_of_the_course():
    model = Autoencoder.conv(32)
    assert model.encode(torch.rand(2, 1, 28, 28)).shape == (2, 32)
    assert sum(p.numel() for p in model.parameters()) == 111_521


def _slides(layer):
    return isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)


def test_a_vae_returns_means_then_log_variances():
    model, x = VAE.mlp((784, 32, 5)), torch.rand(3, 1, 28, 28)
    mean, logvar = model.posterior(x)
    both = model.encoder(x)
    assert both.shape == (3, 10)
    assert torch.equal(mean, both[:, :5])
    assert torch.equal(logvar, both[:, 5:])
    assert torch.equal(model.encode(x), mean)


def test_a_vae_decodes_to_probabilities_of_its_logits():
    model, z = VAE.mlp((784, 32, 5)), 100 * torch.randn(4, 5)
    logits = model.decoder(z)
    assert logits.shape == (4, 1, 28, 28)
    assert logits.min() < 0 < logits.max()
    torch.testing.assert_close(model.decode(z), 1 / (1 + torch.exp(-logits)))


def test_a_vae_reconstructs_from_the_mean_without_noise():
    model, x = VAE.mlp((12, 7, 2), image_shape=(3, 2, 2)), torch.rand(5, 3, 2, 2)
    x_hat = model(x)
    assert x_hat.shape == x.shape
    assert torch.equal(x_hat, model(x))
    assert torch.equal(x_hat, model.decode(model.posterior(x)[0]))


def test_a_vae_has_a_mirrored_network_with_an_encoder_twice_as_wide_at_the_end():
    sizes = [
        (layer.in_features, layer.out_features)
        for layer in VAE.mlp((784, 400, 20)).modules()
        if isinstance(layer, nn.Linear)
    ]
    assert sizes == [(784, 400), (400, 40), (20, 400), (400, 784)]
    parameters = sum(p.numel() for p in VAE.mlp((784, 400, 20)).parameters())
    assert parameters == 652_824  # of the well-known 784-400-20


def test_a_convolutional_vae_has_the_same_shapes():
    model, x = VAE.conv(6, (4, 8)), torch.rand(2, 1, 28, 28)
    mean, logvar = model.posterior(x)
    assert mean.shape == logvar.shape == (2, 6)
    assert model.decoder(mean).shape == x.shape
    assert not any(isinstance(layer, nn.Sigmoid) for layer in model.modules())
    assert 0 <= model(x).min() <= model(x).max() <= 1


@pytest.mark.parametrize("build", [VAE.mlp, VAE.conv])
def test_a_vae_with_impossible_sizes_is_refused(build):
    with pytest.raises(ValueError, match="image_shape"):
        build((784, 20) if build == VAE.mlp else 20, image_shape=(5, 7))
