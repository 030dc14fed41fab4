"""The training loop of the page is that of lesson 01."""

import json

import pytest
import torch
from torch import nn

from aelesson import metrics, models
from aelesson.explore import STATIC
from aelesson.training import one_cycle
from tools.explore.__main__ import SOURCE

HIDDEN, LATENT_DIM, EPOCHS, BATCH, RATE = 19, 5, 3, 64, 0.02
SETTINGS = {
    **{"hidden": HIDDEN, "latentDim": LATENT_DIM, "code": "relu", "loss": "mse"},
    **{"rate": RATE, "schedule": "cycle", "epochs": EPOCHS, "seed": 2},
}
COUNTS = {"train": 330, "validation": 20, "shown": 3}  # the last batch is smaller


@pytest.fixture(scope="module")
def images():
    generator = torch.Generator().manual_seed(0)
    shapes = {part: (count, 1, 28, 28) for part, count in COUNTS.items()}
    drawn = {p: torch.rand(s, generator=generator) for p, s in shapes.items()}
    return {part: (3 * x - 2).clip(0, 1) for part, x in drawn.items()}


@pytest.fixture(scope="module")
def ours(node, images):
    flat = {part: x.flatten().tolist() for part, x in images.items()}
    return node("epochs.mjs", {"settings": SETTINGS, "images": flat})


def begun_as(parameters):
    model = models.Autoencoder.mlp((784, HIDDEN, LATENT_DIM))
    model.encoder.append(nn.ReLU())
    for parameter, values in zip(model.parameters(), parameters, strict=True):
        rows = torch.tensor(values).reshape(parameter.shape[::-1])
        parameter.data = (rows.T if rows.dim() == 2 else rows).contiguous()
    return model


def epochs_in_pytorch(model, images, orders):
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    batches = -(-COUNTS["train"] // BATCH)
    schedule = one_cycle(optimizer, EPOCHS * batches)
    for order in orders:
        total = 0.0
        for chosen in torch.tensor(order).split(BATCH):
            x = images["train"][chosen]
            loss = (model(x) - x).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(x)
        yield total / COUNTS["train"]


def test_every_epoch_measures_what_pytorch_measures(ours, images):
    model = begun_as(ours["parameters"])
    told = [each for each in ours["reports"] if "trainEpoch" in each]
    losses = epochs_in_pytorch(model, images, ours["orders"])
    for report, loss in zip(told, losses, strict=True):
        x = images["validation"]
        error = metrics.reconstruction_error(model, x).mean().item()
        dead = metrics.dead_units(metrics.apply(model, model.encode, images["train"]))
        assert report["trainEpoch"] == pytest.approx(loss, rel=1e-3)
        assert report["validation"] == pytest.approx(error, rel=1e-3)
        assert report["dead"] == dead
    assert told[-1]["dead"] > 0  # or dead units were not tried
    shown = metrics.apply(model, model, images["shown"]).mul(255).round().flatten()
    assert (shown - torch.tensor(told[-1]["shown"])).abs().max() <= 1


def test_reports_come_in_order(ours):
    epochs = [report["epoch"] for report in ours["reports"]]
    assert epochs == sorted(epochs)
    whole = [each["epoch"] for each in ours["reports"] if "validation" in each]
    assert whole == [0, 1, 2, 3]
    assert [sorted(order) for order in ours["orders"]] == [list(range(330))] * EPOCHS
    assert ours["orders"][0] != ours["orders"][1]


def test_a_loss_that_is_no_number_ends_the_run(node, images):
    flat = {part: x.flatten().tolist() for part, x in images.items()}
    settings = SETTINGS | {"rate": 1e30, "schedule": "constant"}
    reports = node("epochs.mjs", {"settings": settings, "images": flat})["reports"]
    assert reports[-1] == {"broken": True}


PROPOSED = {
    **{"hidden": 128, "latentDim": 32, "loss": "mse", "rate": 0.005},
    **{"schedule": "cycle", "epochs": 20},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "seed", "until", "ahead", "dead"),
    [("linear", 0, 12, 12, 0), ("relu", 0, 20, None, 12), ("relu", 3, 14, 14, 4)],
)
def test_what_lesson_01_says_of_the_page(node, code, seed, until, ahead, dead):
    baselines = json.loads((SOURCE / "baselines.json").read_text("utf-8"))
    case = {
        "path": str(STATIC / "digits.png"),
        "parts": baselines["parts"][:2],
        "settings": PROPOSED | {"code": code, "seed": seed},
        "until": until,
    }
    epochs = node("sweep.mjs", case)
    pca = baselines["pca"]["32"]
    first = (each["epoch"] for each in epochs if each["validation"] < pca)
    assert next(first, None) == ahead
    assert epochs[-1]["dead"] == dead
