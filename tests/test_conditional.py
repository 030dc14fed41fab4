import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal

from aelesson import (
    bounds,
    conditional,
    families,
    latent,
    likelihood,
    objectives,
    priors,
)
from aelesson.models import VAE
from aelesson.training import TrainConfig, fit

SHAPE = (1, 2, 3)
LABELS = torch.tensor([0, 2, 1, 1])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def a_model(latent_dim=2):
    torch.manual_seed(0)
    return conditional.ConditionalVAE.mlp((6, 9, latent_dim), 3, SHAPE)


def binary(count, seed=1):
    return torch.rand(count, *SHAPE, generator=seeded(seed)).round()


def row_with_label(values, label):
    """Write the label beside one row, number by number."""
    return torch.tensor(
        [[*values.flatten().tolist(), *(float(label == c) for c in range(3))]]
    )


def test_each_row_goes_through_both_networks_with_its_label_beside_it():
    model, x = a_model(), binary(4)
    vae = model.given(LABELS)
    mean, logvar = vae.posterior(x)
    z = torch.randn(4, 2, generator=seeded())
    raw = vae.decoder(z)
    for i, label in enumerate(LABELS.tolist()):
        both = model.encoder(row_with_label(x[i], label))[0]
        torch.testing.assert_close(torch.cat([mean[i], logvar[i]]), both)
        torch.testing.assert_close(
            raw[i], model.decoder(row_with_label(z[i], label))[0]
        )
    torch.testing.assert_close(model(x, LABELS), vae.decode(mean))


def test_the_conditional_elbo_equals_pytorchs_distributions():
    model, x = a_model(), binary(4)
    objective = bounds.conditional(objectives.negative_elbo(2.0, seeded()))
    terms = objective(model, (x, LABELS))
    vae = model.given(LABELS)
    mean, logvar = vae.posterior(x)
    q = Normal(mean, (0.5 * logvar).exp())
    z = q.loc + q.scale * torch.randn(4, 2, generator=seeded())
    pixels = Bernoulli(logits=vae.decoder(z)).log_prob(x).sum() / 4
    kl = torch.distributions.kl_divergence(q, Normal(0.0, 1.0)).sum() / 4
    torch.testing.assert_close(terms["loss"], 2 * kl - pixels)
    terms["loss"].backward()
    assert all(each.grad.any() for each in model.parameters())


def test_several_draws_per_image_keep_its_label():
    model, x = a_model(), binary(4)
    together = likelihood.draw_log_weights(model.given(LABELS), x, 3, seeded())
    noise = torch.randn(3, 4, 2, generator=seeded())
    for i, label in enumerate(LABELS.tolist()):
        vae = model.given(label)
        mean, logvar = vae.posterior(x[i : i + 1])
        z = mean + (0.5 * logvar).exp() * noise[:, i]
        q = Normal(mean, (0.5 * logvar).exp()).log_prob(z).sum(1)
        p = Normal(0.0, 1.0).log_prob(z).sum(1)
        pixels = -vae.nll(z, x[i : i + 1].expand(3, *SHAPE))
        torch.testing.assert_close(together[:, i], pixels + p - q)


@pytest.mark.parametrize("label", [0, 2])
def test_all_images_of_a_label_together_have_probability_one(label):
    every = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 6).reshape(-1, *SHAPE)
    with torch.no_grad():
        vae = a_model().given(label)
        weights = likelihood.draw_log_weights(vae, every, 3000, seeded())
    assert likelihood.iwae_bound(weights).exp().sum() == pytest.approx(1, abs=0.02)


def test_nll_is_the_mean_over_labels_of_the_estimate_given_each(monkeypatch):
    model, x = a_model(), binary(12)
    labels = torch.arange(12) % 3
    with torch.no_grad():
        model.decoder[0].weight[:, 2:].mul_(8)  # labels that matter
    found = conditional.nll(model, x, labels, 3000, seeded())
    each = [
        likelihood.nll(model.given(c), x[labels == c], 3000, seeded(c)).mean
        for c in range(3)
    ]
    assert found.mean == pytest.approx(sum(each) / 3, abs=0.05)
    monkeypatch.setattr(likelihood, "ROWS", 9000)  # three images per pass
    assert conditional.nll(model, x, labels, 3000).mean == pytest.approx(
        found.mean, abs=0.05
    )


def test_a_sample_has_its_label():
    """The pixels of each label are its own, where the code says nothing."""
    model = a_model()
    with torch.no_grad():
        for each in model.decoder.parameters():
            each.zero_()
        model.decoder[0].weight[:3, 2:] = torch.eye(3)
        model.decoder[2].weight[:3, :3] = 9 * torch.eye(3)
    drawn = latent.sample(model.given(LABELS).decode, 4, 2, seeded())
    bright = drawn.flatten(1)[:, :3].argmax(1)
    assert torch.equal(bright, LABELS)
    ones = latent.sample(model.given(1).decode, 5, 2, seeded())
    assert (ones.flatten(1)[:, 1] > 0.99).all()


def test_training_tells_the_label_from_the_code():
    """Two pictures, one per label: with the label given the code has nothing to say."""
    torch.manual_seed(0)
    labels = torch.arange(64) % 2
    x = torch.where(labels[:, None] == 1, 1.0, 0.0).expand(64, 6).reshape(-1, *SHAPE)
    model = conditional.ConditionalVAE.mlp((6, 8, 2), 2, SHAPE)
    objective = bounds.conditional(objectives.negative_elbo(generator=seeded()))
    config = TrainConfig(epochs=40, batch_size=16, learning_rate=0.02)
    history = fit(model, (x, labels), objective, config, progress=False)
    assert history.curve("train")[-1] < 0.1 < math.log(2)  # the class costs log 2
    assert history.curve("train", "kl")[-1] < 0.1


def test_a_model_of_other_likelihood_and_prior():
    torch.manual_seed(0)
    model = conditional.ConditionalVAE.mlp((6, 4, 2), 3, SHAPE, families.Normal(0.5))
    assert model.given(1).likelihood is model.likelihood
    vamp = priors.VampPrior(model.encoder, torch.rand(5, 9))
    other = conditional.ConditionalVAE(
        model.encoder, model.decoder, 3, model.likelihood, vamp
    )
    assert other.given(LABELS).prior is vamp
    assert latent.sample(other.given(2).decode, 5, 2).shape == (5, *SHAPE)
    objective = bounds.conditional(objectives.negative_iwae(3))
    objective(other, (torch.rand(4, *SHAPE), LABELS))["loss"].backward()
    assert vamp.pseudo_inputs.grad.any()


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_of_no_class_are_refused(label):
    with pytest.raises(ValueError, match="labels"):
        a_model().given(label)
    with pytest.raises(ValueError, match="labels"):
        a_model().given(torch.tensor([0, label]))
    objective = bounds.conditional(objectives.negative_elbo())
    with pytest.raises(ValueError, match=r"batch\[1\]"):
        objective(a_model(), (binary(2), torch.tensor([0, label])))


def test_labels_and_images_that_do_not_fit_are_refused():
    vae = a_model().given(LABELS)
    with pytest.raises(ValueError, match="there are 4 labels for 8 images"):
        vae.encode(binary(8))
    with pytest.raises(ValueError, match="there are 4 labels for 6 rows"):
        vae.decode(torch.ones(6, 2))
    with pytest.raises(ValueError, match="labels has 4 entries and images 5"):
        conditional.nll(a_model(), binary(5), LABELS, 3)


def test_a_vae_without_condition_is_refused():
    objective = bounds.conditional(objectives.negative_elbo())
    with pytest.raises(TypeError, match="model is a VAE; it must be a ConditionalVAE"):
        objective(VAE.mlp((6, 2), SHAPE), (binary(4), LABELS))
