"""Autoencoders with a fault each: VAEs of eight betas, dead units, learnt by heart.

All are trained on the sample's 3,500 training digits, but for one that gets 100: the
VAEs and that one with one cycle, for 40 and 1,000 epochs; two others, with a linear
code and with a ReLU on it, for 40 epochs at a constant rate of 0.01, where units die.
What the page states is measured with the weights of 8 bits.
"""

import json
from pathlib import Path

import torch
from playwright.sync_api import Page
from torch import Tensor, nn

from aelesson import data, latent, linear, losses, metrics, models, objectives, runtime
from aelesson.training import TrainConfig, fit, one_cycle
from tools.explore.png import grey_png
from tools.explore.sheets import first_of_each_class
from tools.explore.weights import read_networks, write_networks

BETAS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
VAE_SIZES, CODE_SIZES, HEART_SIZES = (784, 64, 10), (784, 64, 32), (784, 128, 32)
FEW = 100  # images to learn by heart
CYCLE = TrainConfig(40, 64, 5e-3, one_cycle)
HIGH_RATE = TrainConfig(40, 64, 1e-2)
LONG = TrainConfig(1000, 50, 2e-3, one_cycle)
DECIMALS = 5


def make(static: Path, source: Path) -> None:
    """Write ten files of networks, the digits that are shown, and what was measured."""
    digits = data.load(data.SAMPLE)
    train, x = digits.train.images, digits.validation.images
    for name, networks in trained(train).items():
        ends = {key: "sigmoid" for key in networks if key.endswith("decoder")}
        write_networks(static / f"break_it_{name}.safetensors", networks, ends)
    parts = (digits.validation, digits.train)
    rows = torch.cat([part.images[first_of_each_class(part)] for part in parts])
    pixels = (rows.flatten(1) * 255).round().byte().numpy()
    (static / "break_it.png").write_bytes(grey_png(pixels))
    text = json.dumps(figures(static, train, x), indent=2)
    (source / "break_it.json").write_text(text + "\n", "utf-8")


def pose(page: Page) -> None:
    """Go to the largest beta, and guess that it is 1."""
    page.get_by_role("slider").press("End")
    page.get_by_role("button", name="Here beta is 1").click()
    page.get_by_role("status").filter(has_text="collapsed").wait_for()


def trained(train: Tensor) -> dict[str, dict[str, nn.Sequential]]:
    """Train all networks; return them by file and by name."""
    files = {}
    for n, beta in enumerate(BETAS):
        objective = objectives.negative_elbo(beta)
        files[str(n)] = _fit(models.VAE, VAE_SIZES, train, CYCLE, objective)
    linear_code = _fit(models.Autoencoder, CODE_SIZES, train, HIGH_RATE)
    relu = _fit(models.Autoencoder, CODE_SIZES, train, HIGH_RATE, code=nn.ReLU())
    files["codes"] = linear_code | {f"relu_{key}": relu[key] for key in relu}
    files["heart"] = _fit(models.Autoencoder, HEART_SIZES, train[:FEW], LONG)
    return files


def figures(static: Path, train: Tensor, x: Tensor) -> dict[str, object]:
    """Return what the page states; errors are MSE per pixel, bounds are in nats."""
    files = {
        name: read_networks(static / f"break_it_{name}.safetensors")
        for name in (*map(str, range(len(BETAS))), "codes", "heart")
    }
    plain, heart = files["codes"], files["heart"]
    relu = {key: plain[f"relu_{key}"] for key in ("encoder", "decoder")}
    x_hat = answer(plain, x)
    return {
        "beta": [
            {"beta": beta, **bound(files[str(n)], x)} for n, beta in enumerate(BETAS)
        ],
        "codes": {
            "units": CODE_SIZES[-1],
            "linear": {"error": error(x_hat, x), "dead": dead(plain, x)},
            "relu": {"error": error(answer(relu, x), x), "dead": dead(relu, x)},
        },
        "trained": [
            {"images": len(images), **gap(networks, images, x)}
            for networks, images in ((heart, train[:FEW]), (plain, train))
        ],
        "sigmoid": [
            {
                "error": error(each, x),
                "least": rounded(each.min()),
                "largest": rounded(each.max()),
            }
            for each in (x_hat, x_hat.sigmoid())
        ],
    }


def answer(networks: dict[str, nn.Sequential], x: Tensor) -> Tensor:
    """Return reconstructions, `(B, 784)`."""
    with torch.no_grad():
        x_hat: Tensor = networks["decoder"](networks["encoder"](x.flatten(1)))
    return x_hat


def bound(networks: dict[str, nn.Sequential], x: Tensor) -> dict[str, object]:
    """Return the parts of -ELBO, one `z` an image, and how active and wide codes are.

    `codeSpread` is the root mean square of a code's numbers, 1 under the prior.
    """
    with torch.no_grad():
        mean, logvar = networks["encoder"](x.flatten(1)).chunk(2, dim=1)
        z = latent.reparameterize(mean, logvar, torch.Generator().manual_seed(0))
        nll = losses.bernoulli_nll(networks["decoder"][:-1](z), x.flatten(1))
    return {
        "reconstruction": rounded(nll.mean()),
        "kl": [rounded(each) for each in losses.kl_per_unit(mean, logvar).mean(0)],
        "active": metrics.active_units(mean),
        "codeSpread": rounded((mean.square() + logvar.exp()).mean().sqrt()),
    }


def gap(
    networks: dict[str, nn.Sequential], train: Tensor, x: Tensor
) -> dict[str, float]:
    """Return errors on training and on other images, PCA's of the same size beside."""
    mean, components = linear.fit_pca(train, CODE_SIZES[-1])
    measured = {}
    for name, images in {"train": train, "validation": x}.items():
        pca = linear.pca_reconstruct(images, mean, components).clip(0, 1)
        measured[name] = error(answer(networks, images), images)
        measured[f"{name}Pca"] = error(pca, images)
    return measured


def dead(networks: dict[str, nn.Sequential], x: Tensor) -> int:
    """Count the code units that are 0 for every image."""
    with torch.no_grad():
        return metrics.dead_units(networks["encoder"](x.flatten(1)))


def error(x_hat: Tensor, x: Tensor) -> float:
    """Return the mean squared error per pixel."""
    return rounded((x_hat.flatten(1) - x.flatten(1)).square().mean())


def rounded(value: Tensor) -> float:
    """Return a number as the page has it."""
    return round(value.item(), DECIMALS)


def _fit(
    kind: type[models.Autoencoder],
    sizes: tuple[int, ...],
    images: Tensor,
    config: TrainConfig,
    objective: objectives.Objective | None = None,
    code: nn.Module | None = None,
) -> dict[str, nn.Sequential]:
    runtime.seed_everything(0)
    model = kind.mlp(sizes)
    encoder, decoder = model.encoder, model.decoder
    assert isinstance(encoder, nn.Sequential)
    assert isinstance(decoder, nn.Sequential)
    if code is not None:
        encoder.append(code)
    fit(model, images, objective or objectives.reconstruction(), config, progress=False)
    return {"encoder": encoder, "decoder": decoder}
