"""A drawing of the reader's: its code, its reconstruction, what PCA makes of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page
from torch import Tensor, nn

from aelesson import data, linear, models, objectives, runtime
from aelesson.data import ImageSet, Splits
from aelesson.training import TrainConfig, fit, one_cycle
from tools.explore import drawings
from tools.explore.weights import read_networks, write_networks

LATENT_DIM, NEIGHBOURS = 32, 8
COUNT = 200  # drawings of each kind
EPOCHS = 120  # the validation error stops falling before the end
EXAMPLES = {  # for who does not draw: the kind, and the seed of the drawing
    "half a digit": ("half digits", 0),
    "two digits": ("two digits", 2),
    "letter A": ("letters", 0),
    "letter K": ("letters", 4),
    "a scribble": ("scribbles", 2),
}


def make(static: Path, source: Path) -> None:
    """Train 784-128-32 and back, fit PCA, and measure both on digits and on others.

    The network ends with the weights of the epoch whose validation error was least,
    about the 110th of 120. The figures are those of the rounded weights. On which kinds
    of drawings the network or PCA is nearer was the same with five seeds, with layers
    half and twice as wide, and with four times the epochs.
    """
    digits = data.load(data.SAMPLE)
    path = static / "draw.safetensors"
    write_networks(path, trained(digits) | pca(digits.train.images), {})
    found = figures(read_networks(path), digits)
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()]
    text = ",\n".join(lines)
    (source / "draw.json").write_text(f"{{\n{text}\n}}\n", "utf-8")


def trained(digits: Splits[ImageSet]) -> dict[str, nn.Sequential]:
    """Return the two halves of the autoencoder of lesson 03, trained to its best."""
    runtime.start(0)
    model = models.Autoencoder.mlp((784, 128, LATENT_DIM))
    settings = TrainConfig(EPOCHS, 128, 8e-3, one_cycle, restore_best=True)
    objective = objectives.reconstruction()
    validation = digits.validation.images
    fit(model, digits.train.images, objective, settings, validation=validation)
    assert isinstance(model.encoder, nn.Sequential)
    assert isinstance(model.decoder, nn.Sequential)
    return {"encoder": model.encoder, "decoder": model.decoder}


@torch.no_grad()
def pca(x: Tensor) -> dict[str, nn.Sequential]:
    r"""Return PCA as two layers: $z = W x - W \mu$, and $\hat{x} = W^\top z + \mu$."""
    mean, components = linear.fit_pca(x, LATENT_DIM)
    encoder, decoder = nn.Linear(784, LATENT_DIM), nn.Linear(LATENT_DIM, 784)
    for layer, weight, bias in (
        (encoder, components, -components @ mean),
        (decoder, components.T, mean),
    ):
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return {
        "pca_encoder": nn.Sequential(encoder),
        "pca_decoder": nn.Sequential(decoder),
    }


# ---- what the page states -----------------------------------------------------------


@torch.no_grad()
def figures(
    networks: Mapping[str, nn.Sequential], digits: Splits[ImageSet]
) -> dict[str, object]:
    """Return what the page states, and what lesson 03 reads from it."""
    z = networks["encoder"](digits.train.images.flatten(1))
    normal = errors(networks, digits.validation.images)
    percents = torch.linspace(0, 1, 101)
    return {
        "parts": [len(digits.train), len(digits.validation), len(digits.test)],
        "limit": _rounded(z.abs().quantile(0.9999), 0),
        "usual": _rounded(z.quantile(torch.tensor([0.01, 0.99]), 0).T, 2),
        "errors": {k: _rounded(e.quantile(percents), 6) for k, e in normal.items()},
        "kinds": {
            "validation digits": compared(normal, normal),
            **{
                kind: compared(errors(networks, x), normal)
                for kind, x in sheets().items()
            },
        },
        "sameLabel": same_label(networks, digits),
        "examples": {name: _strokes(*each) for name, each in EXAMPLES.items()},
    }


def sheets() -> dict[str, Tensor]:
    """Return the drawings that are measured, `(COUNT, 1, 28, 28)` of each kind."""
    return {
        kind: torch.from_numpy(drawings.sheet(kind, COUNT, seed))
        for seed, kind in enumerate(drawings.KINDS)
    }


@torch.no_grad()
def errors(networks: Mapping[str, nn.Sequential], x: Tensor) -> dict[str, Tensor]:
    """Return the MSE per pixel of each image, the network's and clipped PCA's."""
    flat = x.flatten(1)
    x_hat = {
        "network": networks["decoder"](networks["encoder"](flat)),
        "pca": networks["pca_decoder"](networks["pca_encoder"](flat)).clip(0, 1),
    }
    return {name: (each - flat).square().mean(1) for name, each in x_hat.items()}


def compared(
    of: Mapping[str, Tensor], normal: Mapping[str, Tensor]
) -> dict[str, float]:
    """Return mean errors, how often the network is nearer, and shares of anomalies.

    An anomaly has an error above the 99th percentile of the validation digits.
    """
    alarms = {k: (e > normal[k].quantile(0.99)).float().mean() for k, e in of.items()}
    return {
        "network": _rounded(of["network"].mean(), 4),
        "pca": _rounded(of["pca"].mean(), 4),
        "nearer": _rounded((of["network"] < of["pca"]).float().mean(), 3),
        "networkAlarms": _rounded(alarms["network"], 3),
        "pcaAlarms": _rounded(alarms["pca"], 3),
    }


def same_label(
    networks: Mapping[str, nn.Sequential], digits: Splits[ImageSet]
) -> dict[str, float]:
    """Return the share of a test digit's nearest training images with its label."""
    maps = {"pixels": nn.Identity(), "code": networks["encoder"]}
    shares = {}
    for name, network in maps.items():
        there, here = (
            network(part.images.flatten(1)) for part in (digits.train, digits.test)
        )
        nearest = torch.cdist(here, there).topk(NEIGHBOURS, largest=False).indices
        same = digits.train.labels[nearest] == digits.test.labels[:, None]
        shares[name] = _rounded(same.float().mean(), 3)
    return shares


def _strokes(kind: str, seed: int) -> list[list[list[int]]]:
    random = np.random.default_rng(seed)
    drawing = drawings.KINDS[kind](seed, random)
    return [[[round(x), round(y)] for x, y in p.tolist()] for p in drawing]


def _rounded(values: Tensor, digits: int) -> Any:  # noqa: ANN401
    """Return a number, or lists of numbers, to some decimals."""
    return np.round(values.double().numpy(), digits).tolist()


def pose(page: Page) -> None:
    """Take two digits side by side, which are nothing that the network has learnt."""
    found = page.get_by_text("in code space:").filter(has_text="show a")
    found.wait_for()
    page.get_by_label("Or take").select_option("two digits")
    page.get_by_text("counts as an anomaly").wait_for()
