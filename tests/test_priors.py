import copy
import math

import pytest
import torch
from scipy.stats import multivariate_normal
from torch import nn
from torch.distributions import (
    Categorical,
    Independent,
    MixtureSameFamily,
    Normal,
    kl_divergence,
)

from aelesson import flows, latent, likelihood, objectives, priors
from aelesson.models import VAE
from aelesson.training import TrainConfig, fit

SHAPE = (1, 2, 3)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def a_vae(latent_dim=2):
    torch.manual_seed(0)
    return VAE.mlp((6, 9, latent_dim), SHAPE)


def a_mixture(components=4, latent_dim=2, seed=5):
    means, logvars = torch.randn(2, components, latent_dim, generator=seeded(seed))
    return priors.MixturePrior(means, logvars)


def pytorchs(means, logvars):
    """The same mixture, by PyTorch."""
    normals = Independent(Normal(means, (0.5 * logvars).exp()), 1)
    return MixtureSameFamily(Categorical(logits=torch.zeros(len(means))), normals)


def a_vamp(model, count=5):
    return priors.VampPrior(model.encoder, torch.rand(count, *SHAPE))


def a_flow(base, couplings=3):
    """A flow that bends, as if it were trained."""
    torch.manual_seed(3)
    flow = flows.FlowPrior(base, couplings, 8)
    for coupling in flow.couplings:
        nn.init.normal_(coupling.network[-1].weight, std=0.3)
        nn.init.normal_(coupling.network[-1].bias, std=0.3)
    return flow


EVERY = {
    "standard": lambda model: priors.StandardNormal(2),
    "mixture": lambda model: a_mixture(),
    "vamp": a_vamp,
    "flow": lambda model: a_flow(a_mixture()),
}


def test_normal_log_prob_is_scipys():
    z, mean, logvar = torch.randn(3, 5, 4, generator=seeded(), dtype=torch.double)
    wanted = [
        multivariate_normal(m, torch.diag(v.exp())).logpdf(each)
        for each, m, v in zip(z.numpy(), mean.numpy(), logvar, strict=True)
    ]
    found = priors.normal_log_prob(z, mean, logvar)
    torch.testing.assert_close(found, torch.tensor(wanted))


@pytest.mark.parametrize("components", [1, 2, 7])
def test_mixture_log_prob_is_pytorchs(components):
    z = 3 * torch.randn(6, 3, generator=seeded(1))
    means, logvars = torch.randn(2, components, 3, generator=seeded(2))
    found = priors.mixture_log_prob(z, means, logvars)
    torch.testing.assert_close(found, pytorchs(means, logvars).log_prob(z))


def test_mixture_log_prob_is_finite_far_from_all_normals_with_a_gradient():
    z = torch.tensor([[1000.0, 0.0]], requires_grad=True)
    means = torch.tensor([[0.0, 0.0], [990.0, 0.0]])
    found = priors.mixture_log_prob(z, means, torch.zeros(2, 2))
    assert found.item() == pytest.approx(-50 - math.log(2 * math.pi) - math.log(2))
    found.backward()
    assert z.grad.tolist() == [[-10, 0]]  # towards the nearer one


def test_a_mixture_of_equal_normals_is_that_normal():
    z = torch.randn(4, 3, generator=seeded())
    found = priors.mixture_log_prob(z, torch.zeros(5, 3), torch.zeros(5, 3))
    torch.testing.assert_close(found, priors.StandardNormal().log_prob(z))


def test_codes_and_normals_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match=r"z has shape \(2, 3\) and means \(4, 2\)"):
        priors.mixture_log_prob(torch.ones(2, 3), torch.ones(4, 2), torch.ones(4, 2))


@pytest.mark.parametrize("kind", EVERY)
def test_densities_sum_to_one(kind):
    prior = EVERY[kind](a_vae())
    axis = torch.linspace(-9, 9, 241)
    grid = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        total = prior.log_prob(grid).double().exp().sum() * (18 / 240) ** 2
    assert total.item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", EVERY)
def test_samples_have_the_density_that_the_prior_says(kind):
    """The mean log-density of samples is minus the entropy, integrated on a grid."""
    prior = EVERY[kind](a_vae())
    z = prior.sample(20_000, seeded())
    axis = torch.linspace(-9, 9, 241)
    with torch.no_grad():
        log_p = prior.log_prob(torch.cartesian_prod(axis, axis)).double()
        wanted = (log_p.exp() * log_p).sum().item() * (18 / 240) ** 2
        assert prior.log_prob(z).mean().item() == pytest.approx(wanted, abs=0.04)
        cells = torch.histogramdd(z, bins=[8, 8], range=[-4, 4, -4, 4]).hist / 20_000
        centres = torch.linspace(-4, 4, 801)[:-1] + 0.005
        fine = prior.log_prob(torch.cartesian_prod(centres, centres)).exp() * 1e-4
    exact = fine.reshape(8, 100, 8, 100).sum((1, 3))
    torch.testing.assert_close(cells, exact, atol=0.015, rtol=0)
    assert z.shape == (20_000, 2)
    assert not z.requires_grad


@pytest.mark.parametrize("kind", EVERY)
def test_samples_repeat_by_their_seed(kind):
    prior = EVERY[kind](a_vae())
    first, second, other = (prior.sample(4, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    with pytest.raises(ValueError, match="count is 0"):
        prior.sample(0)


def test_a_vamp_prior_is_the_mixture_of_the_encoders_posteriors():
    model = a_vae()
    prior = a_vamp(model)
    z = torch.randn(6, 2, generator=seeded())
    means, logvars = model.posterior(prior.pseudo_inputs)
    torch.testing.assert_close(prior.log_prob(z), pytorchs(means, logvars).log_prob(z))
    prior.log_prob(z).sum().backward()
    assert prior.pseudo_inputs.grad.any()
    assert all(each.grad.any() for each in model.encoder.parameters())


def test_the_kl_of_a_mixture_is_right_on_average():
    prior, count = a_mixture(), 40_000
    mean = torch.tensor([[0.5, -1.0]]).expand(count, 2)
    logvar = torch.tensor([[-1.0, 0.3]]).expand(count, 2)
    z = latent.reparameterize(mean, logvar, seeded())
    axis = torch.linspace(-9, 9, 361)
    grid = torch.cartesian_prod(axis, axis)
    q = Independent(Normal(mean[0], (0.5 * logvar[0]).exp()), 1).log_prob(grid)
    with torch.no_grad():
        gap = q.exp() * (q - prior.log_prob(grid)) * (18 / 360) ** 2
        found = prior.kl(z, mean, logvar).mean().item()
    assert found == pytest.approx(gap.double().sum().item(), abs=0.02)


def test_the_kl_of_the_standard_normal_is_exact_whatever_was_drawn():
    z, mean, logvar = torch.randn(3, 5, 2, generator=seeded())
    wanted = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0)).sum(1)
    found = priors.StandardNormal().kl(z, mean, logvar)
    torch.testing.assert_close(found, wanted)


def test_codes_of_another_size_are_refused():
    for prior in (priors.StandardNormal(3), a_mixture()):
        z = torch.ones(2, 4)
        with pytest.raises(ValueError, match=r"z has shape \(2, 4\); the codes of"):
            prior.kl(z, z, z)


def test_a_standard_normal_of_no_size_draws_nothing():
    with pytest.raises(ValueError, match="latent_dim is None"):
        priors.StandardNormal().sample(3)


def test_a_prior_of_ones_own_gives_one_value_per_code():
    class Bad(priors.Prior):
        def log_prob(self, z):
            return -z.square().mean()

    z = torch.ones(3, 2)
    with pytest.raises(ValueError, match=r"Bad.log_prob returned shape \(\) for 3"):
        Bad(2).kl(z, z, z)
    with pytest.raises(NotImplementedError, match="Bad has no sample"):
        Bad(2).sample(3)


@pytest.mark.parametrize("kind", ["mixture", "vamp"])
def test_bounds_follow_the_models_prior(kind):
    model, x = a_vae(), torch.rand(4, *SHAPE).round()
    model.set_prior(EVERY[kind](model))
    terms = objectives.negative_elbo(2.0, seeded())(model, x)
    mean, logvar = model.posterior(x)
    z = latent.reparameterize(mean, logvar, seeded())
    log_q = Normal(mean, (0.5 * logvar).exp()).log_prob(z).sum(1)
    kl = (log_q - model.prior.log_prob(z)).mean()
    torch.testing.assert_close(terms["kl"], kl)
    torch.testing.assert_close(terms["loss"], model.nll(z, x).mean() + 2 * kl)
    weights = likelihood.draw_log_weights(model, x, 1, seeded())
    torch.testing.assert_close(-weights.mean(), terms["reconstruction"] + kl)
    objectives.negative_iwae(2)(model, x)["loss"].backward()
    assert all(each.grad.any() for each in model.parameters())


@pytest.mark.parametrize("kind", ["mixture", "vamp"])
def test_all_images_together_have_probability_one(kind):
    model = a_vae()
    model.set_prior(EVERY[kind](model))
    every = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 6).reshape(-1, *SHAPE)
    with torch.no_grad():
        weights = likelihood.draw_log_weights(model, every, 4000, seeded())
    assert likelihood.iwae_bound(weights).exp().sum() == pytest.approx(1, abs=0.03)
    estimate = likelihood.nll(model, every, 50, seeded())
    assert estimate.mean == pytest.approx(6 * math.log(2), abs=0.5)


def test_samples_of_a_model_are_drawn_from_its_prior():
    model = a_vae()
    usual = latent.sample(model.decode, 3, 2, seeded())
    torch.testing.assert_close(
        usual, model.decode(torch.randn(3, 2, generator=seeded())).detach()
    )
    model.set_prior(a_mixture())
    found = latent.sample(model.decode, 3, 2, seeded())
    wanted = model.decode(model.prior.sample(3, seeded())).detach()
    torch.testing.assert_close(found, wanted)
    with pytest.raises(ValueError, match=r"latent_dim is 3; .* draws codes of 2"):
        latent.sample(model.decode, 3, 3)


def test_a_model_takes_its_own_encoders_vamp_prior_only():
    model, other = a_vae(), a_vae()
    with pytest.raises(ValueError, match="another encoder than the model's"):
        model.set_prior(a_vamp(other))
    with pytest.raises(ValueError, match="another encoder than the model's"):
        model.set_prior(flows.FlowPrior(a_vamp(other)))
    model.set_prior(flows.FlowPrior(a_vamp(model)))
    assert model.prior.base.encoder is model.encoder
    with pytest.raises(TypeError, match="prior is a Linear; it must be a Prior"):
        model.set_prior(nn.Linear(2, 2))
    assert isinstance(VAE(model.encoder, model.decoder, prior=a_mixture()), VAE)
    model.set_prior(a_vamp(model))
    twin = copy.deepcopy(model)
    assert twin.prior.encoder is twin.encoder
    twin.load_state_dict(model.state_dict())
    counted = sum(each.numel() for each in (*model.encoder.parameters(),))
    counted += sum(each.numel() for each in model.decoder.parameters()) + 5 * 6
    assert sum(each.numel() for each in model.parameters()) == counted


def test_pseudo_inputs_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"pseudo_inputs is .* does not go through"):
        priors.VampPrior(a_vae().encoder, torch.rand(5, 7))
    with pytest.raises(ValueError, match=r"encoder returned shape \(5, 3\)"):
        priors.VampPrior(nn.Linear(6, 3), torch.rand(5, 6))


class Flat(priors.Prior):
    def log_prob(self, z):
        return 0 * z.sum(1)


class Other(priors.Prior):
    def log_prob(self, z):
        return 1 + 0 * z.sum(1)


Other.__qualname__ = Other.__name__ = "Flat"  # as if its author had changed it

PAIRS = {
    "kinds": (lambda m: priors.StandardNormal(), lambda m: a_mixture()),
    "sizes": (lambda m: a_mixture(3), lambda m: a_mixture(4)),
    "starts": (lambda m: a_mixture(seed=1), lambda m: a_mixture(seed=2)),
    "encoders": (lambda m: a_mixture(5), a_vamp),
    "code": (lambda m: Flat(2), lambda m: Other(2)),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_checkpoint_tells_models_of_other_priors_apart(pair, tmp_path, capsys):
    x, config = torch.rand(8, *SHAPE), TrainConfig(epochs=1, batch_size=4)

    def run(prior_of):
        model = a_vae()
        torch.manual_seed(0)
        model.set_prior(prior_of(model))
        objective = objectives.negative_elbo(generator=seeded())
        path = tmp_path / "run.pt"
        fit(model, x, objective, config, checkpoint=path, progress=False)

    first, other = PAIRS[pair]
    run(first)
    with pytest.raises(ValueError, match=r"another network|another run"):
        run(other)
    run(first)
    assert "finished" in capsys.readouterr().out


@pytest.mark.parametrize("kind", EVERY)
def test_training_with_a_learnt_prior_lowers_the_loss(kind):
    model = a_vae()
    model.set_prior(EVERY[kind](model))
    x = torch.rand(64, *SHAPE, generator=seeded()).round()
    objective = objectives.negative_elbo(generator=seeded())
    before = [each.detach().clone() for each in model.prior.parameters()]
    config = TrainConfig(epochs=10, batch_size=16, learning_rate=0.01)
    history = fit(model, x, objective, config, progress=False)
    curve = history.curve("train")
    assert curve[-1] < curve[0]
    moved = zip(before, model.prior.parameters(), strict=True)
    assert all(not torch.equal(was, now) for was, now in moved)


def test_a_flow_changes_nothing_before_it_is_trained():
    mixture, z = a_mixture(latent_dim=5), torch.randn(7, 5, generator=seeded())
    flow = flows.FlowPrior(mixture)
    assert torch.equal(flow.log_prob(z), mixture.log_prob(z))
    assert torch.equal(flow.sample(4, seeded()), mixture.sample(4, seeded()))


@pytest.mark.parametrize("latent_dim", [2, 5])
def test_the_volume_of_a_flow_is_the_determinant_of_its_jacobian(latent_dim):
    flow = a_flow(priors.StandardNormal(latent_dim)).double()
    z = torch.randn(1, latent_dim, generator=seeded(), dtype=torch.double)

    def bent(z):
        for coupling in flow.couplings:
            z = coupling(z)[0]
        return z

    jacobian = torch.autograd.functional.jacobian(bent, z)[0, :, 0]
    wanted = flow.base.log_prob(bent(z)) + jacobian.det().abs().log()
    torch.testing.assert_close(flow.log_prob(z), wanted)


def test_every_number_is_moved_and_every_coupling_is_undone():
    flow = a_flow(priors.StandardNormal(5), couplings=2)
    first, second = flow.couplings
    assert set(first.moved.tolist()) == set(second.kept.tolist())
    z = torch.randn(6, 5, generator=seeded())
    for coupling in flow.couplings:
        changed, _ = coupling(z)
        assert ((changed != z).any(0).nonzero()[:, 0] == coupling.moved).all()
        torch.testing.assert_close(coupling.undo(changed), z)


def test_a_flow_learns_what_its_base_cannot_say():
    """Two numbers on a parabola: no normal has this shape."""
    first = torch.randn(2000, generator=seeded())
    noise = torch.randn(2000, generator=seeded(1))
    z = torch.stack([first, first.square() + 0.1 * noise], dim=1)
    torch.manual_seed(0)
    flow = flows.FlowPrior(priors.StandardNormal(2), 4, 32)

    def objective(prior, z):
        return {"loss": -prior.per_code(z).mean()}

    fit(flow, z, objective, TrainConfig(20, 100, 5e-3), progress=False)
    normal = torch.distributions.MultivariateNormal(z.mean(0), torch.cov(z.T))
    wanted = normal.log_prob(z).mean() + 0.5
    assert flow.log_prob(z).mean() > wanted


def test_a_flow_needs_to_know_the_size_of_a_code():
    with pytest.raises(ValueError, match="base has latent_dim None"):
        flows.FlowPrior(priors.StandardNormal())
    with pytest.raises(ValueError, match="base has latent_dim 1"):
        flows.FlowPrior(priors.StandardNormal(1))
