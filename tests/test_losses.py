from functools import partial
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.metrics import mean_squared_error
from torch.distributions import Bernoulli, Laplace, Normal, kl_divergence

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
    with pytest.raises(ValueError, match=r"x has shape .* expected \(B, \.\.\.\)"):
        losses.mse(torch.zeros(shape), torch.zeros(shape))


DOUBLES = {"dtype": torch.double}
NLLS = {
    "gaussian": (losses.gaussian_nll, Normal),
    "laplace": (losses.laplace_nll, Laplace),
}


def draw(shape, seed):
    """Return two normal tensors of doubles."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, *shape, generator=generator, **DOUBLES)


def grey(shape, seed):
    """Return images in which black, white and grey pixels occur."""
    return (draw(shape, seed)[0] + 0.5).clamp(0, 1)


@pytest.mark.parametrize("name", NLLS)
@given(shapes, st.integers(0, 2**31), st.floats(0.01, 100))
def test_nll_is_that_of_torch_distributions(name, shape, seed, width):
    nll, distribution = NLLS[name]
    x_hat, x = draw(shape, seed)
    theirs = -distribution(x_hat, width).log_prob(x).flatten(1).sum(1)
    assert nll(x_hat, x, width).shape == shape[:1]
    torch.testing.assert_close(nll(x_hat, x, width), theirs, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NLLS)
def test_the_density_behind_an_nll_integrates_to_1(name):
    x = torch.linspace(-30, 30, 60_001, **DOUBLES)[:, None]
    density = torch.exp(-NLLS[name][0](torch.full_like(x, 0.3), x, 0.7))
    assert torch.trapezoid(density, x[:, 0]) == pytest.approx(1, abs=1e-6)


def test_a_narrow_density_has_a_negative_nll():
    x = torch.zeros(1, 4)
    assert losses.gaussian_nll(x, x, 0.1).item() < 0
    assert losses.laplace_nll(x, x, 0.1).item() < 0


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf")])
def test_widths_that_no_noise_has_are_refused(value):
    x = torch.zeros(2, 3)
    with pytest.raises(ValueError, match=r"std is .*; it must be above 0 and finite"):
        losses.gaussian_nll(x, x, value)
    with pytest.raises(ValueError, match=r"scale is .*; it must be above 0 and fin"):
        losses.laplace_nll(x, x, value)


@given(shapes, st.integers(0, 2**31))
def test_bernoulli_nll_of_binary_images_is_that_of_torch_distributions(shape, seed):
    logits, x = draw(shape, seed)
    x = (x > 0).double()
    theirs = -Bernoulli(logits=5 * logits).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(losses.bernoulli_nll(5 * logits, x), theirs)


@given(shapes, st.integers(0, 2**31))
def test_bce_of_grey_pixels_lies_between_those_of_black_and_white(shape, seed):
    logits, x = draw(shape, seed)[0], grey(shape, seed + 1)
    white = -Bernoulli(logits=logits).log_prob(torch.ones_like(x))
    black = -Bernoulli(logits=logits).log_prob(torch.zeros_like(x))
    mixed = (x * white + (1 - x) * black).flatten(1).sum(1)
    torch.testing.assert_close(losses.bernoulli_nll(logits, x), mixed)


def test_bernoulli_nll_has_derivatives_of_both_orders_also_at_a_logit_of_zero():
    logits = torch.tensor([[0.0, -3.0, 0.5]], dtype=torch.float64, requires_grad=True)
    x = torch.tensor([[0.3, 0.9, 0.1]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(losses.bernoulli_nll(logits, x).sum(), logits)
    torch.testing.assert_close(slope, logits.sigmoid() - x)
    assert torch.autograd.gradgradcheck(losses.bernoulli_nll, (logits, x))


@pytest.mark.parametrize(
    ("logit", "pixel", "nats"),
    [
        (-1000, 1, 1000),
        (1000, 0, 1000),
        (1000, 1, 0),
        (-1000, 0.25, 250),
        (0, 0.3, log(2)),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bernoulli_nll_is_exact_at_any_logit(logit, pixel, nats, dtype):
    logits = torch.tensor([[float(logit)]], dtype=dtype, requires_grad=True)
    nll = losses.bernoulli_nll(logits, torch.tensor([[pixel]], dtype=dtype))
    nll.sum().backward()
    assert nll.dtype == dtype
    assert nll.item() == pytest.approx(nats)
    assert logits.grad.item() == pytest.approx(torch.tensor(logit).sigmoid() - pixel)


@given(shapes, st.integers(0, 2**31))
def test_no_reconstruction_gets_below_the_entropy_and_the_image_itself_reaches_it(
    shape, seed
):
    logits, x = draw(shape, seed)[0], grey(shape, seed + 1)
    floor = losses.bernoulli_entropy(x)
    assert (losses.bernoulli_nll(3 * logits, x) >= floor - 1e-9).all()
    torch.testing.assert_close(losses.bernoulli_nll(x.logit(1e-12), x), floor)


@given(shapes, st.integers(0, 2**31))
def test_what_bce_has_above_its_floor_is_the_kl_divergence(shape, seed):
    logits, x = draw(shape, seed)[0], grey(shape, seed + 1)
    excess = losses.bernoulli_nll(logits, x) - losses.bernoulli_entropy(x)
    kl = kl_divergence(Bernoulli(probs=x), Bernoulli(logits=logits))
    torch.testing.assert_close(excess, kl.flatten(1).sum(1))


@given(shapes, st.integers(0, 2**31))
def test_entropy_is_that_of_scipy_per_pixel(shape, seed):
    x = grey(shape, seed)
    outcomes = np.stack([x.numpy(), 1 - x.numpy()])
    theirs = entropy(outcomes, axis=0).reshape(len(x), -1).sum(1)
    torch.testing.assert_close(losses.bernoulli_entropy(x), torch.tensor(theirs))


def test_entropy_is_0_for_black_and_white_and_highest_for_mid_grey():
    x = torch.stack([torch.zeros(9), torch.ones(9), torch.full((9,), 0.5)])
    torch.testing.assert_close(
        losses.bernoulli_entropy(x), torch.tensor([0.0, 0.0, 9 * log(2)])
    )


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan"), float("inf")])
def test_pixels_outside_0_to_1_are_refused(bad):
    x = torch.tensor([[0.5, bad]])
    for loss in (losses.bernoulli_entropy, partial(losses.bernoulli_nll, x)):
        with pytest.raises(ValueError, match=r"x goes from .* in \[0, 1\]"):
            loss(x)


@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**31))
def test_kl_is_that_of_torch_distributions(batch, latent_dim, seed):
    mean, logvar = 3 * draw((batch, latent_dim), seed)
    posterior, prior = Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0)
    theirs = kl_divergence(posterior, prior).sum(1)
    ours = losses.kl_to_standard_normal(mean, logvar)
    assert (ours >= 0).all()
    torch.testing.assert_close(ours, theirs)


def test_kl_is_0_only_for_the_standard_normal():
    zeros = torch.zeros(2, 3)
    assert losses.kl_to_standard_normal(zeros, zeros).tolist() == [0, 0]
    assert (losses.kl_to_standard_normal(zeros + 0.1, zeros) > 0).all()
    assert (losses.kl_to_standard_normal(zeros, zeros - 0.1) > 0).all()


ALL = {
    "mse": losses.mse,
    "gaussian_nll": lambda a, x: losses.gaussian_nll(a, x, 0.3),
    "laplace_nll": lambda a, x: losses.laplace_nll(a, x, 0.3),
    "bernoulli_nll": losses.bernoulli_nll,
    "kl_to_standard_normal": losses.kl_to_standard_normal,
}


@pytest.mark.parametrize("name", ALL)
def test_gradients_are_those_of_finite_differences(name):
    first = draw((3, 2, 2), 1)[0].requires_grad_()
    x = grey((3, 2, 2), 2)
    assert torch.autograd.gradcheck(lambda a: ALL[name](a, x), first)


@pytest.mark.parametrize("name", ALL)
def test_a_loss_keeps_the_dtype_and_does_not_mix_images(name):
    first, x = draw((4, 1, 3, 2), 3)[0].float(), grey((4, 1, 3, 2), 4).float()
    together = ALL[name](first, x)
    one_by_one = [ALL[name](first[i : i + 1], x[i : i + 1]) for i in range(4)]
    assert together.dtype == torch.float32
    torch.testing.assert_close(together, torch.cat(one_by_one))


@pytest.mark.parametrize("name", ALL)
def test_every_loss_refuses_shapes_that_would_broadcast(name):
    with pytest.raises(ValueError, match=r"has shape \(2, 3\) and \w+ \(2, 1\)"):
        ALL[name](torch.zeros(2, 3), torch.zeros(2, 1))


def test_kl_per_unit_is_pytorchs_and_sums_to_the_whole():
    mean, logvar = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    found = losses.kl_per_unit(mean, logvar)
    wanted = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(found, wanted)
    whole = losses.kl_to_standard_normal(mean, logvar)
    torch.testing.assert_close(found.sum(1), whole)


def test_free_bits_charge_each_unit_the_least_or_what_it_says_on_average():
    kl = torch.tensor([[0.0, 2.0, 0.4], [0.2, 4.0, 0.8]], requires_grad=True)
    found = losses.free_bits(kl, 0.5)
    assert found.item() == pytest.approx(0.5 + 3.0 + 0.6)
    found.backward()
    assert kl.grad.tolist() == [[0, 0.5, 0.5], [0, 0.5, 0.5]]
    assert losses.free_bits(kl, 0).item() == pytest.approx(0.1 + 3.0 + 0.6)
    with pytest.raises(ValueError, match="least is -1; it must be at least 0"):
        losses.free_bits(kl, -1)
