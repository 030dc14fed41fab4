"""A checkpoint belongs to one run; what is damaged or another's is refused."""

import functools
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, objectives
from aelesson.models import VAE, Autoencoder
from aelesson.training import TrainConfig, checkpoints, fit

SHAPE = (1, 4, 4)


@pytest.fixture
def images():
    return torch.rand(50, *SHAPE, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.pt"


def new_model(seed=1, activation=nn.ReLU):
    torch.manual_seed(seed)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), activation())
    encoder.append(nn.Linear(8, 3))
    decoder = nn.Sequential(nn.Linear(3, 16), nn.Sigmoid(), nn.Unflatten(1, SHAPE))
    return Autoencoder(encoder, decoder)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def quiet_fit(model, images, objective=None, config=None, **options):
    objective = objective or objectives.reconstruction()
    config = config or TrainConfig(epochs=3, batch_size=16)
    return fit(model, images, objective, config, progress=False, **options)


def measured(history):
    return [(epoch.train, epoch.validation) for epoch in history.epochs]


def stopping(step, error=KeyboardInterrupt):
    """Return an objective that stops at a step, which is its state, not a setting."""
    left = [step, error]

    def objective(model, x):
        left[0] -= 1
        if left[0] == 0:
            raise left[1]
        return objectives.reconstruction()(model, x)

    return objective


def test_a_finished_run_says_so_and_trains_nothing(images, path, capsys):
    first, second = new_model(), new_model()
    expected = quiet_fit(first, images, checkpoint=path)
    assert capsys.readouterr().out == ""
    history = quiet_fit(second, images, checkpoint=path)
    assert torch.equal(weights(first), weights(second))
    assert measured(history) == measured(expected)
    assert "finished: nothing was trained" in capsys.readouterr().out


SCALE = 2.0


def scaled(model, x):
    return {"loss": SCALE * F.mse_loss(model(x), x)}


class Weighted:
    def __init__(self, weight):
        self.weight, self.calls = weight, 0

    def __call__(self, model, x):
        self.calls += 1
        return {"loss": self.weight * F.mse_loss(model(x), x)}


OBJECTIVES = {
    "denoising": objectives.denoising(corruptions.masking(0.1)),
    "more noise": objectives.denoising(corruptions.masking(0.2)),
    "another loss": objectives.reconstruction(F.l1_loss),
    "lambda": lambda model, x: {"loss": F.mse_loss(model(x), x)},
    "lambda, twice": lambda model, x: {"loss": 2 * F.mse_loss(model(x), x)},
    "class": Weighted(0.5),
    "another weight": Weighted(0.25),
    "global": scaled,
    "default": objectives.reconstruction(),
}


@pytest.mark.parametrize("other", OBJECTIVES)
@pytest.mark.parametrize("first", ["denoising", "lambda", "class", "global"])
def test_another_objective_is_refused(images, path, first, other):
    quiet_fit(new_model(), images, OBJECTIVES[first], checkpoint=path)
    before, model = path.read_bytes(), new_model()
    if first == other:
        assert len(quiet_fit(model, images, OBJECTIVES[other], checkpoint=path)) == 3
        return
    with pytest.raises(ValueError, match=r"another run: objective .*(was|has other)"):
        quiet_fit(model, images, OBJECTIVES[other], checkpoint=path)
    assert path.read_bytes() == before
    assert torch.equal(weights(model), weights(new_model()))


def test_a_setting_that_an_objective_looks_up_belongs_to_the_run(
    images, path, monkeypatch
):
    quiet_fit(new_model(), images, scaled, checkpoint=path)
    monkeypatch.setitem(globals(), "SCALE", 3.0)
    with pytest.raises(ValueError, match=r"scaled\(SCALE=2.0\) and is scaled\(SCALE=3"):
        quiet_fit(new_model(), images, scaled, checkpoint=path)


def test_what_differs_is_named(images, path):
    vae = VAE.mlp((16, 8, 2), SHAPE)
    start = {name: value.clone() for name, value in vae.state_dict().items()}
    quiet_fit(vae, images, objectives.negative_elbo(4.0), checkpoint=path)
    vae.load_state_dict(start)
    with pytest.raises(ValueError, match=r"\(beta=4.0.* and is .*\(beta=1.0"):
        quiet_fit(vae, images, objectives.negative_elbo(1.0), checkpoint=path)


OTHERS = {
    "seed": (lambda x: (new_model(2), x), "starting weights are others"),
    "activation": (lambda x: (new_model(1, nn.GELU), x), "network is another"),
    "data set": (lambda x: (new_model(), 1 - x), "values of images are others"),
    "images": (lambda x: (new_model(), x[:20]), r"images was \[50.* and is \[20"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_run_is_refused(images, path, what):
    quiet_fit(new_model(), images, checkpoint=path)
    before, (make, message) = path.read_bytes(), OTHERS[what]
    with pytest.raises(ValueError, match=f"comes from another run: .*{message}"):
        quiet_fit(*make(images), checkpoint=path)
    assert path.read_bytes() == before


def test_a_model_goes_on_in_its_own_process_whatever_it_has_learnt(images, path):
    model = new_model()
    assert quiet_fit(model, images, stopping(7), checkpoint=path).interrupted
    assert len(quiet_fit(model, images, stopping(0), checkpoint=path)) == 3
    assert len(quiet_fit(model, images, stopping(0), checkpoint=path)) == 3
    second = path.with_name("second.pt")  # a run that starts where this one ended
    assert len(quiet_fit(model, images, checkpoint=second)) == 3
    path.unlink()
    assert len(quiet_fit(model, images, checkpoint=path)) == 3


@pytest.mark.slow
def test_random_damage_is_refused_or_harmless_and_changes_nothing(images, path):
    whole = new_model()
    quiet_fit(whole, images, stopping(9), checkpoint=path)
    good, draw, refused = path.read_bytes(), random.Random(0), 0
    for _ in range(300):
        place, bit = draw.randrange(len(good)), 1 << draw.randrange(8)
        flipped = bytes([good[place] ^ bit])
        path.write_bytes(good[:place] + flipped + good[place + 1 :])
        model = new_model()
        state = checkpoints.TrainState(
            model,
            optimizer := torch.optim.Adam(model.parameters()),
            torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0),
            [torch.Generator()],
            torch.load(good_file(path, good), weights_only=True)["settings"],
        )
        try:
            state.resume(path)
        except ValueError:
            refused += 1
            assert torch.equal(weights(model), weights(new_model()))
        else:
            kept = torch.load(good_file(path, good), weights_only=True)
            now = model.state_dict()
            assert all(torch.equal(now[name], kept["model"][name]) for name in now)
    assert refused > 250


def good_file(path, good):
    intact = path.with_name("good.pt")
    if not intact.exists():
        intact.write_bytes(good)
    return intact


@pytest.mark.parametrize("name", checkpoints.KINDS)
@pytest.mark.parametrize("wrong", ["absent", "of another kind", "of another content"])
def test_contents_that_cannot_be_are_refused_before_anything_changes(
    images, path, name, wrong
):
    quiet_fit(new_model(), images, checkpoint=path)
    kept = torch.load(path, weights_only=True)
    empty = {dict: {"a": torch.zeros(1)}, list: [{"a": 1}], torch.Tensor: torch.ones(3)}
    if wrong == "absent":
        del kept[name]
    elif wrong == "of another kind":
        kept[name] = "text"
    elif type(kept[name]) in empty:
        kept[name] = empty[type(kept[name])]
    else:
        pytest.skip("any number will do")
    torch.save(kept, path)
    model, generator = new_model(), torch.Generator().manual_seed(3)
    states = torch.get_rng_state(), generator.get_state()
    with pytest.raises(ValueError, match=r"checkpoint .*run.pt (is dam|was|holds|com)"):
        quiet_fit(model, images, checkpoint=path, generator=generator)
    assert torch.equal(weights(model), weights(new_model()))
    assert torch.equal(generator.get_state(), states[1])


def test_weights_of_a_wrapped_model_are_understood(images, path):
    wrapped = nn.DataParallel(new_model())
    quiet_fit(wrapped, images, stopping(9), checkpoint=path)
    plain = new_model()
    assert len(quiet_fit(plain, images, stopping(0), checkpoint=path)) == 3
    again = nn.DataParallel(new_model())
    quiet_fit(again, images, stopping(0), checkpoint=path)
    assert torch.equal(weights(again), weights(plain))


def test_a_checkpoint_in_use_is_refused(images, path):
    def nested(model, x):
        with pytest.raises(ValueError, match=r"run.pt is in use by another run"):
            quiet_fit(new_model(), images, checkpoint=path)
        return objectives.reconstruction()(model, x)

    for _ in range(2):  # released, the next run may have it
        quiet_fit(new_model(), images, nested, TrainConfig(1, 50), checkpoint=path)
        path.unlink()


RUN = """
import sys, torch
from torch.nn import functional as F
from aelesson import TrainConfig, fit, objectives
from aelesson.models import Autoencoder
torch.manual_seed(0)
x, model = torch.rand(64, 1, 4, 4), Autoencoder.mlp((16, 3), (1, 4, 4))
config = TrainConfig(40, 8)
ask = objectives.reconstruction()
fit(model, x, ask, config, checkpoint=sys.argv[1], progress=False)
"""


@pytest.mark.slow
def test_two_processes_on_one_file_lose_no_run(path):
    command = [sys.executable, "-c", RUN, str(path)]
    both = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [each.communicate()[1] for each in both]
    for each, said in zip(both, told, strict=True):
        assert each.returncode == 0 or "in use by another run" in said
    assert 0 in [each.returncode for each in both]
    kept = torch.load(path, weights_only=True)
    assert len(kept["history"]) == 40


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is full")
def test_a_full_disk_is_told_in_words(images, path, monkeypatch):
    quiet_fit(new_model(), images, stopping(6), checkpoint=path)
    before, save, model = path.read_bytes(), torch.save, new_model()

    def full(contents, part):
        save({"start": 1}, part)
        with open("/dev/full", "wb", buffering=0) as disk:
            disk.write(b"0" * 4096)

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match=r"cannot be written: .*after 2 epochs are"):
        quiet_fit(model, images, stopping(0), checkpoint=path)
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]


def test_a_checkpoint_of_other_settings_is_refused_and_kept(images, path):
    quiet_fit(new_model(), images, checkpoint=path)
    before = path.read_bytes()
    config = TrainConfig(epochs=3, batch_size=16, learning_rate=0.5)
    with pytest.raises(ValueError, match=r"learning_rate was 0.001 and is 0.5"):
        quiet_fit(new_model(), images, config=config, checkpoint=path)
    with pytest.raises(ValueError, match=r"images was \[50, 1, 4, 4\] and is \[20,"):
        quiet_fit(new_model(), images[:20], checkpoint=path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no checkpoint", "half"])
def test_a_damaged_checkpoint_is_named(images, path, content):
    if content == "half":
        quiet_fit(new_model(), images, checkpoint=path)
        content = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"checkpoint .*run.pt cannot be read"):
        quiet_fit(new_model(), images, checkpoint=path)
    assert path.read_bytes() == content


def test_a_file_of_weights_is_no_checkpoint(images, path):
    torch.save(new_model().state_dict(), path)
    with pytest.raises(ValueError, match="was not written by aelesson"):
        quiet_fit(new_model(), images, checkpoint=path)


def test_a_failed_write_leaves_the_old_checkpoint(images, path, monkeypatch):
    quiet_fit(new_model(), images, stopping(6), checkpoint=path)
    before = path.read_bytes()

    def full_disk(contents, part):
        part.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space left"):
        quiet_fit(new_model(), images, stopping(0), checkpoint=path)
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_network_is_refused_and_changes_nothing(images, path):
    quiet_fit(Autoencoder.mlp((16, 8, 3), (1, 4, 4)), images, checkpoint=path)
    other = Autoencoder.mlp((16, 8, 2), (1, 4, 4))
    before = weights(other)
    with pytest.raises(
        ValueError, match=r"another network: .* was \(8, 3\) and is \(8, 2"
    ):
        quiet_fit(other, images, checkpoint=path)
    longer = Autoencoder.mlp((16, 8, 3), (1, 4, 4))
    longer.encoder.append(nn.Linear(3, 3))
    with pytest.raises(ValueError, match=r"encoder.4.bias was absent and is \(3,\)"):
        quiet_fit(longer, images, checkpoint=path)
    assert torch.equal(weights(other), before)


def test_settings_of_every_kind_can_be_resumed(images, path):
    for _ in range(2):  # as in two processes: a new partial has a new address
        schedule = functools.partial(slower, factor=0.5)
        config = TrainConfig(2, np.int64(16), np.float64(1e-3), schedule)
        assert len(quiet_fit(new_model(), images, config=config, checkpoint=path)) == 2
    config = TrainConfig(2, 16, 1e-3, functools.partial(slower, factor=0.1))
    with pytest.raises(ValueError, match=r"schedule was slower\(factor=0.5\) and is"):
        quiet_fit(new_model(), images, config=config, checkpoint=path)


def slower(optimizer, total_steps, factor):
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, factor)


def test_validation_images_belong_to_the_run(images, path):
    quiet_fit(new_model(), images, checkpoint=path)
    with pytest.raises(ValueError, match=r"validation was None and is \[50, 1, 4, 4\]"):
        quiet_fit(new_model(), images, checkpoint=path, validation=images)


def test_best_weights_of_another_network_are_refused_before_anything_changes(
    images, path
):
    config = TrainConfig(3, 16, restore_best=True)
    settings = {"config": config, "validation": images, "checkpoint": path}
    quiet_fit(new_model(), images, **settings)
    kept = torch.load(path, weights_only=True)
    for wrong in ({"a": torch.ones(2)}, dict.fromkeys(kept["best"], 0.0)):
        other = {**kept, "best": {**kept["best"], **wrong}}
        torch.save({**other, "digest": checkpoints.digest(other)}, path)
        model = new_model()
        with pytest.raises(ValueError, match=r"holds another network"):
            quiet_fit(model, images, **settings)
        assert torch.equal(weights(model), weights(new_model()))
