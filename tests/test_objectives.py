import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from aelesson import latent, likelihood, losses, objectives
from aelesson.models import VAE, Autoencoder


def a_vae(kind=None):
    torch.manual_seed(0)
    return VAE.mlp((6, 9, 2), (1, 2, 3), kind)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 4.0])
def test_negative_elbo_equals_pytorchs_distributions(beta):
    model, x = a_vae(), torch.rand(5, 1, 2, 3).round()
    terms = objectives.negative_elbo(beta, generator=seeded())(model, x)
    mean, logvar = model.posterior(x)
    q = Normal(mean, (0.5 * logvar).exp())
    z = q.loc + q.scale * torch.randn(5, 2, generator=seeded())
    log_likelihood = Bernoulli(logits=model.decoder(z)).log_prob(x).sum() / 5
    kl = kl_divergence(q, Normal(0.0, 1.0)).sum() / 5
    torch.testing.assert_close(terms["reconstruction"], -log_likelihood)
    torch.testing.assert_close(terms["kl"], kl)
    torch.testing.assert_close(terms["loss"], -log_likelihood + beta * kl)


def test_negative_elbo_does_not_depend_on_the_size_of_the_batch():
    model, x = a_vae(), torch.rand(1, 1, 2, 3)
    with torch.no_grad():
        model.encoder[-1].bias[2:] = -40  # no noise
        one, many = (
            objectives.negative_elbo()(model, x.repeat(copies, 1, 1, 1))
            for copies in (1, 7)
        )
    for name in ("loss", "reconstruction", "kl"):
        torch.testing.assert_close(one[name], many[name])


def test_negative_elbo_bounds_the_likelihood_of_a_decoder_that_ignores_the_code():
    model, x = a_vae(), torch.ones(2, 1, 2, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()  # q is the prior, and each pixel a fair coin
    terms = objectives.negative_elbo()(model, x)
    assert terms["loss"].item() == pytest.approx(6 * math.log(2))
    assert terms["kl"].item() == 0


def test_negative_elbo_trains_encoder_and_decoder():
    model = a_vae()
    objectives.negative_elbo()(model, torch.rand(3, 1, 2, 3))["loss"].backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_negative_elbo_follows_the_models_likelihood():
    model, x = a_vae(likelihood.Normal(1.0)), torch.randn(4, 1, 2, 3)
    terms = objectives.negative_elbo(generator=seeded())(model, x)
    z = latent.reparameterize(*model.posterior(x), seeded())
    log_p = Normal(model.decoder(z), 1.0).log_prob(x).sum() / 4
    torch.testing.assert_close(terms["reconstruction"], -log_p)


def test_negative_elbo_wants_a_vae_and_no_negative_beta():
    model = Autoencoder.mlp((6, 2), image_shape=(1, 2, 3))
    with pytest.raises(TypeError, match="model is an Autoencoder; it must be a VAE"):
        objectives.negative_elbo()(model, torch.rand(2, 1, 2, 3))
    with pytest.raises(ValueError, match="beta is -1; it must be at least 0"):
        objectives.negative_elbo(beta=-1)


def test_denoising_compares_the_cleaned_copy_with_the_clean_images():
    model, x = Autoencoder.mlp((6, 4), image_shape=(1, 2, 3)), torch.rand(5, 1, 2, 3)
    given = []

    def corrupt(images):
        given.append(images + torch.randn(images.shape))
        return given[-1]

    terms = objectives.denoising(corrupt)(model, x)
    assert list(terms) == ["loss"]
    assert len(given) == 1
    pairs = zip(given[0].split(1), x.split(1), strict=True)
    errors = [(model(noisy) - clean).square().mean() for noisy, clean in pairs]
    torch.testing.assert_close(terms["loss"], sum(errors) / 5)
    terms["loss"].backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_denoising_spoils_anew_at_every_step_and_takes_any_loss():
    model, x = torch.nn.Identity(), torch.rand(4, 1, 2, 3)
    objective = objectives.denoising(lambda images: images + torch.randn(images.shape))
    assert objective(model, x)["loss"] != objective(model, x)["loss"]
    black = objectives.denoising(torch.zeros_like, losses.bernoulli_nll)
    torch.testing.assert_close(
        black(model, x)["loss"], torch.tensor(6 * math.log(2)), check_dtype=False
    )


def test_denoising_may_ask_for_larger_images_than_it_gives():
    enlarge = torch.nn.Upsample(scale_factor=2)
    objective = objectives.denoising(torch.nn.AvgPool2d(2))
    assert objective(enlarge, torch.full((2, 1, 4, 4), 0.3))["loss"] < 1e-12


def test_penalised_adds_the_weighted_penalty_and_reports_it_without_weight():
    model, x = Autoencoder.mlp((6, 4), image_shape=(1, 2, 3)), torch.rand(5, 1, 2, 3)

    def penalty(model, images):
        return model.encode(images).abs().sum(1)

    terms = objectives.penalised(penalty, 0.25)(model, x)
    assert list(terms) == ["loss", "reconstruction", "penalty"]
    errors = [(model(image[None]) - image).square().mean() for image in x]
    costs = [model.encode(image[None]).abs().sum() for image in x]
    torch.testing.assert_close(terms["reconstruction"], sum(errors) / 5)
    torch.testing.assert_close(terms["penalty"], sum(costs) / 5)
    torch.testing.assert_close(terms["loss"], sum(errors) / 5 + 0.25 * sum(costs) / 5)
    terms["loss"].backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_penalised_takes_a_scalar_penalty_any_loss_and_a_weight_of_zero():
    model, x = torch.nn.Identity(), torch.zeros(4, 1, 2, 3)
    terms = objectives.penalised(
        lambda model, images: images.sum() + 3, 0, losses.bernoulli_nll
    )(model, x)
    torch.testing.assert_close(terms["loss"], torch.tensor(6 * math.log(2)))
    assert terms["penalty"] == 3


@pytest.mark.parametrize("weight", [-1, float("nan")])
def test_penalised_refuses_a_weight_that_rewards(weight):
    with pytest.raises(ValueError, match=r"weight is .*; it must be at least 0"):
        objectives.penalised(lambda model, x: x, weight)


def test_classification_is_the_mean_negative_log_probability_of_the_label():
    torch.manual_seed(0)
    model, x = torch.nn.Linear(6, 4), torch.rand(5, 6)
    labels = torch.tensor([0, 3, 1, 1, 2])
    terms = objectives.classification(model, (x, labels))
    assert list(terms) == ["loss"]
    chances = model(x).double().exp()
    chances = chances / chances.sum(1, keepdim=True)
    expected = -sum(chances[i, y].log() for i, y in enumerate(labels)) / 5
    torch.testing.assert_close(terms["loss"].double(), expected, rtol=1e-5, atol=1e-6)
    terms["loss"].backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_classification_without_knowledge_costs_the_logarithm_of_the_classes():
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 10))
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    batch = torch.rand(7, 1, 2, 3), torch.arange(7)
    assert objectives.classification(model, batch)["loss"].item() == pytest.approx(
        math.log(10)
    )


def test_negative_iwae_is_the_bound_of_the_models_own_weights():
    model, x = a_vae(), torch.rand(5, 1, 2, 3).round()
    weights = likelihood.draw_log_weights(model, x, 4, seeded())
    wanted = -(weights.exp().mean(dim=0).log()).mean()
    terms = objectives.negative_iwae(4, seeded())(model, x)
    assert list(terms) == ["loss"]
    torch.testing.assert_close(terms["loss"], wanted)
    terms["loss"].backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_negative_iwae_is_tighter_with_more_samples():
    model, x = a_vae(), torch.rand(50, 1, 2, 3).round()
    with torch.no_grad():
        model.decoder[0].weight.mul_(20)  # weights that differ
        bounds = [
            objectives.negative_iwae(samples, seeded())(model, x)["loss"].item()
            for samples in (1, 10, 1000)
        ]
    assert bounds[0] > bounds[1] + 0.1 > bounds[2] + 0.2


def test_negative_iwae_with_one_sample_is_the_elbo_on_average():
    model, x = a_vae(), torch.rand(5, 1, 2, 3).round().repeat(4000, 1, 1, 1)
    with torch.no_grad():
        one = objectives.negative_iwae(1, seeded())(model, x)["loss"]
        elbo = objectives.negative_elbo(generator=seeded(1))(model, x)["loss"]
    torch.testing.assert_close(one, elbo, rtol=0.01, atol=0)


def test_negative_iwae_wants_a_vae_and_a_sample():
    model = Autoencoder.mlp((6, 2), image_shape=(1, 2, 3))
    with pytest.raises(TypeError, match="model is an Autoencoder; it must be a VAE"):
        objectives.negative_iwae(5)(model, torch.rand(2, 1, 2, 3))
    with pytest.raises(ValueError, match="samples is 0; it must be at least 1"):
        objectives.negative_iwae(0)
