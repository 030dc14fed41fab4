"""What does not fit is named before the first step, and nothing has changed."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from aelesson import corruptions, data, likelihood, objectives, regularisers
from aelesson.models import VAE, Autoencoder
from aelesson.training import TrainConfig, fit
from aelesson.training.draws import generators_of
from aelesson.training.preflight import Before

CONFIG = TrainConfig(epochs=1, batch_size=16)
SHAPE = (1, 4, 4)


def small(likelihood=None):
    torch.manual_seed(0)
    return Autoencoder.mlp((16, 3), SHAPE, likelihood)


def images(count=20, *shape):
    return torch.rand(count, *(shape or SHAPE))


def quiet_fit(model, x, objective=None, config=CONFIG, **options):
    objective = objective or objectives.reconstruction()
    return fit(model, x, objective, config, progress=False, **options)


def nan_in(x, *rows):
    x[list(rows), ..., 0] = torch.nan
    return x


reconstruct = objectives.reconstruction()
BAD = {
    "no channel axis": (lambda: (small(), images(20, 4, 4)), r"\(16, 4, 4\).*equal"),
    "channels last": (lambda: (small(), images(20, 4, 4, 1)), r"\(16, 4, 4, 1\)"),
    "a series": (lambda: (small(), images(20, 1, 16)), r"\(16, 1, 16\)"),
    "another size": (
        lambda: (small(), images(20, 1, 5, 5)),
        r"batch of images, of shape \(16, 1, 5, 5\).*takes 16 values in a row",
    ),
    "colour": (
        lambda: (Autoencoder.conv(3, (2,), SHAPE), images(20, 3, 4, 4)),
        r"\(16, 3, 4, 4\), does not go through.*Conv2d\(1, 2",
    ),
    "0 to 255": (
        lambda: (small(), 255 * images()),
        r"images goes from .* must be in \[0, 1\].*choose another likelihood",
    ),
    "standardised": (
        lambda: (VAE.mlp((16, 2), SHAPE), images() - 0.5, objectives.negative_elbo()),
        r"images goes from -0.* to .*as Bernoulli\(\) asks",
    ),
    "bits in bytes": (
        lambda: (small(), images().round().byte()),
        r"images is torch.uint8 with values up to 1; .* use .float\(\) / 1,",
    ),
    "bytes for a model of doubles": (
        lambda: (small().double(), (255 * images()).byte()),
        r"images is torch.float32; it must be torch.float64",
    ),
    "doubles": (lambda: (small(), images().double()), r"images is torch.float64"),
    "NumPy": (
        lambda: (small(), images().numpy()),
        "images is a NumPy array of float32",
    ),
    "a list": (lambda: (small(), [images()]), "images is a list of 1"),
    "an image set": (
        lambda: (small(), data.ImageSet(images(), torch.zeros(20).long())),
        "images is an ImageSet; it must be a torch.Tensor",
    ),
    "labels in the tuple": (
        lambda: (small(), (images(), torch.zeros(20).long())),
        r"images is a tuple of 2 tensors, .* hand over the images, images\[0\]",
    ),
    "no brackets": (
        lambda: (small(), images(), objectives.reconstruction),
        r"objective is the function reconstruction itself.*reconstruction\(",
    ),
    "no brackets around one's own": (
        lambda: (small(), images(), lambda model, x: reconstruct),
        "objective returned a function; .* brackets missing",
    ),
    "a loss": (
        lambda: (small(), images(), nn.MSELoss()),
        r"objective is MSELoss\(\), a loss.*reconstruction\(MSELoss\(\)\)",
    ),
    "a network": (
        lambda: (small(), images(), nn.Flatten()),
        "a batch of images, .* does not go through",
    ),
    "a class": (lambda: (small(), images(), nn.MSELoss), "objective is the class MSE"),
    "text": (
        lambda: (small(), images(), "mse"),
        "objective is 'mse'; it must be a func",
    ),
    "no model": (lambda: (Autoencoder, images()), "model is the class Autoencoder"),
    "no settings": (
        lambda: (small(), images(), None, 5),
        "config is 5; it must be a Tr",
    ),
    "nan": (
        lambda: (small(), nan_in(images(), 3, 7)),
        r"images holds nan or infinity in 2 of 20 rows, the first ones \[3, 7\]",
    ),
    "a last batch of one": (
        lambda: (nn.Sequential(nn.BatchNorm2d(1)), images(17)),
        r"last batch of one image of 17.*drop_last=True",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_does_not_fit_is_named_and_nothing_changes(what, tmp_path):
    make, message = BAD[what]
    model, x, objective, config, *_ = (*make(), None, CONFIG, None)[:4]
    if isinstance(model, nn.Module):
        before = {name: v.clone() for name, v in model.state_dict().items()}
        model.eval()
    states = random.getstate(), torch.get_rng_state(), np.random.get_state()[2]
    path = tmp_path / "run.pt"
    with pytest.raises((TypeError, ValueError), match=f"(?s){message}"):
        quiet_fit(model, x, objective, config or CONFIG, checkpoint=path)
    assert not path.exists()
    assert random.getstate() == states[0]
    assert torch.equal(torch.get_rng_state(), states[1])
    assert np.random.get_state()[2] == states[2]
    if isinstance(model, nn.Module):
        assert not model.training
        after = model.state_dict()
        assert all(torch.equal(after[name], before[name]) for name in before)


VALIDATION = {
    "another shape": (images(5, 1, 5, 5), r"a batch of validation, of shape \(5, 1, 5"),
    "nan": (nan_in(images(5), 1), r"validation holds nan or infinity in 1 of 5 rows"),
    "another range": (images(5) * 255, "validation goes from"),
    "NumPy": (images(5).numpy(), "validation is a NumPy array"),
    "a tuple": ((images(5), images(5)), "validation is a tuple of 2 tensors"),
}


@pytest.mark.parametrize("what", VALIDATION)
def test_validation_is_tried_before_the_first_step(what):
    bad, message = VALIDATION[what]
    model = small()
    before = model.encoder[1].weight.clone()
    with pytest.raises((TypeError, ValueError), match=message):
        quiet_fit(model, images(), validation=bad)
    assert torch.equal(model.encoder[1].weight, before)


def test_an_objective_that_fails_in_evaluation_fails_before_the_first_step():
    model = small()
    before = model.encoder[1].weight.clone()

    def objective(model, x):
        x = x.clone().requires_grad_()
        error = (model(x) - x).square().mean()
        (slope,) = torch.autograd.grad(error, x, create_graph=True)
        return {"loss": error + slope.square().sum()}

    with pytest.raises(ValueError, match=r"a batch of validation, .* does not require"):
        quiet_fit(model, images(), objective, validation=images(5))
    assert torch.equal(model.encoder[1].weight, before)
    assert len(quiet_fit(model, images(), objective)) == 1


def test_a_trial_leaves_a_run_as_it_would_be_without():
    def run(**options):
        torch.manual_seed(3)
        generator, model = torch.Generator().manual_seed(1), small()
        spoil = corruptions.gaussian_noise(0.2, generator=generator)
        model.encoder.append(nn.Dropout(0.3))
        model.encoder.append(nn.BatchNorm1d(3))
        quiet_fit(model, x, objectives.denoising(spoil), generator=generator, **options)
        return torch.cat([v.flatten().float() for v in model.state_dict().values()])

    x = images(40)
    config = TrainConfig(1, 16)
    assert torch.equal(run(config=config), run(config=config, validation=x))


def test_what_a_call_of_an_objective_moves_is_set_back():
    own, numpy_own = torch.Generator().manual_seed(5), torch.Generator()
    held = {"noise": corruptions.gaussian_noise(0.1, generator=own), "other": numpy_own}
    model = nn.BatchNorm1d(2)

    def objective(model, x):
        torch.rand(1), random.random(), np.random.rand()
        return {"loss": held["noise"](model(x)).sum()}

    def states():
        found = own.get_state(), torch.get_rng_state(), model.running_mean.clone()
        return found, random.getstate(), np.random.get_state()[1].tolist()

    before, was = Before(model, generators_of(objective)), states()
    objective(model, torch.rand(4, 2))
    assert not torch.equal(states()[0][0], was[0][0])
    before.restore()
    now = states()
    assert all(map(torch.equal, now[0], was[0]))
    assert now[1:] == was[1:]
    assert {id(each) for each in generators_of(objective)} == {id(own), id(numpy_own)}


def test_dropping_the_last_batch_of_one_trains():
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.BatchNorm1d(4))
    model.extend([nn.Linear(4, 16), nn.Unflatten(1, SHAPE)])
    history = quiet_fit(model, images(17), config=TrainConfig(2, 16, drop_last=True))
    assert len(history) == 2


def test_data_of_any_range_trains_with_the_likelihood_that_takes_it():
    x = 3 * torch.randn(64, *SHAPE)
    for chosen in (
        likelihood.Normal(),
        likelihood.Laplace(),
        likelihood.SquaredError(),
    ):
        history = quiet_fit(small(chosen), x, config=TrainConfig(20, 16, 1e-2))
        assert history.curve()[-1] < history.curve()[0]
    with pytest.raises(ValueError, match=r"as SquaredError\(-1, 1\) asks"):
        quiet_fit(small(likelihood.SquaredError(-1, 1)), x)


def code_size(model, x):
    return regularisers.l1_penalty(model.encode(x))


def test_a_penalty_that_is_no_value_per_image_is_named():
    wrong = objectives.penalised(lambda model, x: model.encode(x), 0.1)
    with pytest.raises(ValueError, match=r"penalty returned \(16, 3\) for 16 images"):
        quiet_fit(small(), images(), wrong)
    assert len(quiet_fit(small(), images(), objectives.penalised(code_size, 0.1)))
