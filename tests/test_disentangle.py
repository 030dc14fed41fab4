import math

import pytest
import torch
from sklearn.metrics import mutual_info_score
from torch.distributions import Normal

from aelesson import bounds, disentangle, objectives, priors
from aelesson.models import VAE

SHAPE = (1, 2, 3)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def a_vae():
    torch.manual_seed(0)
    return VAE.mlp((6, 9, 2), SHAPE)


def minibatch_weighted(z, mean, logvar, count):
    """Chen et al. (2018), appendix C.1, in loops and in PyTorch's distributions."""
    size, units = z.shape
    total = 0
    for i in range(size):
        q = [Normal(mean[j], (0.5 * logvar[j]).exp()) for j in range(size)]
        log_q = torch.stack([each.log_prob(z[i]) for each in q])  # (B, D)
        joint = log_q.sum(1).exp().sum().div(size * count).log()
        alone = sum(
            log_q[:, d].exp().sum().div(size * count).log() for d in range(units)
        )
        total = total + (joint - alone) / size
    return total


def test_total_correlation_is_the_sources_but_for_a_constant():
    z, mean, logvar = torch.randn(3, 7, 4, generator=seeded(), dtype=torch.double)
    both = [mean.requires_grad_(), logvar.requires_grad_()]
    ours = disentangle.total_correlation(z, mean, logvar)
    theirs = minibatch_weighted(z, mean, logvar, count=500)
    torch.testing.assert_close(theirs - ours, torch.tensor(3 * math.log(500)).double())
    wanted = torch.autograd.grad(theirs, both)
    torch.testing.assert_close(torch.autograd.grad(ours, both), wanted)


def test_total_correlation_is_that_of_the_mixture_integrated_on_a_grid():
    """Two posteriors on a diagonal: each unit tells the other on which side it is."""
    sides = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
    axis = torch.linspace(-6, 6, 401).double()
    one = sum(Normal(s, 0.5).log_prob(axis).exp() for s in (-1.0, 1.0)) / 2
    halves = [Normal(s, 0.5).log_prob(axis).exp() for s in (-1.0, 1.0)]
    joint = sum(each[:, None] * each for each in halves) / 2
    exact = (joint * (joint / (one[:, None] * one)).log()).sum() * (12 / 400) ** 2
    mean = sides.repeat(1500, 1)
    logvar = torch.full_like(mean, 2 * math.log(0.5))
    z = mean + 0.5 * torch.randn(mean.shape, generator=seeded())
    found = disentangle.total_correlation(z, mean, logvar)
    assert found.item() == pytest.approx(exact.item(), abs=0.02)


def test_independent_units_have_none():
    mean, logvar = torch.zeros(50, 3), torch.zeros(50, 3)
    z = torch.randn(50, 3, generator=seeded())
    assert abs(disentangle.total_correlation(z, mean, logvar).item()) < 1e-5


def test_units_that_tell_the_same_reach_the_most_that_a_batch_can_tell():
    mean = torch.arange(20.0)[:, None].expand(20, 3)
    logvar = torch.full_like(mean, -12.0)
    found = disentangle.total_correlation(mean, mean, logvar)
    assert found.item() == pytest.approx(2 * math.log(20), abs=1e-3)


def test_mutual_information_is_scikit_learns():
    codes = torch.randn(300, 3, generator=seeded())
    factors = torch.randint(4, (300, 2), generator=seeded(1))
    codes[:, 0] += 2 * factors[:, 1]
    found = disentangle.mutual_information(codes, factors, bins=7)
    assert (found.shape, found.dtype) == ((3, 2), torch.double)
    for d in range(3):
        low, high = codes[:, d].min(), codes[:, d].max()
        edges = torch.linspace(0, 1, 8)[1:-1] * (high - low) + low
        binned = torch.bucketize(codes[:, d].contiguous(), edges)
        for k in range(2):
            wanted = mutual_info_score(binned.numpy(), factors[:, k].numpy())
            assert found[d, k].item() == pytest.approx(wanted, abs=1e-3)


def test_a_unit_that_is_a_factor_tells_its_entropy_and_a_constant_one_nothing():
    factors = torch.tensor([[0], [1], [2], [2]]).repeat(10, 1)
    codes = torch.cat([factors.float(), torch.ones(40, 1)], dim=1)
    found = disentangle.mutual_information(codes, factors).flatten().tolist()
    assert found == pytest.approx([1.5 * math.log(2), 0])


def grid():
    return torch.cartesian_prod(torch.arange(4), torch.arange(3), torch.arange(5))


def test_the_gap_of_pure_units_is_one_and_of_doubled_ones_none():
    factors = grid()
    pure = -3.0 * factors.float() + 7
    assert disentangle.mutual_information_gap(pure, factors) == pytest.approx(1)
    noise = torch.rand(60, 1, generator=seeded())
    more = torch.cat([pure, 0 * noise], dim=1)
    assert disentangle.mutual_information_gap(more, factors) == pytest.approx(1)
    doubled = torch.cat([pure, -pure], dim=1)
    assert disentangle.mutual_information_gap(doubled, factors) == pytest.approx(0)


def test_the_gap_of_two_units_that_share_a_factor():
    """One tells two bits of two, the other one bit: a gap of one half."""
    factor = torch.arange(4).repeat(5)[:, None]
    codes = torch.cat([factor, factor // 2], dim=1).float()
    assert disentangle.mutual_information_gap(codes, factor) == pytest.approx(0.5)


def test_turning_pure_units_closes_the_gap():
    factors = grid()[:, :2]
    pure = factors / factors.amax(0)
    turned = pure @ torch.tensor([[1.0, 1.0], [-1.0, 1.0]])
    gaps = [disentangle.mutual_information_gap(c, factors) for c in (pure, turned)]
    assert gaps[0] > 0.99
    assert gaps[1] < 0.3


def test_what_has_no_gap_is_refused():
    with pytest.raises(ValueError, match="a gap needs two units"):
        disentangle.mutual_information_gap(torch.rand(4, 1), torch.ones(4, 1).long())
    factors = torch.tensor([[0, 3], [1, 3]])
    with pytest.raises(ValueError, match=r"columns \[1\] have one value only"):
        disentangle.mutual_information_gap(torch.rand(2, 2), factors)
    with pytest.raises(ValueError, match="factors has 3 entries and codes 4"):
        disentangle.mutual_information(torch.rand(4, 2), torch.ones(3, 1).long())


def test_the_penalty_is_added_to_the_elbo():
    model, x = a_vae(), torch.rand(5, *SHAPE).round()
    terms = bounds.total_correlation(3.0, seeded())(model, x)
    elbo = objectives.negative_elbo(generator=seeded())(model, x)
    for name in ("reconstruction", "kl"):
        torch.testing.assert_close(terms[name], elbo[name])
    mean, logvar = model.posterior(x)
    z = mean + (0.5 * logvar).exp() * torch.randn(5, 2, generator=seeded())
    tc = minibatch_weighted(z, mean, logvar, count=1)
    torch.testing.assert_close(terms["tc"], tc)
    torch.testing.assert_close(terms["loss"], elbo["loss"] + 3 * tc)


def test_its_gradient_turns_a_slanted_cloud_upright():
    along = torch.randn(60, 1, generator=seeded()) @ torch.tensor([[2.0, 2.0]])
    logvar, noise = torch.full((60, 2), -1.0), torch.randn(60, 2, generator=seeded(1))
    angle = torch.tensor(0.1, requires_grad=True)

    def value():
        turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()])
        mean = along @ turn.reshape(2, 2)
        z = mean + (0.5 * logvar).exp() * noise
        return disentangle.total_correlation(z, mean, logvar)

    before = value().item()
    optimizer = torch.optim.Adam([angle], lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        value().backward()
        optimizer.step()
    assert before > 0.5
    assert abs(value().item()) < 0.05
    assert angle.item() % (math.pi / 2) == pytest.approx(math.pi / 4, abs=0.1)


def test_free_bits_change_the_loss_and_not_what_is_told():
    model, x = a_vae(), torch.rand(5, *SHAPE).round()
    elbo = objectives.negative_elbo(generator=seeded())(model, x)
    mean, logvar = model.posterior(x)
    each = torch.distributions.kl_divergence(
        Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0)
    ).mean(0)
    least = each.mean().item()  # between the two units
    assert each.min() < least < each.max()
    terms = bounds.free_bits(least, seeded())(model, x)
    for name in ("reconstruction", "kl"):
        torch.testing.assert_close(terms[name], elbo[name])
    wanted = elbo["reconstruction"] + least + each.max()
    torch.testing.assert_close(terms["loss"], wanted)
    nothing_free = bounds.free_bits(0, seeded())(model, x)
    torch.testing.assert_close(nothing_free["loss"], elbo["loss"])


def test_free_bits_need_a_prior_whose_units_are_known():
    model = a_vae().set_prior(priors.MixturePrior(torch.randn(3, 2)))
    with pytest.raises(ValueError, match=r"prior MixturePrior.*; use StandardNormal"):
        bounds.free_bits(0.1)(model, torch.rand(2, *SHAPE))
