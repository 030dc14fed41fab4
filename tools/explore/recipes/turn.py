"""Codes of three numbers, four ways, and decoders that make images of them.

- `pca`: principal components;
- `ae`: 784-128-64-3 with a linear code, 100 epochs in one cycle; its validation error
  is no lower than after 50;
- `vae`: the same sizes and epochs, Bernoulli, pixels drawn anew in every batch; its
  mean codes;
- `random`: a linear map drawn at random, and the best linear map back: the control.
"""

import json
from pathlib import Path

import torch
from playwright.sync_api import Page
from torch import Tensor, nn

from aelesson import data, linear, metrics, models, objectives, runtime
from aelesson.data import ImageSet
from aelesson.training import TrainConfig, fit, one_cycle
from tools.explore.png import grey_png
from tools.explore.weights import read_networks, write_networks

SIZES = (784, 128, 64, 3)
STEPS = 32_767  # from 0 to the largest number of a code: 16 bits
CHOSEN = 8  # the digit that is chosen at first
PIXELS = 784
CYCLE = TrainConfig(100, 64, 5e-3, one_cycle)


def make(static: Path, source: Path) -> None:
    """Write the validation digits, their codes, the decoders and the errors."""
    digits = data.load(data.SAMPLE)
    train, shown = digits.train.images, digits.validation
    ways = {
        "pca": pca(train, shown.images),
        "ae": trained(autoencoder(train), shown.images),
        "vae": trained(vae(train), shown.images),
        "random": random_map(train, shown.images),
    }
    file = static / "turn.safetensors"
    others: dict[str, Tensor] = {}
    for name, (codes, _) in ways.items():
        step = codes.abs().max() / STEPS
        others[f"{name}.step"] = step.reshape(1)
        others[f"{name}.codes"] = (codes / step).round().to(torch.int16)
    decoders = {name: decoder for name, (_, decoder) in ways.items()}
    ends = {"ae": "sigmoid", "vae": "sigmoid"}
    write_networks(file, decoders, ends, others)
    (static / "turn.png").write_bytes(sheet(shown))
    text = json.dumps(figures(file, others, train, shown.images), indent=2)
    (source / "turn.json").write_text(text + "\n", "utf-8")


def pca(train: Tensor, x: Tensor) -> tuple[Tensor, nn.Sequential]:
    """Return the codes of images by three components, and the way back."""
    mean, components = linear.fit_pca(train, 3)
    return linear.pca_codes(x, mean, components), affine(components.T, mean)


def random_map(train: Tensor, x: Tensor) -> tuple[Tensor, nn.Sequential]:
    """Return codes by a random linear map, and the best affine map back."""
    generator = torch.Generator().manual_seed(0)
    towards = torch.randn(PIXELS, 3, generator=generator) / PIXELS**0.5
    flat, mean = train.flatten(1).double(), train.flatten(1).double().mean(0)
    centred = (flat - mean) @ towards.double()
    back = torch.linalg.lstsq(centred, flat - mean).solution  # (3, P)
    codes = (x.flatten(1).double() - mean) @ towards.double()
    return codes.float(), affine(back.T.float(), mean.float())


def affine(weight: Tensor, bias: Tensor) -> nn.Sequential:
    """Return a network of one linear layer."""
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.load_state_dict({"weight": weight, "bias": bias})
    return nn.Sequential(layer)


def autoencoder(train: Tensor) -> models.Autoencoder:
    """Return an autoencoder with a linear code, trained."""
    runtime.start(0)
    model = models.Autoencoder.mlp(SIZES)
    fit(model, train, objectives.reconstruction(), CYCLE, progress=False)
    return model


def vae(train: Tensor) -> models.VAE:
    """Return a VAE of the same sizes, trained."""
    runtime.start(0)
    model = models.VAE.mlp(SIZES)
    bound = objectives.negative_elbo()

    def drawn(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return bound(model, torch.bernoulli(x))

    fit(model, train, drawn, CYCLE, progress=False)
    return model


def trained(model: models.Autoencoder, x: Tensor) -> tuple[Tensor, nn.Sequential]:
    """Return the codes of images, and the decoder."""
    assert isinstance(model.decoder, nn.Sequential)
    return metrics.apply(model, model.encode, x), model.decoder


def sheet(shown: ImageSet) -> bytes:
    """Return images as rows of a picture, the label behind the pixels."""
    images = (shown.images.flatten(1) * 255).round().byte()
    return grey_png(torch.cat([images, shown.labels[:, None].byte()], 1).numpy())


def figures(
    file: Path, others: dict[str, Tensor], train: Tensor, x: Tensor
) -> dict[str, object]:
    """Return the errors of what the file holds, clipped to [0, 1], MSE per pixel."""
    decoders, flat = read_networks(file), x.flatten(1)
    errors = {}
    for name, decoder in decoders.items():
        codes = others[f"{name}.codes"] * others[f"{name}.step"]
        x_hat = metrics.apply(decoder, decoder, codes).clip(0, 1)
        errors[name] = round((x_hat - flat).square().mean().item(), 6)
    mean_image = (train.mean(0) - x).square().mean().item()
    return {"first": CHOSEN, "meanImage": round(mean_image, 6), "mse": errors}


def pose(page: Page) -> None:
    """Show the autoencoder's codes from the best view of all digits."""
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("radio", name="Autoencoder").check()
    page.get_by_role("button", name="Best view").click()
    page.get_by_role("status").filter(has_text="the best of").wait_for()
