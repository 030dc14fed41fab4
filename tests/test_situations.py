"""Situations that people reported with their own data: the right value comes out.

Those that are refused, and in which words, stand in `test_situations_refused`.
"""

import re
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from situations import DIGITS, LABELS, digits_model, train
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from aelesson import (
    VAE,
    Autoencoder,
    TrainConfig,
    anomaly,
    compression,
    data,
    likelihood,
    metrics,
    objectives,
    plots,
    reconstruction,
    reconstruction_error,
)
from aelesson.data import sequences
from aelesson.recurrent import RecurrentAutoencoder, teacher_forcing


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def stopped(model, x, path):
    """Begin a run and stop it in its second epoch."""
    left, ask = [3], reconstruction()

    def objective(model, x):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return ask(model, x)

    train(model, x, objective, TrainConfig(2, 128), checkpoint=path)
    return lambda model, x: train(
        model, x, objective, TrainConfig(2, 128), checkpoint=path
    )


def table(generator):
    """Four columns that hang together, and rows in which they do not."""
    mix = torch.tensor([[2.0, 1, -1, 3], [0, 2, 1, -2]])
    rows = torch.randn(400, 2, generator=generator) @ mix
    alien = 2 * torch.randn(100, 4, generator=generator)
    return rows / rows.std(0), alien


@cache
def table_model():
    """Train a VAE on the rows; return it, the rows, and the alien ones."""
    torch.manual_seed(0)
    rows, alien = table(seeded())
    model = VAE.mlp((4, 32, 2), (4,), likelihood.Normal())
    train(model, rows, objectives.negative_elbo(), TrainConfig(30, 32, 5e-3))
    return model, rows, alien


RIGHT = {}


def right(name):
    """Add a situation in which the right value comes out."""

    def add(situation):
        RIGHT[name] = situation
        return situation

    return add


@right("a VAE of values with normal noise decodes what its loss saw")
def _(tmp_path):
    model, rows, _ = table_model()
    decoded = reconstruction_error(model, rows).mean()
    seen = F.mse_loss(model.decoder(model.encode(rows)), rows)
    assert decoded == pytest.approx(seen.item(), rel=1e-5)
    assert decoded < 0.1 * rows.var()


@right("anomalies of a table are found by a VAE, by either score")
def _(tmp_path):
    model, rows, alien = table_model()
    both = torch.cat([rows, alien])
    is_alien = torch.arange(len(both)) >= len(rows)
    for score in (anomaly.anomaly_scores, anomaly.nll_scores):
        assert anomaly.auroc(score(model, both), is_alien) > 0.9


@right("standardised data is learnt with a likelihood for it")
def _(tmp_path):
    x = (DIGITS - DIGITS.mean()) / DIGITS.std()
    model = digits_model(likelihood.SquaredError())
    train(model, x, config=TrainConfig(15, 32, 3e-3))
    assert model(x).min() < 0, "no sigmoid is in the way"
    assert reconstruction_error(model, x).mean() < 0.6


@right("pixels in [-1, 1] are learnt with a likelihood for them")
def _(tmp_path):
    x, errors = 2 * DIGITS - 1, []
    for images, chosen in ((x, likelihood.SquaredError(-1, 1)), (DIGITS, None)):
        model = digits_model(chosen)
        train(model, images, config=TrainConfig(15, 32, 3e-3))
        errors.append(reconstruction_error(model, images).mean().item())
    assert errors[0] == pytest.approx(4 * errors[1], rel=0.2)  # of twice the range


@right("a VAE with noise of a stated width uses its code")
def _(tmp_path):
    torch.manual_seed(0)
    model = VAE.mlp((784, 64, 4), likelihood=likelihood.Normal(0.3))
    train(model, DIGITS, objectives.negative_elbo(), TrainConfig(15, 32, 3e-3))
    assert metrics.active_units(metrics.apply(model, model.encode, DIGITS)) > 0


@right("nan as padding changes nothing")
def _(tmp_path):
    lengths, x = torch.tensor([3, 5, 4, 5]), torch.rand(4, 5, 2, generator=seeded())
    padding = ~sequences.lengths_to_mask(lengths, 5)[:, :, None]
    trained = []
    for filler in (0.0, torch.nan):
        torch.manual_seed(0)
        model = RecurrentAutoencoder(2, 6, 3)
        train(model, (x.masked_fill(padding, filler), lengths), teacher_forcing)
        trained.append(torch.cat([p.flatten() for p in model.parameters()]))
    assert torch.equal(*trained)


@right("images of odd sizes and in colour go through")
def _(tmp_path):
    for shape in ((1, 27, 27), (1, 218, 178), (3, 32, 32), (3, 31, 45)):
        model = Autoencoder.conv(4, (2, 4), shape)
        x = torch.rand(3, *shape, generator=seeded())
        assert len(train(model, x)) == 1
        assert model(x).shape == x.shape


@right("a folder of pictures comes in")
def _(tmp_path):
    for kind in ("cats", "dogs"):
        (tmp_path / kind).mkdir()
        for number in range(3):
            grey = np.full((9, 11), 60 * number, dtype=np.uint8)
            Image.fromarray(grey).save(tmp_path / kind / f"{number}.png")
    found = data.from_folder(tmp_path)
    assert found.images.shape == (6, 1, 9, 11)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]
    torch.testing.assert_close(found.images[:3, 0, 0, 0], torch.arange(3) * 60 / 255)
    model = Autoencoder.conv(4, (2,), found.images.shape[1:])
    assert len(train(model, found.images)) == 1


@right("colour is drawn in colour, and measured")
def _(tmp_path):
    red = torch.zeros(2, 3, 16, 16)
    red[:, 0] = 0.8
    for figure in (plots.image_rows({"red": red}), plots.image_sheet(red, "red")):
        drawn = figure.axes[0].images[0].get_array()
        assert drawn.shape[-1] == 3
        np.testing.assert_allclose(drawn[2, 2], [0.8, 0, 0], atol=1e-6)
        plt.close(figure)
    assert metrics.psnr(red * 0.5, red).tolist() == pytest.approx([12.73] * 2, abs=0.01)
    assert metrics.ssim(red, red).tolist() == pytest.approx([1, 1])
    back, _ = compression.jpeg_round_trip(red, 95)
    assert (back - red).abs().max() < 0.03


@right("a DataLoader trains, and a Dataset without labels")
def _(tmp_path):
    alone = data.ImageSet(DIGITS).images
    loader = DataLoader(alone, 64, shuffle=True)  # a tensor is a Dataset to PyTorch
    model = digits_model()
    history = train(model, loader, config=TrainConfig(3), validation=loader)
    assert history.curve("validation")[-1] < history.curve("validation")[0]


@right("images with labels train what asks for both")
def _(tmp_path):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    for given in ((DIGITS, LABELS), DataLoader(TensorDataset(DIGITS, LABELS), 64)):
        assert len(train(model, given, objectives.classification)) == 1


@right("a last batch of one is left out if that is asked for")
def _(tmp_path):
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 4), nn.BatchNorm1d(4))
    model.extend([nn.Linear(4, 784), nn.Unflatten(1, (1, 28, 28))])
    assert (
        len(train(model, DIGITS[:65], config=TrainConfig(2, 64, drop_last=True))) == 2
    )


@right("weights of a wrapped model go on in a plain one")
def _(tmp_path):
    resume = stopped(nn.DataParallel(digits_model()), DIGITS, tmp_path / "run.pt")
    plain, whole = digits_model(), digits_model()
    assert len(resume(plain, DIGITS)) == 2
    train(whole, DIGITS, config=TrainConfig(2, 128))
    pairs = zip(plain.parameters(), whole.parameters(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)


@right("bytes are scaled on the way in")
def _(tmp_path):
    stored = (255 * DIGITS).round().byte().squeeze(1).numpy()
    torch.testing.assert_close(data.from_arrays(stored).images, DIGITS)
    as_floats = data.from_arrays(stored[..., None].astype(np.float64)).images
    torch.testing.assert_close(as_floats, DIGITS)


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_value_comes_out(name, tmp_path):
    RIGHT[name](tmp_path)


def other_activation():
    model = digits_model()
    model.encoder[2] = nn.Tanh()
    return model


def other_seed():
    torch.manual_seed(1)
    return Autoencoder.mlp((784, 32, 8))


OTHER_RUNS = {
    "data": (lambda: (digits_model(), 1 - DIGITS), "values of images are others"),
    "size": (
        lambda: (digits_model(), DIGITS[:99]),
        "images was [256, 1, 28, 28] and is",
    ),
    "activation": (lambda: (other_activation(), DIGITS), "network is another"),
    "seed": (lambda: (other_seed(), DIGITS), "starting weights are others"),
}


@pytest.mark.parametrize("name", OTHER_RUNS)
def test_the_checkpoint_of_another_run_is_refused(name, tmp_path):
    resume = stopped(digits_model(), DIGITS, tmp_path / "run.pt")
    make, says = OTHER_RUNS[name]
    with pytest.raises(ValueError, match=f"another run: .*{re.escape(says)}"):
        resume(*make())


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (objectives.negative_elbo(4.0), "(beta=1.0, generator=None) and is negative"),
        (objectives.negative_iwae(2), "objective was negative_elbo"),
    ],
)
def test_the_checkpoint_of_another_objective_is_refused(other, says, tmp_path):
    def run(objective):
        torch.manual_seed(0)
        model = VAE.mlp((784, 8, 2))
        train(model, DIGITS, objective, checkpoint=tmp_path / "run.pt")

    run(objectives.negative_elbo())
    with pytest.raises(ValueError, match=f"another run: .*{re.escape(says)}"):
        run(other)
