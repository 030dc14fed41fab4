"""What single rows of the table of results are made of."""

import copy
import itertools
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import likelihood, objectives
from aelesson.data import ImageSet, Splits
from aelesson.flows import FlowPrior
from aelesson.models import VAE
from aelesson.training.history import History
from benchmarks.reproduce import (
    clusters,
    ladder,
    learnt_prior,
    masked,
    neighbours,
    over_time,
    sparse_features,
    sprites,
    static_digits,
    vae,
    vq_vae,
    window,
)
from benchmarks.reproduce.rows import Job, Outcome


@pytest.fixture
def job(tmp_path):
    torch.manual_seed(0)
    return Job(None, 0, torch.device("cpu"), tmp_path, small=True)


def test_a_masked_convolution_sees_only_what_comes_before():
    torch.manual_seed(0)
    x = torch.randn(1, 3, 5, 5, requires_grad=True)
    for itself in (False, True):
        masked.MaskedConv(3, 5, itself)(x)[0, :, 2, 3].sum().backward()
        seen = x.grad[0].abs().sum(0).flatten() > 0
        own = 2 * 5 + 3
        assert not seen[own + 1 :].any()
        assert seen[own].item() == itself
        assert seen[own - 1].item()
        x.grad = None


def test_a_prior_over_grids_is_one():
    torch.manual_seed(0)
    prior = masked.CodePrior(2, 3, 8, 1).eval()
    with torch.no_grad():
        prior.place.normal_()
        every = torch.cartesian_prod(*[torch.arange(2)] * 9).view(-1, 3, 3)
        whole = (-masked.nats(prior(every), every)).exp().sum().item()
    assert whole == pytest.approx(1, abs=1e-4)


def test_counts_are_a_prior_that_knows_places():
    known = torch.zeros(98, vq_vae.SIDE, vq_vae.SIDE, dtype=torch.long)
    known[:, 0, 0] = 1
    prior = vq_vae.counted(known)
    seen = 99 / (98 + vq_vae.VECTORS)
    unlike = known[:1].clone()
    unlike[0, 0, 0] = 0
    values = prior(torch.cat([known[:1], unlike]))
    assert values[0].item() == pytest.approx(-49 * math.log(seen), rel=1e-5)
    assert (values[1] - values[0]).item() == pytest.approx(math.log(99), rel=1e-4)
    assert vq_vae.uniform(known)[0].item() == pytest.approx(
        49 * math.log(vq_vae.VECTORS)
    )


def test_a_grid_of_codes_restores_what_the_model_does():
    torch.manual_seed(0)
    model, x = vq_vae.build(), torch.rand(3, 1, 28, 28).round()
    codes = vq_vae.grids(model, x)
    assert codes.shape == (3, vq_vae.SIDE, vq_vae.SIDE)
    with torch.no_grad():
        model.eval()
        raw = model.decoder[1](model.decoder[0].look_up(codes))
        expected = model.likelihood.per_image(raw, x)
    torch.testing.assert_close(vq_vae.pixel_nats(model, x), expected)


def test_an_estimate_that_was_stopped_goes_on_and_gives_the_same(job, monkeypatch):
    monkeypatch.setattr(vae, "PART", 2)
    model, images = vae.build(), torch.rand(5, 1, 28, 28).round()
    whole = vae.kept_bounds(job, model, images, samples=3)
    (job.folder / "bounds-1.pt").unlink()
    asked = []

    def seen(model, part, *rest):
        asked.append(len(part))
        return bounds(model, part, *rest)

    bounds = vae.fast_bounds
    monkeypatch.setattr(vae, "fast_bounds", seen)
    assert torch.equal(vae.kept_bounds(job, model, images, samples=3), whole)
    assert asked == [2]


def test_static_digits_are_drawn_once_and_the_test_images_as_for_all(job, monkeypatch):
    def grey():
        return ImageSet(torch.rand(6, 1, 28, 28))

    splits = Splits("own", train=grey(), validation=grey(), test=grey())
    job = replace(job, splits=splits)
    once, again = (static_digits.binarised_once(each) for each in (job, job))
    drawn = once.splits.train.images
    assert set(drawn.unique().tolist()) == {0, 1}
    assert torch.equal(drawn, again.splits.train.images)
    assert torch.equal(torch.bernoulli(drawn), drawn)
    assert once.splits.test is splits.test
    trained, judged = [], []

    def train(job, model, *rest):
        trained.append(job.splits.train.images)
        return 1.0

    def judge(job, model, seconds):
        judged.append(vae.binary_test_images(job))
        return Outcome(80.0, seconds)

    monkeypatch.setattr(vae, "train", train)
    monkeypatch.setattr(vae, "judge", judge)
    outcome = static_digits.run(job)
    assert [torch.equal(each, drawn) for each in trained] == [True, True]
    assert torch.equal(judged[0], vae.binary_test_images(job))
    assert outcome.seconds == 2
    assert all(math.isfinite(value) for value in outcome.notes.values())
    assert len(outcome.notes) == 1


@pytest.mark.slow
def test_bounds_are_those_of_the_library_but_for_bfloat16(job):
    model, images = vae.build(), torch.rand(4, 1, 28, 28).round()
    bounds = vae.fast_bounds(model, images, 2_000, vae.seeded(job.device))
    exact = likelihood.nll(model, images, 2_000, vae.seeded(job.device))
    assert -bounds.mean().item() == pytest.approx(exact.mean, rel=1e-3)


def test_the_learnt_prior_differs_from_the_row_vae_by_its_prior_alone(job, monkeypatch):
    made = []
    monkeypatch.setattr(
        learnt_prior.vae, "judge", lambda job, model, s: made.append(model)
    )
    images = torch.rand(4, 1, 28, 28)
    monkeypatch.setattr(Job, "train", lambda *rest: type("H", (), {"seconds": 1.0}))
    part = type("P", (), {"images": images})
    learnt_prior.run(Job(type("S", (), {"train": part}), 0, job.device, job.folder))
    (model,) = made
    assert isinstance(model, VAE)
    assert len(model.prior.means) == learnt_prior.NORMALS
    usual = learnt_prior.vae.build()
    assert str(usual.encoder) == str(model.encoder)
    assert str(usual.decoder) == str(model.decoder)


def test_weights_come_after_the_elbo_and_the_seconds_of_both_count(job, monkeypatch):
    asked, judged = [], []
    part = SimpleNamespace(images=torch.rand(4, 1, 28, 28))

    def train(self, name, model, images, objective, config):
        torch.manual_seed(0)
        asked.append((name, config, objective(model, images)["loss"].item()))
        return SimpleNamespace(seconds=len(asked))

    monkeypatch.setattr(Job, "train", train)
    monkeypatch.setattr(vae, "judge", lambda job, model, s: judged.append((model, s)))
    learnt_prior.run_weighted(replace(job, splits=SimpleNamespace(train=part)))
    ((model, seconds),) = judged
    assert seconds == 1 + 2
    assert len(model.prior.means) == learnt_prior.NORMALS
    torch.manual_seed(0)
    few = job.at_most(learnt_prior.WEIGHTS, 2)
    weighted = vae.binarised(objectives.negative_iwae(few))(model, part.images)
    assert [each[:2] for each in asked] == [
        ("elbo", learnt_prior.ELBO),
        ("iwae", learnt_prior.IWAE),
    ]
    assert asked[1][2] == weighted["loss"].item() != asked[0][2]


def a_window():
    torch.manual_seed(0)
    seeing = window.Window()
    nn.init.normal_(seeing.answer[-1].weight)
    return seeing


def test_a_window_adds_nothing_before_it_has_learnt():
    images, raw = torch.bernoulli(torch.rand(3, 1, 9, 8)), torch.randn(3, 1, 9, 8)
    expected = likelihood.Bernoulli().nll(raw, images)
    assert torch.equal(window.Window().nll(raw, images), expected)


@pytest.mark.parametrize("place", [0, 13, 150, 300])
def test_a_window_sees_the_pixels_before_one_and_near_it_alone(place):
    seeing, images = a_window(), torch.bernoulli(torch.rand(1, 1, 20, 20))
    other = images.clone()
    other.view(-1)[place] = 1 - other.view(-1)[place]
    differs = (seeing(images) != seeing(other)).flatten().nonzero()[:, 0]
    rows, columns = differs // 20 - place // 20, differs % 20 - place % 20
    reach, room = window.REACH, range(20)
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == {
        (down, right)
        for down in range(reach + 1)
        for right in range(-reach, reach + 1)
        if place // 20 + down in room and place % 20 + right in room
        if (down, right) > (0, 0)
    }


def test_the_probabilities_of_all_images_under_a_window_sum_to_one():
    images = torch.tensor(list(itertools.product([0.0, 1.0], repeat=8)))
    raw = torch.randn(1, 1, 4, 2).expand(len(images), -1, -1, -1)
    nll = a_window().nll(raw, images.reshape(-1, 1, 4, 2))
    torch.testing.assert_close(nll.neg().exp().sum(), torch.tensor(1.0))


def test_log_weights_with_one_look_are_those_of_the_library():
    blind, images = learnt_prior.build(), torch.bernoulli(torch.rand(3, 1, 28, 28))
    model = VAE(blind.encoder, blind.decoder, a_window(), blind.prior).eval()
    weights = [
        draw(model, images, 4, torch.Generator().manual_seed(1))
        for draw in (window.draw_log_weights, likelihood.draw_log_weights)
    ]
    assert weights[0].shape == (4, 3)
    torch.testing.assert_close(*weights)


def test_the_window_joins_the_trained_model_and_all_learns_on(job, monkeypatch):
    trained = []
    part = SimpleNamespace(images=torch.rand(4, 1, 28, 28))

    def train(self, name, model, images, objective, config):
        objective(model, images)["loss"].backward()
        trained.append((name, model, config))
        return SimpleNamespace(seconds=len(trained))

    monkeypatch.setattr(Job, "train", train)
    model, seconds = window.train(replace(job, splits=SimpleNamespace(train=part)))
    (_, blind, first), (_, seeing, second) = trained
    assert seeing is model
    assert seconds == 1 + 2
    assert (first, second) == (window.ELBO, window.IWAE)
    kept = [blind.encoder, blind.decoder, blind.prior]
    assert [model.encoder, model.decoder, model.prior] == kept
    assert isinstance(model.likelihood, window.Window)
    assert model.likelihood.answer[-1].weight.grad.abs().sum() > 0


def test_the_flow_learns_from_codes_and_changes_the_prior_alone(job, monkeypatch):
    model = learnt_prior.build()
    before = copy.deepcopy(model.state_dict())
    part = SimpleNamespace(images=torch.rand(4, 1, 28, 28))

    def train(self, name, flow, images, objective, config):
        objective(flow, images)["loss"].backward()
        assert (name, config) == ("flow", window.FLOW)
        assert flow.base.means.grad.abs().sum() > 0
        return SimpleNamespace(seconds=3)

    monkeypatch.setattr(Job, "train", train)
    assert window.bend(replace(job, splits=SimpleNamespace(train=part)), model) == 3
    assert isinstance(model.prior, FlowPrior)
    networks = [*model.encoder.parameters(), *model.decoder.parameters()]
    assert all(each.grad is None for each in networks)
    after = model.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before if "prior" not in k)


def test_perfect_directions_are_recovered_and_controls_find_nothing(job):
    truth, known, judged, strengths = sparse_features.draw(job)
    assert sparse_features.share(truth.vectors, truth) == 100
    model, _ = sparse_features.kinds(job)[sparse_features.OURS]
    with torch.no_grad():
        model.decoder.weight.copy_(truth.vectors.T)
        model.encoder[0].weight.copy_(truth.vectors)
    found, notes = sparse_features.judge(model, truth, judged, strengths)
    assert found == 100
    assert notes["L0"] == pytest.approx(sparse_features.ACTIVE, abs=0.1)
    assert max(sparse_features.controls(job, truth, known).values()) < 1
    frozen, _ = sparse_features.kinds(job)[sparse_features.FROZEN]
    assert sparse_features.share(frozen.decoder.directions, truth) < 1
    assert not frozen.decoder.weight.requires_grad


def outcome(gap, bound, correlation):
    beside = {"VAE": gap, "beta-VAE": -gap}
    notes = {
        f"{what}, {name}": value
        for name in sprites.WAYS
        for what, value in (("-ELBO", bound), ("total correlation", correlation))
    }
    return Outcome(gap, 1.0, beside, notes)


def test_seeds_are_chosen_without_factors_and_then_compared():
    outcomes = [outcome(0.1, 5.0, 1.0), outcome(0.3, 4.0, 2.0), outcome(0.2, 4.5, 3.0)]
    found = sprites.chosen_blindly(outcomes)
    ours = sprites.OURS
    assert found[f"{ours}: rank correlation of the gap with -ELBO"] == pytest.approx(-1)
    assert found[f"{ours}: gap of the seed with the lowest -ELBO"] == 0.3
    assert found[f"{ours}: gap of the seed with the lowest total correlation"] == 0.1
    assert found[f"{ours}: largest gap"] == 0.3
    assert found["beta-VAE: gap of the seed with the lowest -ELBO"] == -0.3
    assert sprites.chosen_blindly(outcomes[:1]) == {}


def test_a_combinator_may_trust_its_noisy_value_or_not():
    noisy, above = torch.randn(2, 5, 3)
    combine = ladder.Combinator(3)
    with torch.no_grad():
        assert combine(noisy, above).abs().max() == 0  # as it begins
        combine.weights.zero_()[9] = 1
        assert torch.equal(combine(noisy, above), noisy)
        combine.weights.zero_()[3] = 2
        assert torch.equal(combine(noisy, above), 2 * above)


def test_a_ladder_denoises_every_layer():
    torch.manual_seed(0)
    model = ladder.Ladder((784, 20, 10))
    entropy, errors = model.losses(torch.rand(30, 1, 28, 28), torch.arange(30) % 10)
    assert len(errors) == 3
    torch.testing.assert_close(errors[1], torch.tensor(1.0), atol=0.01, rtol=0)
    (entropy + sum(errors)).backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
    for combine in model.combine:
        assert combine.weights.grad.abs().sum() > 0


def test_only_clean_passes_are_kept_for_the_test_and_have_no_noise():
    torch.manual_seed(0)
    model, x = ladder.Ladder((784, 20, 10)), torch.rand(30, 784)
    before = [norm.running_mean.clone() for norm in model.norms]
    ladder.classify(model, (x, torch.arange(30) % 10))
    assert all(
        norm.num_batches_tracked == 1 and not torch.equal(norm.running_mean, mean)
        for norm, mean in zip(model.norms, before, strict=True)
    )
    model.eval()
    assert torch.equal(model(x), model(x))
    torch.testing.assert_close(model(x)[:3], model(x[:3]))


def test_the_seconds_of_a_crossing_are_read_off_logarithmic_axes():
    falling, flat = [(1.0, 4.0), (16.0, 0.25)], [(1.0, 1.0), (16.0, 1.0)]
    assert over_time.crossing(falling, flat) == pytest.approx(4, rel=0.01)
    assert over_time.crossing(flat, falling) is None  # ends above
    assert over_time.crossing([(1.0, 0.5), (16.0, 0.25)], flat) is None  # never above
    later = [(2.0, 2.0), (32.0, 0.125)]  # outside of what both cover nothing is said
    assert over_time.crossing(later, flat) == pytest.approx(4, rel=0.01)


@pytest.fixture
def nothing_spoilt(monkeypatch):
    monkeypatch.setattr(neighbours.few_labels, "deform", lambda: lambda x: x)


def test_what_is_restored_lies_four_steps_away(nothing_spoilt):
    images = torch.arange(7.0)[:, None, None, None]
    near = (torch.arange(7)[:, None] + 1) % 7  # each has one neighbour, the next
    ask = neighbours.restoring_neighbours(images, near)
    places = torch.tensor([0, 5])

    def to_the_end(x):
        return (x + 4) % 7

    assert ask(to_the_end, (images[places], places))["loss"].item() == 0
    loss = ask(nn.Identity(), (images[places], places))["loss"].item()
    assert loss == (4**2 + 3**2) / 2


def test_neighbours_are_the_nearest_others_across_chunks(monkeypatch):
    monkeypatch.setattr(neighbours, "CHUNK", 2)
    codes = torch.tensor([[0.0], [1.0], [3.0], [7.0], [3.5]])
    assert neighbours.nearest(codes, 2).tolist() == [
        [1, 2],
        [0, 2],
        [4, 1],
        [4, 2],
        [2, 1],
    ]


@pytest.mark.parametrize("codes", [None, torch.arange(6.0)[:, None]])
def test_only_without_codes_an_image_is_its_own_neighbour(
    codes, job, nothing_spoilt, monkeypatch
):
    images, asked = torch.rand(6, 1, 28, 28), []

    def train(job, name, model, examples, objective, config):
        asked.append(objective(nn.Identity(), examples)["loss"].item())
        return History()

    monkeypatch.setattr(Job, "train", train)
    splits = SimpleNamespace(train=SimpleNamespace(images=images))
    neighbours.train(replace(job, splits=splits), "toy", codes)
    assert len(asked) == 2
    assert all((loss == 0) == (codes is None) for loss in asked)


def test_the_worst_draw_is_that_of_all_runs():
    runs = [Outcome(1.0, 1.0, notes={neighbours.WORST: worst}) for worst in (1.2, 3.0)]
    assert list(neighbours.worst_of_all(runs).values()) == [3.0]


def test_clusters_of_every_count_are_told_apart(nothing_spoilt):
    x, chosen = torch.rand(6, 1, 2, 2), torch.tensor([[0, 2]] * 3 + [[1, 0]] * 3)
    ask = clusters.telling_clusters()

    def sure(x):
        counts = (2, 3)
        return [20.0 * F.one_hot(y, n) for y, n in zip(chosen.T, counts, strict=True)]

    def sure_of_the_first(x):
        first, second = sure(x)
        return [first, torch.zeros_like(second)]

    assert ask(sure, (x, chosen))["loss"].item() < 1e-4
    loss = ask(sure_of_the_first, (x, chosen))["loss"].item()
    assert loss == pytest.approx(math.log(3) / 2, rel=1e-4)


def test_clusters_are_those_of_the_codes_and_then_of_the_features(job, monkeypatch):
    rounds, seen = [], []

    def clustered(codes, counts, seed):
        seen.append(codes)
        return found(codes, counts, seed)

    def train(job, name, model, examples, objective, config):
        rounds.append((name, examples[1]))
        return History()

    found = clusters.clustered
    monkeypatch.setattr(clusters, "clustered", clustered)
    monkeypatch.setattr(Job, "train", train)
    splits = SimpleNamespace(train=SimpleNamespace(images=torch.rand(6, 1, 28, 28)))
    codes = torch.tensor([[0.0], [9.0], [0.1], [9.1], [9.2], [0.2]])
    model, _ = clusters.learn(replace(job, splits=splits), "toy", codes)
    assert [name for name, _ in rounds] == [f"toy-{i}" for i in range(clusters.ROUNDS)]
    of_codes = rounds[0][1]
    assert of_codes.shape == (6, len(clusters.CLUSTERS))
    for column in of_codes.T:
        assert torch.equal(column == column[0], codes[:, 0] < 1)
    assert torch.equal(seen[0], codes)
    assert all(each.shape == (6, clusters.FEATURES) for each in seen[1:])
    assert [logits.shape for logits in model(splits.train.images)] == [(6, 2)] * 2


def test_a_copy_of_the_network_learns_the_labels_of_each_draw(job, monkeypatch):
    taught = []

    def train(job, name, model, examples, objective, config):
        taught.append((name, examples[1], model.features[0].weight.clone()))
        with torch.no_grad():
            model.features[0].weight.zero_()
        return History()

    monkeypatch.setattr(Job, "train", train)
    part = SimpleNamespace(images=torch.rand(2, 1, 28, 28))
    model, spread = clusters.Classifier((2,)), torch.tensor([[0, 1], [3, 3]])
    before = model.features[0].weight.clone()
    job = replace(job, splits=SimpleNamespace(train=part, test=part))
    predicted, _ = clusters.tune(job, model, spread)
    assert [name for name, _, _ in taught] == ["draw-0", "draw-1"]
    for (_, classes, start), given in zip(taught, spread, strict=True):
        assert torch.equal(classes, given[:, None])
        assert torch.equal(start, before)
    assert [each.shape for each in predicted] == [(2,), (2,)]


def test_labels_spread_to_the_training_images_and_to_the_test_images(job):
    model, x = clusters.Classifier((2,)), torch.rand(16, 1, 28, 28)
    bright = torch.cat([x[:8] / 9, 1 - x[8:] / 9])
    train = SimpleNamespace(images=bright, labels=torch.tensor([1] * 8 + [7] * 8))
    test = SimpleNamespace(images=bright[[15, 0, 9]])
    job = replace(job, splits=SimpleNamespace(train=train, test=test))
    chosen = [torch.tensor([0, 8]), torch.tensor([12, 3])]
    spread, of_test = clusters.spread_to_all(job, chosen, model)
    assert [each.tolist() for each in spread] == [train.labels.tolist()] * 2
    assert [each.tolist() for each in of_test] == [[7, 1, 7]] * 2
