import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from torch.nn import functional as F

from aelesson import quantise


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 4), st.integers(0, 99))
def test_the_nearest_code_is_found_as_by_hand(rows, size, latent_dim, seed):
    z = torch.randn(rows, latent_dim, generator=seeded(seed), dtype=torch.double)
    book = torch.randn(size, latent_dim, generator=seeded(seed + 1)).double()
    found = quantise.nearest_code(z, book)
    assert found.dtype == torch.int64
    for each, place in zip(z, found.tolist(), strict=True):
        distances = [math.dist(each.tolist(), e.tolist()) for e in book]
        assert place == int(np.argmin(distances))


def test_of_equally_near_codes_the_first_is_taken_and_far_ones_keep_their_digits():
    book = torch.tensor([[1.0], [-1.0], [1.0]])
    assert quantise.nearest_code(torch.zeros(1, 1), book).tolist() == [0]
    near = torch.linspace(0, 1e-2, 40)[:, None]  # beside 1000, a square has no digits
    far = 1000 + near.repeat(1, 3)
    assert torch.equal(quantise.nearest_code(far, far), torch.arange(40))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_near_what_is_not_finite_nothing_is(bad):
    with pytest.raises(ValueError, match="z holds nan or infinity"):
        quantise.nearest_code(torch.tensor([[bad]]), torch.ones(2, 1))
    with pytest.raises(ValueError, match="codebook holds nan or infinity"):
        quantise.nearest_code(torch.ones(2, 1), torch.tensor([[bad]]))
    with pytest.raises(ValueError, match=r"z has shape \(2, 1\) and codebook \(3, 2\)"):
        quantise.nearest_code(torch.ones(2, 1), torch.ones(3, 2))


def test_straight_through_is_the_quantised_code_with_the_gradient_of_z():
    z = torch.randn(4, 3, generator=seeded(), requires_grad=True)
    quantised = torch.randn(4, 3, generator=seeded(1), requires_grad=True)
    passed = quantise.straight_through(z, quantised)
    torch.testing.assert_close(passed, quantised)
    weights = torch.randn(4, 3, generator=seeded(2))
    (passed.square() * weights).sum().backward()
    torch.testing.assert_close(z.grad, 2 * quantised.detach() * weights)
    assert quantised.grad is None


@pytest.mark.parametrize("commitment", [0.0, 0.25, 2.0])
def test_vq_loss_moves_each_side_by_its_own_term(commitment):
    z = torch.randn(5, 3, 2, 2, generator=seeded(), requires_grad=True)
    quantised = torch.randn(5, 3, 2, 2, generator=seeded(1), requires_grad=True)
    loss = quantise.vq_loss(z, quantised, commitment)
    squares = [(a - b).square().sum() for a, b in zip(z, quantised, strict=True)]
    torch.testing.assert_close(loss, (1 + commitment) * sum(squares) / 5)
    loss.backward()
    gap = 2 * (z - quantised).detach() / 5
    torch.testing.assert_close(quantised.grad, -gap)
    torch.testing.assert_close(z.grad, commitment * gap)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_perplexity_is_scipys_entropy(codes):
    shares = np.bincount(codes, minlength=9) / len(codes)
    found = quantise.perplexity(torch.tensor(codes), 9)
    assert found == pytest.approx(math.exp(entropy(shares)))
    assert 1 - 1e-9 <= found <= 9 + 1e-9


def test_perplexity_of_maps_and_its_ends():
    assert quantise.perplexity(torch.zeros(2, 3, 3).long(), 4) == pytest.approx(1)
    even = torch.arange(8).reshape(2, 2, 2)
    assert quantise.perplexity(even, 8) == pytest.approx(8)
    assert quantise.perplexity(even, 100) == pytest.approx(8)
    with pytest.raises(ValueError, match="codes"):
        quantise.perplexity(even, 7)


@pytest.mark.parametrize("levels", [(2,), (3, 2), (8, 5, 5)])
def test_levels_are_evenly_spaced_from_minus_one_to_one(levels):
    z = 3 * torch.randn(4000, len(levels), generator=seeded())
    found = quantise.finite_scalar(z, levels)
    for column, count in zip(found.unbind(1), levels, strict=True):
        wanted = torch.linspace(-1, 1, count)
        torch.testing.assert_close(column.unique().sort().values.float(), wanted)
        nearest = (wanted[:, None] - z[:, 0].tanh()).abs().argmin(0)
        if count == levels[0]:
            torch.testing.assert_close(found[:, 0], wanted[nearest])


def test_an_odd_number_of_levels_is_the_sources():
    """Mentzer et al.: round(floor(L / 2) tanh(z)), scaled by floor(L / 2)."""
    z = 2 * torch.randn(50, 2, generator=seeded())
    half = torch.tensor([3, 2])
    wanted = (half * z.tanh()).round() / half
    torch.testing.assert_close(quantise.finite_scalar(z, (7, 5)), wanted)


def test_levels_have_the_gradient_of_the_tanh():
    z = torch.randn(6, 2, generator=seeded(), dtype=torch.double, requires_grad=True)
    quantise.finite_scalar(z, (4, 9)).sum().backward()
    torch.testing.assert_close(z.grad, 1 - z.detach().tanh().square())


def test_numbers_of_levels_and_levels_of_numbers():
    layer = quantise.FiniteScalar((3, 2, 4))
    assert layer.size == 24
    everything = layer.look_up(torch.arange(24))
    values = [torch.linspace(-1, 1, count).tolist() for count in (3, 2, 4)]
    wanted = torch.tensor(list(itertools.product(*values)))
    torch.testing.assert_close(everything, wanted)
    z = torch.randn(5, 3, 2, 4, generator=seeded())
    codes = layer.codes(z)
    assert (codes.shape, codes.dtype) == ((5, 2, 4), torch.int64)
    torch.testing.assert_close(layer.look_up(codes), layer(z))
    assert layer.codes(1e6 * z).max() == 23


@pytest.mark.parametrize("levels", [(3, 1), (0, 2), (3, 2.0), ()])
def test_fewer_than_two_levels_are_none(levels):
    with pytest.raises((ValueError, TypeError), match="levels"):
        quantise.FiniteScalar(levels)
    with pytest.raises((ValueError, TypeError), match="levels"):
        quantise.finite_scalar(torch.ones(2, 2), levels)


def test_gumbel_softmax_is_pytorchs():
    logits = torch.randn(50, 4, generator=seeded())
    ours = quantise.gumbel_softmax(logits, 0.7, seeded(3))
    torch.manual_seed(3)
    torch.testing.assert_close(ours, F.gumbel_softmax(logits, 0.7))


def test_the_largest_value_falls_on_each_class_with_its_probability():
    logits = torch.tensor([[0.5, -1.0, 2.0]]).repeat(40_000, 1)
    soft = quantise.gumbel_softmax(logits, 0.3, seeded())
    torch.testing.assert_close(soft.sum(1), torch.ones(40_000))
    shares = soft.argmax(1).bincount() / 40_000
    torch.testing.assert_close(shares, logits[0].softmax(0), atol=0.01, rtol=0)


def test_the_gradient_of_gumbel_softmax_points_the_way_of_the_exact_one():
    """The mean reward of a class has a known gradient; at a low temperature ours is
    near it on average."""
    reward = torch.tensor([1.0, 3.0, -2.0])
    logits = torch.tensor([0.2, -0.5, 0.4], requires_grad=True)
    (exact,) = torch.autograd.grad((logits.softmax(0) * reward).sum(), logits)
    rows = logits.expand(200_000, 3)
    soft = quantise.gumbel_softmax(rows, 0.2, seeded())
    (found,) = torch.autograd.grad((soft @ reward).mean(), logits)
    torch.testing.assert_close(found, exact, atol=0.05, rtol=0.05)
