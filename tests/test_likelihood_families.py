"""Likelihoods: one choice that objectives, `decode` and scores follow."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Bernoulli, Laplace, Normal
from torch.nn import functional as F

from aelesson import TrainConfig, fit, likelihood, losses, metrics, objectives
from aelesson.models import VAE, Autoencoder

EVERY = {
    "Bernoulli": likelihood.Bernoulli,
    "Normal": lambda: likelihood.Normal(0.3),
    "learnt Normal": likelihood.Normal,
    "Laplace": lambda: likelihood.Laplace(0.3),
    "learnt Laplace": likelihood.Laplace,
    "SquaredError": likelihood.SquaredError,
    "SquaredError, [-1, 1]": lambda: likelihood.SquaredError(-1, 1),
}
every = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY)


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def own(model):
    """Return images that a model's likelihood takes."""
    x = drawn(6, 1, 2, 3, seed=3)
    return x.sigmoid() if math.isfinite(model.likelihood.low) else x


@every
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2**20))
def test_a_likelihood_gives_one_value_per_image(make, batch, side, seed):
    chosen, raw = make(), drawn(batch, 2, side, seed=seed)
    x = drawn(batch, 2, side, seed=seed + 1).sigmoid()
    assert chosen.per_image(raw, x).shape == (batch,)
    torch.testing.assert_close(chosen.loss(raw, x), chosen.nll(raw, x).mean())
    assert chosen.mean(raw).shape == x.shape


def test_nll_is_that_of_pytorchs_distributions():
    raw, x = drawn(4, 5), drawn(4, 5, seed=1).sigmoid().round()
    theirs = {
        likelihood.Bernoulli(): Bernoulli(logits=raw),
        likelihood.Normal(0.3): Normal(raw, 0.3),
        likelihood.Normal(): Normal(raw, likelihood.Normal().std),
        likelihood.Laplace(0.2): Laplace(raw, 0.2),
    }
    for ours, distribution in theirs.items():
        wanted = -distribution.log_prob(x).sum(1)
        torch.testing.assert_close(ours.nll(raw, x), wanted)
        torch.testing.assert_close(ours.mean(raw), distribution.mean)


@pytest.mark.parametrize("family", [likelihood.Normal, likelihood.Laplace])
def test_a_learnt_width_ends_where_the_noise_is(family):
    noise = (Normal if family is likelihood.Normal else Laplace)(0.0, 0.2)
    torch.manual_seed(0)
    chosen, x = family(), noise.sample((2000, 4))
    optimizer = torch.optim.Adam(chosen.parameters(), 0.05)
    for _ in range(200):
        optimizer.zero_grad()
        chosen.loss(torch.zeros_like(x), x).backward()
        optimizer.step()
    assert chosen.width.value() == pytest.approx(0.2, rel=0.03)
    with torch.no_grad():
        chosen.width.log.fill_(-1e4)
    assert chosen.width.value() == pytest.approx(math.exp(-6))


@every
@pytest.mark.parametrize("build", [Autoencoder.mlp, Autoencoder.conv])
def test_every_autoencoder_decodes_to_data_of_its_likelihood(make, build):
    torch.manual_seed(0)
    first = (6, 4) if build == Autoencoder.mlp else 4
    model = build(first, image_shape=(1, 2, 3), likelihood=make())
    pixels = model.decode(1e4 * drawn(5, 4))
    assert pixels.shape == (5, 1, 2, 3)
    assert pixels.min() >= model.likelihood.low
    assert pixels.max() <= model.likelihood.high
    spread = min(2.0, model.likelihood.high - model.likelihood.low)
    assert pixels.max() - pixels.min() > 0.9 * spread
    x = own(model)
    terms = objectives.reconstruction()(model, x)
    torch.testing.assert_close(terms["loss"], model.nll(model.encode(x), x).mean())


def test_by_default_an_autoencoder_ends_in_a_sigmoid_and_learns_by_mse():
    model, x = Autoencoder.mlp((6, 4), image_shape=(1, 2, 3)), torch.rand(5, 1, 2, 3)
    assert isinstance(model.decoder[-2], nn.Sigmoid)
    assert torch.equal(
        objectives.reconstruction()(model, x)["loss"], F.mse_loss(model(x), x)
    )
    plain = Autoencoder(nn.Flatten(), nn.Unflatten(1, (1, 2, 3)))
    assert objectives.reconstruction()(plain, 100 * x)["loss"] == 0


@pytest.mark.parametrize("make", [likelihood.Normal, likelihood.Laplace])
def test_a_vae_of_standardised_data_decodes_without_a_sigmoid(make):
    torch.manual_seed(0)
    x = drawn(256, 2) @ torch.tensor([[2.0, 1, -1, 3], [0, 2, 1, -2]])
    model = VAE.mlp((4, 32, 2), image_shape=(4,), likelihood=make())
    fit(model, x, objectives.negative_elbo(), TrainConfig(60, 32, 5e-3), progress=False)
    assert metrics.reconstruction_error(model, x).mean() < 0.05 * x.var()
    assert likelihood.nll(model, x, 20).mean < losses.gaussian_nll(0 * x, x, 2).mean()


def test_what_is_no_data_of_a_likelihood_is_refused_with_the_cure():
    for chosen in (likelihood.Bernoulli(), likelihood.SquaredError(0, 1)):
        with pytest.raises(
            ValueError, match=r"x goes from .* choose another likelihood"
        ):
            chosen.require(torch.tensor([[0.0, 255.0]]))
        chosen.require(torch.tensor([[0.0, 1.0]]))
    likelihood.Normal().require(torch.tensor([[-1e5, 1e5]]))


class Scalar(likelihood.Normal):
    """A mistake: the mean over the batch, not one value per image."""

    def nll(self, raw, x):
        return super().nll(raw, x).mean()


class PerPixel(likelihood.Normal):
    """A mistake: one value per pixel."""

    def nll(self, raw, x):
        return (raw - x) ** 2


@pytest.mark.parametrize("wrong", [Scalar, PerPixel])
def test_an_nll_that_is_not_one_value_per_image_is_refused(wrong):
    model, x = VAE.mlp((6, 2), (1, 2, 3), wrong()), torch.rand(4, 1, 2, 3)
    for ask in (objectives.negative_elbo(), objectives.negative_iwae(2)):
        with pytest.raises(ValueError, match=rf"{wrong.__name__}.nll returned shape"):
            ask(model, x)


def test_impossible_choices_are_refused():
    with pytest.raises(ValueError, match="std is 0; it must be above 0"):
        likelihood.Normal(0)
    with pytest.raises(TypeError, match="scale is '1'; it must be a number"):
        likelihood.Laplace("1")
    for bounds in ((1, 0), (0,), (-math.inf, 3)):
        with pytest.raises(ValueError, match="give both, with low below high"):
            likelihood.SquaredError(*bounds)
    with pytest.raises(ValueError, match="low is nan; it must be finite"):
        likelihood.SquaredError(math.nan, 1)
    with pytest.raises(ValueError, match="SquaredError, which has no width"):
        VAE.mlp((6, 2), (1, 2, 3), likelihood.SquaredError())
    with pytest.raises(TypeError, match="likelihood is the class Normal"):
        Autoencoder(nn.Flatten(), nn.Flatten(), likelihood.Normal)


def test_objectives_refuse_what_would_broadcast():
    flat = nn.Sequential(nn.Flatten(), nn.Linear(6, 6))
    with pytest.raises(ValueError, match="the model's output has shape"):
        objectives.reconstruction()(flat, torch.rand(4, 1, 2, 3))
    model = Autoencoder.mlp((6, 2), (1, 2, 3))
    with pytest.raises(ValueError, match=r"raw output has shape .* they must be equal"):
        objectives.reconstruction()(model, torch.rand(4, 2, 3))
    with pytest.raises(ValueError, match=r"loss returned \(4, 1, 2, 3\) for 4 images"):
        objectives.reconstruction(lambda x_hat, x: (x_hat - x) ** 2)(
            model, torch.rand(4, 1, 2, 3)
        )
