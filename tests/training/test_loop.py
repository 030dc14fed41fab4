import copy
import dataclasses

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import ReduceLROnPlateau
from tqdm import tqdm

from aelesson import objectives, training
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, constant_rate, fit, one_cycle


@pytest.fixture
def images():
    return torch.rand(50, 1, 4, 4, generator=torch.Generator().manual_seed(0))


def new_model():
    torch.manual_seed(1)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.Dropout(0.2))
    encoder.extend([nn.ReLU(), nn.Linear(8, 3)])
    decoder = nn.Sequential(nn.Linear(3, 16), nn.Sigmoid(), nn.Unflatten(1, (1, 4, 4)))
    return Autoencoder(encoder, decoder)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def measured(history):
    return [(epoch.train, epoch.validation) for epoch in history.epochs]


def quiet_fit(model, images, objective=None, config=None, **options):
    objective = objective or Stopping()
    config = config or TrainConfig(epochs=3, batch_size=16)
    return fit(model, images, objective, config, progress=False, **options)


class Stopping:
    """Ask for the image; raise at a call, counted from 1.

    What differs from call to call is no setting, so a checkpoint is shared by all.
    """

    def __init__(self, step=0, error=KeyboardInterrupt):
        self.left, self.error = [step], [error]

    def __call__(self, model, x):
        self.left[0] -= 1
        if self.left[0] == 0:
            raise self.error[0]
        return objectives.reconstruction()(model, x)


def test_fit_equals_a_loop_written_out(images):
    ours, theirs = Autoencoder.mlp((16, 8, 3), (1, 4, 4)), None
    theirs = copy.deepcopy(ours)
    history = quiet_fit(ours, images, generator=torch.Generator().manual_seed(5))
    generator = torch.Generator().manual_seed(5)
    optimizer, means = torch.optim.Adam(theirs.parameters(), lr=1e-3), []
    for _ in range(3):
        total = 0.0
        for chosen in torch.randperm(50, generator=generator).split(16):
            loss = F.mse_loss(theirs(images[chosen]), images[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        means.append(total / 50)
    torch.testing.assert_close(weights(ours), weights(theirs))
    assert history.curve() == pytest.approx(means, rel=1e-5)


def test_equal_seeds_give_equal_weights_and_other_seeds_do_not(images, monkeypatch):
    runs = []
    for seed in ("0", "0", "1"):
        monkeypatch.setenv("AELESSON_SEED", seed)
        model = new_model()
        quiet_fit(model, images)
        runs.append(weights(model))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_every_image_is_seen_once_per_epoch(images):
    seen = []

    def objective(model, x):
        if model.training:
            seen.append(x)
        return objectives.reconstruction()(model, x)

    quiet_fit(new_model(), images, objective, TrainConfig(epochs=2, batch_size=16))
    assert [len(x) for x in seen] == [16, 16, 16, 2] * 2
    first, second = torch.cat(seen[:4]), torch.cat(seen[4:])
    assert not torch.equal(first, second)
    for epoch in (first, second):
        order = epoch.flatten(1).sum(1).argsort()
        torch.testing.assert_close(
            epoch[order], images[images.flatten(1).sum(1).argsort()]
        )


def test_means_weigh_batches_by_size():
    images = torch.cat([torch.zeros(4, 4), torch.ones(1, 4)])
    model = nn.Linear(4, 4)

    def objective(model, x):
        return {"loss": model(x).sum() * 0 + x.mean(), "twice": 2 * x.mean()}

    config = TrainConfig(epochs=1, batch_size=4)
    history = quiet_fit(model, images, objective, config, validation=images)
    assert history.curve() == pytest.approx([0.2])
    assert history.curve(term="twice") == pytest.approx([0.4])
    assert history.curve("validation") == pytest.approx([0.2])


def test_validation_is_measured_in_evaluation_mode_and_training_goes_on(images):
    modes = []

    def objective(model, x):
        modes.append((model.training, torch.is_grad_enabled()))
        return objectives.reconstruction()(model, x)

    config = TrainConfig(epochs=2, batch_size=50)
    history = quiet_fit(new_model(), images, objective, config, validation=images)
    assert modes == [(False, False), *[(True, True), (False, False)] * 2]
    assert len(history) == 2
    assert all(epoch.seconds > 0 for epoch in history.epochs)


def test_one_cycle_rises_to_the_peak_and_falls_to_nothing():
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.5)
    schedule, rates = one_cycle(optimizer, 100), []
    for _ in range(100):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step() if len(rates) < 100 else None
    assert max(rates) == pytest.approx(0.5)
    assert rates.index(max(rates)) == pytest.approx(30, abs=2)
    assert rates[0] < 0.03
    assert rates[-1] < 1e-4


def test_one_cycle_leaves_momentum_alone():
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.5)
    schedule = one_cycle(optimizer, 10)
    for _ in range(5):
        optimizer.step()
        schedule.step()
    assert optimizer.param_groups[0]["betas"] == (0.9, 0.999)


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        (lambda optimizer, steps: None, "schedule returned None; it must return"),
        (
            lambda optimizer, steps: ReduceLROnPlateau(optimizer),
            "schedule returned a ReduceLROnPlateau; it must return a scheduler",
        ),
    ],
)
def test_a_schedule_that_makes_no_scheduler_is_named(images, schedule, says):
    model = new_model()
    with pytest.raises(TypeError, match=says):
        quiet_fit(model, images, config=TrainConfig(schedule=schedule))
    assert torch.equal(weights(model), weights(new_model()))


def test_fit_follows_the_schedule_to_its_end(images):
    optimizers, rates = [], []

    def schedule(optimizer, steps):
        optimizers.append((optimizer, steps))
        return one_cycle(optimizer, steps)

    def objective(model, x):
        rates.append(optimizers[0][0].param_groups[0]["lr"])
        return objectives.reconstruction()(model, x)

    config = TrainConfig(epochs=3, batch_size=16, schedule=schedule)
    quiet_fit(new_model(), images, objective, config)
    assert [steps for _, steps in optimizers] == [12]
    assert len(rates) == 12
    assert max(rates) == pytest.approx(1e-3, rel=0.1)
    assert rates[-1] < 1e-7


def test_the_best_epoch_is_restored(images):
    kept = []

    def objective(model, x):
        if not model.training:
            kept.append(weights(model))
            worse_each_time = torch.tensor(float(len(kept)))  # one is a trial
            return {"loss": worse_each_time if len(kept) != 3 else torch.tensor(0.0)}
        return objectives.reconstruction()(model, x)

    model = new_model()
    config = TrainConfig(epochs=4, batch_size=16, restore_best=True)
    history = quiet_fit(model, images, objective, config, validation=images)
    assert history.best_epoch == 2
    assert torch.equal(weights(model), kept[2])
    assert not torch.equal(kept[2], kept[4])


def test_restoring_the_best_needs_validation_images(images):
    with pytest.raises(ValueError, match="restore_best needs validation images"):
        quiet_fit(new_model(), images, config=TrainConfig(restore_best=True))


@pytest.mark.parametrize("schedule", [constant_rate, one_cycle])
@pytest.mark.parametrize("stopped_in_epoch", [1, 2, 3])
def test_a_resumed_run_ends_with_the_weights_of_one_without_a_break(
    images, tmp_path, schedule, stopped_in_epoch
):
    config = TrainConfig(3, 16, 1e-2, schedule, restore_best=True)
    settings = {"config": config, "validation": images}
    whole = new_model()  # seeds what dropout will draw
    expected = quiet_fit(whole, images, **settings)

    settings["checkpoint"] = tmp_path / "run.pt"
    broken, calls_per_epoch = new_model(), 4 + 1  # 4 steps and a validation
    stopping = Stopping(1 + (stopped_in_epoch - 1) * calls_per_epoch + 3)
    first = quiet_fit(broken, images, stopping, **settings)
    assert first.interrupted
    assert len(first) == stopped_in_epoch - 1

    torch.manual_seed(99)  # as in a new process; the checkpoint has states of its own
    history = quiet_fit(broken, images, **settings)
    assert torch.equal(weights(broken), weights(whole))
    assert measured(history) == measured(expected)


def test_the_best_weights_survive_a_break(images, tmp_path):
    losses = iter([9, 0.5, 0.1, 0.3, 9, 0.4])  # 9: a trial
    kept = []

    def objective(model, x):
        if model.training:
            return next(steps)(model, x)
        kept.append(weights(model))
        return {"loss": torch.tensor(next(losses))}

    config = TrainConfig(4, batch_size=50, restore_best=True)
    settings = {"config": config, "validation": images, "checkpoint": tmp_path / "a"}
    model, learn = new_model(), objectives.reconstruction()
    steps = iter([learn, learn, learn, Stopping(1)])
    assert quiet_fit(model, images, objective, **settings).interrupted
    steps = iter([learn])
    history = quiet_fit(new_model(), images, objective, **settings)
    assert history.best_epoch == 2
    assert len(kept) == 4 + 2


def test_a_generator_of_the_objective_is_resumed_too(images, tmp_path):
    def run(checkpoint=None, stop=None):
        generator, ask = torch.Generator().manual_seed(4), stop or Stopping()

        def noisy(model, x):
            noise = torch.rand(x.shape, generator=generator)
            ask(model, x)
            return {"loss": F.mse_loss(model(x + noise), x)}

        model = Autoencoder.mlp((16, 3), (1, 4, 4))
        model.load_state_dict(start)
        quiet_fit(model, images, noisy, checkpoint=checkpoint, generator=generator)
        return weights(model)

    start = Autoencoder.mlp((16, 3), (1, 4, 4)).state_dict()
    whole = run()
    stopped = run(tmp_path / "run.pt", Stopping(7))
    resumed = run(tmp_path / "run.pt")
    assert not torch.equal(stopped, whole)
    assert torch.equal(resumed, whole)


def test_an_interrupt_keeps_what_was_learnt(images, capsys):
    model, start = new_model(), weights(new_model())
    history = quiet_fit(model, images, Stopping(7))
    assert history.interrupted
    assert len(history) == 1
    assert not torch.equal(weights(model), start)
    assert "Stopped by hand after 1 epochs" in capsys.readouterr().out


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_step_and_term(images, value):
    model, count = new_model(), 0
    kept = []

    def objective(model, x):
        nonlocal count
        count += 1
        error = objectives.reconstruction()(model, x)["loss"]
        penalty = error * (value if count == 6 else 0.0)
        kept.append(weights(model))
        return {"loss": error + penalty, "error": error, "penalty": penalty}

    with pytest.raises(FloatingPointError, match="epoch 2, step 2: the term 'penalty'"):
        quiet_fit(model, images, objective)
    assert torch.equal(weights(model), kept[-1])
    assert weights(model).isfinite().all()


def test_a_bad_objective_is_named(images):
    with pytest.raises(ValueError, match="objective returned None"):
        quiet_fit(new_model(), images, lambda model, x: None)


def test_a_gradient_that_is_nan_is_noticed(images):
    def objective(model, x):
        error = objectives.reconstruction()(model, x)["loss"]
        return {"loss": error + 0 * (error - error).sqrt()}  # sqrt at 0

    config = TrainConfig(epochs=2, batch_size=50)
    with pytest.raises(FloatingPointError, match=r"epoch 1, .* is not finite any more"):
        quiet_fit(new_model(), images, objective, config)


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (torch.zeros(0, 1, 4, 4), ValueError, r"has shape \(0, 1, 4, 4\)"),
        (torch.zeros(5), ValueError, r"has shape \(5,\)"),
        (torch.zeros(5, 16, dtype=torch.uint8), ValueError, "torch.uint8 with values"),
        (torch.zeros(5, 16, dtype=torch.double), TypeError, "must be torch.float32"),
        ([[0.0]], TypeError, "is a list of 1; it must be a torch.Tensor"),
    ],
)
def test_bad_images_are_named(images, bad, error, message):
    with pytest.raises(error, match=message):
        quiet_fit(new_model(), bad)
    with pytest.raises(error, match=f"validation .*{message}|validation {message}"):
        quiet_fit(new_model(), images, validation=bad)


def test_a_model_without_weights_is_named(images):
    with pytest.raises(ValueError, match="model has no parameters"):
        quiet_fit(nn.Identity(), images)


@pytest.mark.parametrize("field", ["epochs", "batch_size", "learning_rate"])
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_impossible_settings_are_named(field, value):
    with pytest.raises(
        (ValueError, TypeError), match=f"{field} is {value}; it must be"
    ):
        TrainConfig(**{field: value})


def test_settings_cannot_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainConfig().epochs = 3


def test_a_bar_sends_fewer_states_than_a_late_reader_keeps(images, monkeypatch):
    """A minute of them, three messages each, beside what a cell shows."""
    made = []

    class Bar(tqdm):
        def __init__(self, *arguments, **settings):
            super().__init__(*arguments, **settings)
            made.append(self)

    monkeypatch.setattr("aelesson.training.loop.tqdm", Bar)
    fit(new_model(), images, objectives.reconstruction(), TrainConfig(2, 16))
    assert 60 / made[0].mininterval * 3 < 500
    assert "loss=" in made[0].postfix


def test_a_bar_shows_the_run(images, capsys):
    fit(new_model(), images, objectives.reconstruction(), TrainConfig(2, 16))
    shown = capsys.readouterr().err
    assert "training" in shown
    assert "8/8" in shown
    quiet_fit(new_model(), images)
    assert capsys.readouterr().err == ""


def test_evaluate_takes_no_step(images):
    model = new_model()
    before = weights(model)
    terms = training.evaluate(model, images, objectives.reconstruction(), batch_size=7)
    model.eval()
    assert terms["loss"] == pytest.approx(F.mse_loss(model(images), images).item())
    assert torch.equal(weights(model), before)
