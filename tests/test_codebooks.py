import copy

import pytest
import torch
from torch import nn
from torch.distributions import Normal

from aelesson import bounds, codebooks, families, quantise
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit

SHAPE = (1, 4, 4)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def vectors(size=5, latent_dim=3, seed=7):
    return torch.randn(size, latent_dim, generator=seeded(seed))


def a_model(codebook, kind=None):
    """Four places of a map, with a vector of 3 each."""
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Conv2d(1, 8, 2, 2), nn.ReLU(), nn.Conv2d(8, 3, 1))
    decoder = nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU())
    decoder.append(nn.ConvTranspose2d(8, 1, 2, 2))
    kind = families.Normal(0.1) if kind is None else kind
    return Autoencoder(encoder, nn.Sequential(codebook, *decoder), kind)


EVERY = [codebooks.Codebook, codebooks.MovingCodebook]


@pytest.mark.parametrize("kind", EVERY)
def test_each_place_of_a_map_gets_its_nearest_vector(kind):
    codebook, z = kind(vectors()).eval(), torch.randn(2, 3, 4, 5, generator=seeded())
    codes, found = codebook.codes(z), codebook(z)
    assert (codes.shape, codes.dtype) == ((2, 4, 5), torch.int64)
    for i, y, x in [(0, 0, 0), (1, 3, 4), (1, 2, 0)]:
        distances = (codebook.vectors - z[i, :, y, x]).norm(dim=1)
        assert codes[i, y, x] == distances.argmin()
        torch.testing.assert_close(
            found[i, :, y, x], codebook.vectors[codes[i, y, x]].detach()
        )
    torch.testing.assert_close(codebook.look_up(codes), found)
    assert torch.equal(codebook.codes(codebook.look_up(codes)), codes)
    rows = torch.randn(6, 3, generator=seeded(1))
    assert torch.equal(codebook.codes(rows), quantise.nearest_code(rows, vectors()))


def test_a_codebook_learns_by_the_gradient_of_vq_loss_only():
    codebook, z = codebooks.Codebook(vectors()), torch.randn(9, 3, requires_grad=True)
    codebook(z).square().sum().backward()
    assert codebook.vectors.grad is None
    assert z.grad.any()
    quantised, codes = codebook.nearest(z)
    quantise.vq_loss(z, quantised, 0.25).backward()
    used = torch.zeros(5, dtype=torch.bool).index_fill(0, codes, True)
    assert torch.equal(codebook.vectors.grad.any(1), used)


def test_moving_vectors_are_the_faded_means_of_their_codes():
    codebook = codebooks.MovingCodebook(vectors(), decay=0.9)
    counts, sums = [1.0] * 5, [each.clone() for each in vectors()]
    for step in range(6):
        z = torch.randn(8, 3, generator=seeded(step))
        places = quantise.nearest_code(z, codebook.vectors).tolist()
        shown = codebook(z)
        for k in range(5):
            mine = [z[i] for i in range(8) if places[i] == k]
            counts[k] = 0.9 * counts[k] + 0.1 * len(mine)
            sums[k] = 0.9 * sums[k] + 0.1 * sum(mine, torch.zeros(3))
        wanted = torch.stack([s / n for s, n in zip(sums, counts, strict=True)])
        torch.testing.assert_close(codebook.vectors, wanted)
        assert not torch.allclose(shown, codebook.vectors[places])  # those before


def test_without_decay_vectors_are_those_of_a_step_of_k_means():
    z = torch.randn(40, 3, generator=seeded())
    codebook = codebooks.MovingCodebook(vectors(), decay=0.0)
    places = codebook.codes(z)
    codebook(z)
    for k in range(5):
        mine = z[places == k]
        wanted = mine.mean(0) if len(mine) else vectors()[k]
        torch.testing.assert_close(codebook.vectors[k], wanted)


def test_vectors_move_in_training_only():
    codebook = codebooks.MovingCodebook(vectors()).eval()
    codebook(torch.randn(8, 3))
    codebook.train().codes(torch.randn(8, 3))
    assert torch.equal(codebook.vectors, vectors())
    assert not [*codebook.parameters()]


def test_a_vector_that_nothing_chooses_stays_however_long():
    far = torch.cat([vectors(4), torch.full((1, 3), 1e3)])
    codebook = codebooks.MovingCodebook(far, decay=0.1)
    for step in range(300):
        codebook(torch.randn(8, 3, generator=seeded(step)))
    torch.testing.assert_close(codebook.vectors[4], far[4])
    assert codebook.vectors.isfinite().all()


def test_dead_vectors_start_anew_at_codes_of_the_batch():
    far = torch.cat([vectors(3), torch.full((2, 3), 1e3)])
    codebook = codebooks.MovingCodebook(far, 0.5, least=0.4, generator=seeded())
    z = 0.1 * torch.randn(50, 3, generator=seeded(1)) + vectors(3).repeat(17, 1)[:50]
    codebook(z)
    assert (codebook.vectors[3:] == 1e3).all()  # the count is 0.5 after one step
    codebook(z)
    for each in codebook.vectors[3:]:
        assert (z == each).all(1).any()
    torch.testing.assert_close(codebook.counts[3:], torch.full((2,), 0.4))
    torch.testing.assert_close(codebook.sums[3:], 0.4 * codebook.vectors[3:])
    for _ in range(30):
        codebook(z)
    assert len(codebook.codes(z).unique()) == 5
    again = codebooks.MovingCodebook(far, 0.5, least=0.4, generator=seeded())
    for _ in range(32):
        again(z)
    assert torch.equal(codebook.vectors, again.vectors)


def test_vector_quantised_is_made_of_its_terms():
    model = a_model(codebooks.Codebook(vectors()))
    x = torch.rand(6, *SHAPE, generator=seeded())
    terms = bounds.vector_quantised(0.5)(model, x)
    z = model.encoder(x)
    places = (z.movedim(1, -1)[..., None, :] - vectors()).norm(dim=-1).argmin(-1)
    quantised = vectors()[places].movedim(-1, 1)
    x_hat = model.decoder[1:](quantised)
    log_p = Normal(x_hat, 0.1).log_prob(x)
    reconstruction = -log_p.sum() / 6
    vq = 1.5 * (z - quantised).square().sum() / 6
    torch.testing.assert_close(terms["reconstruction"], reconstruction)
    torch.testing.assert_close(terms["vq"], vq)
    torch.testing.assert_close(terms["loss"], reconstruction + vq)
    assert terms["perplexity"].item() == pytest.approx(quantise.perplexity(places, 5))
    torch.testing.assert_close(model(x), x_hat)
    terms["loss"].backward()
    assert all(each.grad.any() for each in model.parameters())


def test_the_encoder_learns_from_the_decoder_through_the_choice():
    model = a_model(codebooks.Codebook(vectors()))
    x = torch.rand(6, *SHAPE, generator=seeded())
    terms = bounds.vector_quantised(0)(model, x)
    parameters = [*model.encoder.parameters()]
    grads = torch.autograd.grad(terms["reconstruction"], parameters, retain_graph=True)
    assert all(each.any() for each in grads)
    with pytest.raises(RuntimeError, match="not have been used"):
        torch.autograd.grad(terms["reconstruction"], model.decoder[0].vectors)


@pytest.mark.parametrize("kind", EVERY)
def test_training_lowers_the_error_and_uses_the_codebook(kind):
    model = a_model(kind(0.1 * vectors(8)))
    patterns = torch.rand(4, *SHAPE, generator=seeded(4)).round()
    x = patterns.repeat(32, 1, 1, 1)
    config = TrainConfig(epochs=25, batch_size=16, learning_rate=0.01)
    history = fit(model, x, bounds.vector_quantised(), config, progress=False)
    errors = history.curve("train", "reconstruction")
    assert errors[-1] < errors[0] / 2
    assert history.curve("train", "perplexity")[-1] > 1.5


def test_a_run_that_was_stopped_ends_with_the_same_codebook(tmp_path):
    """Counts, sums and the generator of new starts are in the checkpoint."""
    x = torch.rand(32, *SHAPE, generator=seeded())

    def new():
        book = codebooks.MovingCodebook(9 * vectors(8), 0.5, 0.9, seeded(3))
        return a_model(book)

    def run(model, left, **options):
        asked = bounds.vector_quantised()

        steps = 0

        def objective(model, x):
            nonlocal steps
            steps += 1
            if steps == left[0]:
                raise KeyboardInterrupt
            return asked(model, x)

        config = TrainConfig(epochs=4, batch_size=8)
        fit(model, x, objective, config, progress=False, **options)
        return model

    whole = run(new(), [99])
    path = tmp_path / "run.pt"
    stopped = new()
    run(stopped, [10], checkpoint=path)
    resumed = run(new(), [99], checkpoint=path)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    assert not torch.equal(stopped.decoder[0].vectors, resumed.decoder[0].vectors)
    assert copy.deepcopy(whole)(x).shape == x.shape


def test_a_mean_per_pixel_beside_a_sum_over_the_code_is_refused():
    model = a_model(codebooks.Codebook(vectors()), families.SquaredError())
    with pytest.raises(ValueError, match="SquaredError, a mean per pixel"):
        bounds.vector_quantised()(model, torch.rand(2, *SHAPE))


def test_models_without_a_codebook_are_refused():
    plain = Autoencoder.mlp((16, 3), SHAPE, families.Bernoulli())
    with pytest.raises(TypeError, match="whose decoder begins with no Codebook"):
        bounds.vector_quantised()(plain, torch.rand(2, *SHAPE))
    levels = quantise.FiniteScalar((5, 5, 5))
    with pytest.raises(TypeError, match="begins with no Codebook"):
        bounds.vector_quantised()(a_model(levels), torch.rand(2, *SHAPE))
