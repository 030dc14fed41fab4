import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import Normal

from aelesson import latent


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_reparameterised_code_is_mean_plus_sigma_times_noise():
    mean, std = torch.tensor([[1.0, -2.0]]), torch.tensor([[3.0, 0.5]])
    noise = torch.randn(1, 2, generator=seeded(7))
    z = latent.reparameterize(mean, 2 * std.log(), seeded(7))
    torch.testing.assert_close(z, mean + std * noise)


def test_its_draws_have_the_distribution_that_was_asked_for():
    mean = torch.full((20_000, 1), -1.5)
    logvar = torch.full_like(mean, math.log(4.0))
    z = latent.reparameterize(mean, logvar, seeded())
    assert stats.kstest(z.flatten().numpy(), stats.norm(-1.5, 2).cdf).pvalue > 0.001


def test_its_gradients_are_those_of_rsample():
    mean = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    logvar = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda m, v: latent.reparameterize(m, v, seeded()), (mean, logvar)
    )
    z = latent.reparameterize(mean, logvar, seeded())
    noise = ((z - mean) / (0.5 * logvar).exp()).detach()
    theirs = Normal(mean, (0.5 * logvar).exp())
    (ours,) = torch.autograd.grad(z.square().sum(), logvar)
    again = theirs.loc + theirs.scale * noise
    (wanted,) = torch.autograd.grad(again.square().sum(), logvar)
    torch.testing.assert_close(ours, wanted)


def test_without_a_generator_the_global_one_draws():
    mean = torch.zeros(3, 2)
    torch.manual_seed(5)
    first = latent.reparameterize(mean, mean)
    torch.manual_seed(5)
    assert torch.equal(first, torch.randn(3, 2))
    assert not torch.equal(first, latent.reparameterize(mean, mean))


def test_mean_and_logvar_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"mean has shape \(2, 3\) and logvar \(3,\)"):
        latent.reparameterize(torch.zeros(2, 3), torch.zeros(3))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_noise_is_like_what_it_is_added_to(dtype):
    noise = latent.normal_like(torch.zeros(3, 1, 4, dtype=dtype), seeded(1))
    assert noise.dtype == dtype
    assert torch.equal(noise, torch.randn(3, 1, 4, generator=seeded(1), dtype=dtype))


def test_samples_are_decoded_draws_of_a_standard_normal():
    codes = latent.sample(lambda z: z, 20_000, 1, seeded())
    assert stats.kstest(codes.flatten().numpy(), stats.norm.cdf).pvalue > 0.001
    twice = latent.sample(lambda z: 2 * z, 5, 3, seeded(4))
    torch.testing.assert_close(twice, 2 * torch.randn(5, 3, generator=seeded(4)))


def test_samples_carry_no_graph():
    weight = torch.ones(2, requires_grad=True)
    assert not latent.sample(lambda z: z * weight, 3, 2).requires_grad
    assert torch.is_grad_enabled()


def test_samples_are_drawn_where_the_decoder_is():
    codes = latent.sample(lambda z: z, 3, 2, device="meta")
    assert codes.device.type == "meta"
    assert latent.sample(lambda z: z, 3, 2, seeded(), "meta").device.type == "meta"


@pytest.mark.parametrize(("count", "latent_dim"), [(0, 2), (2, 0), (-1, 2)])
def test_no_samples_are_refused(count, latent_dim):
    with pytest.raises(ValueError, match="it must be at least 1"):
        latent.sample(lambda z: z, count, latent_dim)


@given(st.integers(2, 9), st.integers(1, 4), st.integers(0, 99))
def test_interpolation_is_a_straight_line_in_equal_steps(steps, size, seed):
    start, end = torch.randn(2, size, generator=seeded(seed))
    line = latent.interpolate(start, end, steps)
    wanted = [
        [a + (b - a) * i / (steps - 1) for a, b in zip(start, end, strict=True)]
        for i in range(steps)
    ]
    torch.testing.assert_close(line, torch.tensor(wanted), atol=1e-5, rtol=1e-5)
    assert torch.equal(line[0], start)
    assert torch.equal(line[-1], end)


@pytest.mark.parametrize(("start", "end"), [((2,), (3,)), ((1, 2), (1, 2)), ((), ())])
def test_what_are_no_two_codes_is_refused(start, end):
    with pytest.raises(ValueError, match=r"they must be equal|expected \(D,\)"):
        latent.interpolate(torch.zeros(start), torch.zeros(end), 3)


def test_a_line_of_one_code_is_refused():
    with pytest.raises(ValueError, match="steps is 1; it must be at least 2"):
        latent.interpolate(torch.zeros(2), torch.ones(2), 1)


@pytest.mark.parametrize("side", [1, 2, 5, 8])
def test_the_grid_gives_each_point_an_equal_share_of_the_normal(side):
    grid = latent.normal_grid(side).reshape(side, side, 2)
    quantiles = stats.norm.ppf([(i + 0.5) / side for i in range(side)])
    for row in grid:  # the first number grows to the right
        np.testing.assert_allclose(row[:, 0], quantiles, atol=1e-6)
    for column in grid.unbind(1):  # and the second one upwards
        np.testing.assert_allclose(column[:, 1], quantiles[::-1], atol=1e-6)


def test_a_grid_without_a_point_is_refused():
    with pytest.raises(ValueError, match="side is 0"):
        latent.normal_grid(0)
