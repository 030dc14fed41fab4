"""Steps without a wait. What needs no GPU is tried on the CPU; the rest is skipped."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR
from torch.utils._python_dispatch import TorchDispatchMode

from aelesson import corruptions, objectives, require, training
from aelesson.models import VAE, Autoencoder
from aelesson.training import TrainConfig, batching, fit, graphed, one_cycle, steady
from aelesson.training.history import History
from aelesson.training.memory import Memory

SHAPE = (1, 8, 8)
IMAGES = torch.rand(150, *SHAPE, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(150) % 10
CPU = torch.device("cpu")
ASK = objectives.reconstruction()

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")


def mlp(**options):
    torch.manual_seed(1)
    return Autoencoder.mlp((64, 16, 4), SHAPE, **options)


def weights(model):
    return torch.cat([p.detach().flatten().cpu() for p in model.parameters()])


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-2, fused=True)


def in_batches(size=32):
    return batching.batches(IMAGES, size, torch.Generator().manual_seed(2))


def steps_of(model, objective=ASK, optimizer=None, count=5):
    optimizer = optimizer or adam(model)
    return graphed.Steps(model, objective, optimizer, count, History())


class Reads(TorchDispatchMode):
    """Count what a GPU would be waited for."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function.name() in ("aten::_local_scalar_dense", "aten::nonzero"):
            self.count += 1
        return function(*args, **(kwargs or {}))


def trained(epoch_of, schedule=one_cycle):
    """Train for two epochs; return weights, means and the optimizer's state."""
    model = mlp()
    optimizer = adam(model)
    scheduler = schedule(optimizer, 10)
    epoch = epoch_of(model, optimizer)
    means = [epoch(in_batches(), after_step=scheduler.step) for _ in range(2)]
    return weights(model), means, optimizer.state_dict()


def test_an_epoch_is_that_of_the_plain_loop():
    ours = trained(lambda model, optimizer: steps_of(model, ASK, optimizer).epoch)
    theirs = trained(
        lambda model, optimizer: (
            lambda batches, after_step: training.train_epoch(
                model, batches, ASK, optimizer, after_step
            )
        )
    )
    torch.testing.assert_close(ours[0], theirs[0])
    for our, their in zip(ours[1], theirs[1], strict=True):
        assert our == pytest.approx(their, rel=1e-6)
    assert ours[2]["param_groups"] == theirs[2]["param_groups"]


@pytest.mark.parametrize("kind", [Autoencoder, VAE])
def test_no_value_is_read_before_an_epoch_ends(kind):
    objective = ASK if kind is Autoencoder else objectives.negative_elbo()
    model = kind.mlp((64, 16, 4), SHAPE)
    steps, at_end = steps_of(model, objective), []
    with Reads() as reads:
        steps.epoch(in_batches(), lambda: at_end.append(reads.count))
        assert at_end == [0] * 5
        objective(model, IMAGES)
        if kind is VAE:
            assert reads.count > 1  # the range of the images, outside an epoch


def test_the_rate_is_a_tensor_that_follows_the_schedule():
    model = mlp()
    optimizer = adam(model)
    scheduler, rates, plain = one_cycle(optimizer, 10), [], []
    steps = steps_of(model, ASK, optimizer)

    def after_step():
        rates.append(steps.rates[0].item())
        plain.append(optimizer.param_groups[0]["lr"])
        scheduler.step()

    steps.epoch(in_batches(), after_step)
    assert rates == pytest.approx(plain)
    assert len(set(rates)) == 5
    assert all(isinstance(rate, float) for rate in plain)


def test_a_loss_that_is_not_finite_stops_all_later_steps_and_is_named():
    model, kept = mlp(), []

    def objective(model, x):
        kept.append(weights(model))
        error = F.mse_loss(model(x), x)
        penalty = error * (float("inf") if len(kept) == 3 else 0.0)
        return {"loss": error + penalty, "error": error, "penalty": penalty}

    with pytest.raises(FloatingPointError, match="step 3: the term 'penalty' is inf"):
        steps_of(model, objective).epoch(in_batches(), lambda: None)
    assert len(kept) == 5
    assert not torch.equal(kept[1], kept[2])
    assert torch.equal(weights(model), kept[2])


def test_a_gradient_that_is_nan_is_noticed():
    def objective(model, x):
        error = F.mse_loss(model(x), x)
        return {"loss": error + 0 * (error - error).sqrt()}

    with pytest.raises(FloatingPointError, match="is not finite any more"):
        steps_of(mlp(), objective).epoch(in_batches(150), lambda: None)


def test_terms_keep_their_names():
    names = iter(["a", "a", "b"])

    def objective(model, x):
        error = F.mse_loss(model(x), x)
        return {"loss": error, next(names): error}

    with pytest.raises(ValueError, match="returned loss, b; it returned loss, a"):
        steps_of(mlp(), objective).epoch(in_batches(), lambda: None)


def test_a_bad_objective_is_named():
    with pytest.raises(ValueError, match="depends on no weight"):
        steps_of(mlp(), lambda model, x: {"loss": x.mean()}).take(IMAGES)


def test_values_are_read_unless_all_are_known():
    bad = torch.tensor([2.0, float("nan")])
    checks = (
        lambda: require.within("x", bad, 0, 1),
        lambda: require.finite("x", bad),
        lambda: require.no_nan("x", bad),
        lambda: require.pixels("x", 99 * torch.ones(3)),
    )
    for check in checks:
        with require.unread():
            check()
        with pytest.raises(ValueError, match="x "):
            check()


def test_extremes_are_in_one_batch():
    images = torch.full((9, 2, 2), 0.5)
    images[7, 0, 1], images[5, 1, 1] = 2.0, -1.0
    labels = torch.tensor([1, 1, 1, 1, 9, 1, 1, 1, 0])
    memory = Memory((images, labels), 3, None, CPU)
    chosen = memory.extremes()
    assert chosen[0].shape == (4, 2, 2)
    assert (chosen[0].min(), chosen[0].max()) == (-1, 2)
    assert (chosen[1].min(), chosen[1].max()) == (0, 9)
    assert len(Memory(images, 6, None, CPU).extremes()) == 6
    assert len(Memory(images[:1], 6, None, CPU).extremes()) == 2


def test_an_order_drawn_ahead_is_that_of_the_generator():
    ours, theirs = (torch.Generator().manual_seed(6) for _ in range(2))
    memory = Memory(IMAGES, 32, None, CPU)
    for _ in range(3):
        drawn = [*memory._drawn_ahead(ours)]
        expected = [*batching.batches(IMAGES, 32, theirs)]
        assert all(map(torch.equal, drawn, expected))
        assert torch.equal(ours.get_state(), theirs.get_state())
    ours.manual_seed(7), theirs.manual_seed(7)  # as a checkpoint may set it
    first = next(memory._drawn_ahead(ours))
    assert torch.equal(first, next(batching.batches(IMAGES, 32, theirs)))
    few = Memory(IMAGES, 32, None, CPU, drop_last=True)
    assert len([*few._drawn_ahead(ours)]) == 4


def test_fit_goes_that_way_for_tensors_on_a_gpu(monkeypatch, tmp_path):
    """As far as a CPU can go it: all but the recording."""

    def run(**options):
        model = mlp()
        config = TrainConfig(3, 32, 1e-2, one_cycle)
        options |= {"validation": IMAGES, "progress": False}
        return fit(model, IMAGES, ASK, config, **options), weights(model)

    plain, theirs = run()
    monkeypatch.setattr(graphed, "suits", lambda source: True)
    history, ours = run(checkpoint=tmp_path / "run.pt")
    assert history.steps == "one by one: the model is not on a GPU"
    torch.testing.assert_close(ours, theirs)
    assert history.curve() == pytest.approx(plain.curve())
    assert history.curve("validation") == pytest.approx(plain.curve("validation"))
    assert plain.steps == "one by one"


def test_labels_out_of_range_anywhere_are_refused_before_the_first_step(monkeypatch):
    monkeypatch.setattr(graphed, "suits", lambda source: True)
    labels = LABELS.clone()
    labels[140] = 10
    model = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(64), nn.Linear(64, 10))
    before = copy.deepcopy(model.state_dict())
    drawn = torch.get_rng_state()
    with pytest.raises(ValueError, match=r"batch\[1\] goes from 0 to 10"):
        fit(model, (IMAGES, labels), objectives.classification, progress=False)
    assert all(torch.equal(before[key], model.state_dict()[key]) for key in before)
    assert torch.equal(drawn, torch.get_rng_state())
    assert model.training


def by_hand(model, x):
    return {"loss": F.mse_loss(model(x), x) + F.l1_loss(model(x), x)}


def counting():
    count = 0

    def objective(model, x):
        nonlocal count
        count += 1
        return {"loss": count * F.mse_loss(model(x), x)}

    return objective


def on_gpu(make, objective, images=IMAGES, config=None, **options):
    """Fit on the GPU; return weights, history, and the state of what was drawn from."""
    torch.manual_seed(3)
    model = make().cuda()
    config = config or TrainConfig(4, 32, 1e-2, one_cycle)
    history = fit(model, images, objective, config, progress=False, **options)
    return weights(model), history, torch.cuda.get_rng_state()


def normed():
    layers = nn.Flatten(), nn.Linear(64, 16), nn.BatchNorm1d(16), nn.Dropout(0.2)
    return nn.Sequential(*layers, nn.Linear(16, 64), nn.Unflatten(1, SHAPE))


def drawn_on_gpu():
    return objectives.denoising(
        corruptions.gaussian_noise(0.3, generator=torch.Generator("cuda"))
    )


def classifier():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10))


RUNS = {
    "mlp": (mlp, lambda: ASK),
    "denoiser": (mlp, lambda: objectives.denoising(corruptions.gaussian_noise(0.5))),
    "own generator": (mlp, drawn_on_gpu),
    "vae": (lambda: VAE.mlp((64, 16, 4), SHAPE), objectives.negative_elbo),
    "conv vae": (lambda: VAE.conv(4, (4, 8), SHAPE), objectives.negative_elbo),
    "norm, dropout": (normed, lambda: ASK),
    "labels": (classifier, lambda: objectives.classification),
    "written by hand": (mlp, lambda: by_hand),
}


@gpu
@pytest.mark.parametrize("run", RUNS)
def test_replayed_steps_are_those_taken_one_by_one(run, monkeypatch):
    make, objective = RUNS[run]
    images = (IMAGES, LABELS) if run == "labels" else IMAGES
    replayed = on_gpu(make, objective(), images, validation=images)
    assert replayed[1].steps == "replayed"
    monkeypatch.setattr(steady, "change", lambda *values: "asked for")
    eager = on_gpu(make, objective(), images, validation=images)
    assert eager[1].steps == "one by one: asked for"
    monkeypatch.setattr(graphed, "suits", lambda source: False)
    plain = on_gpu(make, objective(), images, validation=images)
    assert plain[1].steps == "one by one"
    for other in (eager, plain):
        torch.testing.assert_close(replayed[0], other[0], rtol=1e-4, atol=1e-6)
        assert replayed[1].curve() == pytest.approx(other[1].curve(), rel=1e-4)
        assert torch.equal(replayed[2], other[2])
    print(f"\n{run}: largest difference of a weight, one by one and plain loop:")
    print([(replayed[0] - other[0]).abs().max().item() for other in (eager, plain)])


STOP_AT = [0]


def stopping(optimizer, steps):
    def rate(step):
        if STOP_AT[0] and step == STOP_AT[0]:
            raise KeyboardInterrupt
        return 1 - step / (2 * steps)

    return LambdaLR(optimizer, rate)


@gpu
@pytest.mark.parametrize("run", ["mlp", "denoiser", "own generator", "vae"])
def test_a_resumed_run_ends_with_the_weights_of_one_without_a_break(run, tmp_path):
    make, objective = RUNS[run]
    config = TrainConfig(4, 32, 1e-2, stopping)
    whole = on_gpu(make, objective(), config=config)
    for STOP_AT[0] in (13, 0):
        path = tmp_path / "run.pt"
        resumed = on_gpu(make, objective(), config=config, checkpoint=path)
    assert torch.equal(resumed[0], whole[0])
    assert resumed[1].curve() == whole[1].curve()


@gpu
@pytest.mark.parametrize("recorded", [True, False])
def test_no_step_waits(recorded, monkeypatch):
    if not recorded:
        monkeypatch.setattr(steady, "change", lambda *values: "asked for")
    model = VAE.mlp((64, 16, 4), SHAPE).cuda()
    steps = steps_of(model, objectives.negative_elbo(), count=20)
    batch = IMAGES[:32].cuda()
    with require.unread():
        for _ in range(4):
            steps.take(batch)
        torch.cuda.set_sync_debug_mode("error")
        try:
            for _ in range(10):
                steps.take(batch)
        finally:
            torch.cuda.set_sync_debug_mode("default")
    assert bool(steps._recorded) is recorded


@gpu
def test_code_that_counts_its_calls_is_not_recorded():
    history = on_gpu(mlp, counting())[1]
    assert history.steps == "one by one: counting.objective writes to count"
    losses = history.curve()
    assert losses[-1] > 5 * losses[0] / 2


@gpu
def test_code_that_reads_a_value_is_not_recorded():
    def objective(model, x):
        error = F.mse_loss(model(x), x)
        return {"loss": error * 2 if error.item() > 9 else error}

    _, history, _ = on_gpu(mlp, objective)
    assert "one by one: test_graphed.py, line" in history.steps
    assert history.curve()[-1] < history.curve()[0]


@gpu
def test_no_memory_is_kept_from_run_to_run():
    left = []
    for _ in range(3):
        on_gpu(mlp, ASK)
        left.append(torch.cuda.memory_allocated())
    assert left[2] == left[1]


@gpu
def test_code_that_draws_on_the_cpu_is_not_recorded():
    def objective(model, x):
        error = F.mse_loss(model(x), x)
        return {"loss": error * 2 if torch.rand(()) > 0.5 else error}

    history = on_gpu(mlp, objective)[1]
    assert history.steps == "one by one: a number is drawn on the CPU"


@gpu
@pytest.mark.filterwarnings("ignore")
def test_a_recording_that_fails_changes_nothing(monkeypatch):
    def objective(model, x):
        error = F.mse_loss(model(x + torch.randn_like(x)), x)
        return {"loss": error * 2 if error.item() > 9 else error}

    watched = on_gpu(mlp, objective)
    take = graphed.Steps._watched
    monkeypatch.setattr(graphed.Steps, "_watched", lambda *given: take(*given) and "")
    failed = on_gpu(mlp, objective)
    assert "one by one: recording failed, " in failed[1].steps
    assert torch.equal(watched[0], failed[0])
    assert torch.equal(watched[2], failed[2])


@gpu
def test_a_schedule_that_moves_more_than_the_rate_is_followed(monkeypatch):
    def with_momentum(optimizer, steps):
        return OneCycleLR(optimizer, 1e-2, steps)

    config = TrainConfig(4, 32, 1e-2, with_momentum)
    ours = on_gpu(mlp, ASK, config=config)
    assert ours[1].steps == "one by one: few were alike"
    monkeypatch.setattr(graphed, "suits", lambda source: False)
    theirs = on_gpu(mlp, ASK, config=config)
    torch.testing.assert_close(ours[0], theirs[0], rtol=1e-4, atol=1e-6)


@gpu
def test_a_loss_that_is_not_finite_is_named_on_a_gpu():
    images = IMAGES.clone()
    images[77] = 1e30  # its square is infinite
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.Unflatten(1, SHAPE))
    model, places = model.cuda(), torch.randperm(150, generator=generator()).tolist()
    step = places.index(77) // 32 + 1
    config = TrainConfig(2, 32)
    with pytest.raises(FloatingPointError, match=f"epoch 1, step {step}: the term 'lo"):
        fit(model, images, ASK, config, generator=generator(), progress=False)
    assert weights(model).isfinite().all()


def generator():
    return torch.Generator().manual_seed(4)


@gpu
def test_a_label_out_of_range_is_refused_before_the_first_step():
    labels = LABELS.clone()
    labels[140] = 10
    model = classifier().cuda()
    before = copy.deepcopy(weights(model))
    with pytest.raises(ValueError, match=r"batch\[1\] goes from 0 to 10"):
        fit(model, (IMAGES, labels), objectives.classification, progress=False)
    assert torch.equal(weights(model), before)
