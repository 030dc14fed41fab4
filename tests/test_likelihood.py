import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Bernoulli, Normal

from aelesson import likelihood
from aelesson.models import VAE


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def a_vae(latent_dim=2):
    torch.manual_seed(3)
    return VAE.mlp((6, 8, latent_dim), image_shape=(1, 2, 3))


def binary(count, seed=1):
    return torch.bernoulli(torch.full((count, 1, 2, 3), 0.4), generator=seeded(seed))


def exact_log_likelihood(model, x):
    """Integrate over a code of one unit, on a fine grid."""
    z = torch.linspace(-12, 12, 20_001)[:, None]
    with torch.no_grad():
        pixels = Bernoulli(logits=model.decoder(z)[:, None])  # (Z, 1, 1, 2, 3)
        log_likelihood = pixels.log_prob(x[None]).flatten(2).sum(2)  # (Z, B)
        log_joint = log_likelihood + Normal(0.0, 1.0).log_prob(z)
    return log_joint.double().logsumexp(0) + math.log(24 / 20_000)


def test_log_weights_are_those_of_pytorchs_distributions():
    model, x = a_vae(), binary(4)
    weights = likelihood.draw_log_weights(model, x, 3, seeded(2))
    mean, logvar = model.posterior(x)
    noise = torch.randn(12, 2, generator=seeded(2)).reshape(3, 4, 2)
    q, p = Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0)
    z = mean + (0.5 * logvar).exp() * noise
    for k, i in product(range(3), range(4)):
        pixels = Bernoulli(logits=model.decoder(z[k, i][None])[0])
        wanted = (
            pixels.log_prob(x[i]).sum()
            + p.log_prob(z[k, i]).sum()
            - q.log_prob(z[k])[i].sum()
        )
        torch.testing.assert_close(weights[k, i], wanted)


def test_the_mean_of_log_weights_is_the_elbo():
    model, x = a_vae(), binary(3)
    with torch.no_grad():
        weights = likelihood.draw_log_weights(model, x, 20_000, seeded())
        assert weights.shape == (20_000, 3)
        assert (weights.mean(0) <= likelihood.iwae_bound(weights)).all()


def test_many_samples_find_the_exact_likelihood():
    model, x = a_vae(latent_dim=1), binary(8)
    exact = exact_log_likelihood(model, x)
    with torch.no_grad():
        weights = likelihood.draw_log_weights(model, x, 20_000, seeded())
    bound = likelihood.iwae_bound(weights).double()
    torch.testing.assert_close(bound, exact, atol=0.02, rtol=0)
    estimate = likelihood.nll(model, x, 20_000, seeded(1))
    assert estimate.mean == pytest.approx(-exact.mean().item(), abs=0.02)


def test_all_images_together_have_probability_one():
    model = a_vae(latent_dim=1)
    every = torch.tensor(list(product((0.0, 1.0), repeat=6))).reshape(-1, 1, 2, 3)
    with torch.no_grad():
        weights = likelihood.draw_log_weights(model, every, 3000, seeded())
    assert likelihood.iwae_bound(weights).exp().sum() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("samples", [0, -1])
def test_no_sample_is_refused(samples):
    with pytest.raises(ValueError, match=f"samples is {samples}"):
        likelihood.draw_log_weights(a_vae(), binary(2), samples)
    with pytest.raises(ValueError, match=f"samples is {samples}"):
        likelihood.nll(a_vae(), binary(2), samples)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 99), st.booleans())
def test_the_bound_is_the_log_of_the_mean_weight(draws, images, seed, doubles):
    values = torch.randn(draws, images, generator=seeded(seed)).double()
    values = values if doubles else values.float()
    bound = likelihood.iwae_bound(values)
    wanted = np.log(np.exp(values.double().numpy()).mean(0))
    assert bound.dtype == values.dtype
    np.testing.assert_allclose(bound.double().numpy(), wanted, atol=1e-5)


@pytest.mark.parametrize("offset", [-10_000.0, 10_000.0])
def test_the_bound_survives_large_numbers(offset):
    values = torch.tensor([[0.0, 1.0], [0.0, 3.0]]) + offset
    wanted = offset + np.log(np.exp([[0, 1], [0, 3]]).mean(0))
    np.testing.assert_allclose(likelihood.iwae_bound(values), wanted, rtol=1e-6)


def test_the_gradient_of_the_bound_is_the_normalised_weight():
    values = torch.randn(5, 3, dtype=torch.double, requires_grad=True)
    likelihood.iwae_bound(values).sum().backward()
    torch.testing.assert_close(values.grad, values.detach().softmax(0))


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 2, 2)])
def test_weights_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(K, B\)"):
        likelihood.iwae_bound(torch.zeros(shape))


def test_nll_goes_through_all_images_in_parts(monkeypatch):
    model, images = a_vae(latent_dim=1), binary(7)
    whole = likelihood.nll(model, images, 4000, seeded())
    monkeypatch.setattr(likelihood, "ROWS", 8000)  # two images per pass
    in_parts = likelihood.nll(model, images, 4000, seeded())
    assert in_parts.mean == pytest.approx(whole.mean, abs=0.05)
    exact = -exact_log_likelihood(model, images)
    wanted = exact.std().item() / math.sqrt(7)
    assert in_parts.standard_error == pytest.approx(wanted, rel=0.1)


def test_nll_leaves_the_model_as_it_was():
    model = a_vae()
    model.encoder.append(nn.Dropout(0.5))
    model.train()
    estimate = likelihood.nll(model, binary(3), 5)
    assert model.training
    assert math.isfinite(estimate.mean)
    again = [likelihood.nll(model, binary(3), 5, seeded()) for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize("progress", [False, True])
def test_nll_shows_a_bar_when_asked(progress, capsys):
    likelihood.nll(a_vae(), binary(3), 5, progress=progress)
    assert ("weighing samples" in capsys.readouterr().err) == progress


def test_an_error_bar_needs_two_images():
    with pytest.raises(ValueError, match="a standard error needs 2 or more"):
        likelihood.nll(a_vae(), binary(1), 5)
