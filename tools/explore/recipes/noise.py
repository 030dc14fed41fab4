"""Two denoisers and two linear maps, cleaning digits beside the median filter.

Fitted twice each, on Gaussian noise alone and on three noises, a third of every batch
each. Every image has a strength of its own, drawn evenly up to the largest that the
page offers. Network and linear map meet the same noises; neither meets the brush.

The network is a stack of 3 x 3 convolutions of 16 channels, trained with fresh noise
for 13 epochs per noise. On validation images it beat a network of dense layers, 784 -
160 - 784, that was trained for as many epochs. The best linear map is 784 x 784, too
large a file; what stands here is the best one of rank 80 (reduced-rank regression;
Izenman, 1975), fitted on three noisy copies of each training digit for each noise. Next
to it stand the means of the full map: on a clean image it is up to 1.3 dB better, under
strong noise up to 0.2 dB worse.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from playwright.sync_api import Page
from torch import Tensor, nn

from aelesson import data, filters, losses, metrics, objectives, runtime
from aelesson.data import ImageSet, Splits
from aelesson.training import TrainConfig, fit, one_cycle
from tools.explore.png import grey_png
from tools.explore.sheets import first_of_each_class
from tools.explore.weights import read_networks, write_networks

CHANNELS, HIDDEN = 16, 4
EPOCHS = 13  # for each noise
RANK, COPIES, RIDGE = 80, 3, 1e-4
BLOT = 2.0  # the radius of a blot, in pixels; its edge is one pixel soft
TENTHS = tuple(n / 10 for n in range(11))
STRENGTHS: dict[str, tuple[float, ...]] = {
    "gaussian": TENTHS,  # standard deviation
    "salt": TENTHS[:10],  # share of the pixels
    "masking": TENTHS[:10],
    "brush": tuple(range(11)),  # blots
}
TRAINED = {"gaussian": ("gaussian",), "all": ("gaussian", "salt", "masking")}

Cleaner = Callable[[Tensor], Tensor]


# ---- noise ------------------------------------------------------------------------


def gaussian(x: Tensor, strength: Tensor | float, g: torch.Generator) -> Tensor:
    """Add normal noise, and cut to [0, 1]."""
    return (x + strength * torch.randn(x.shape, generator=g)).clamp(0, 1)


def salt(x: Tensor, strength: Tensor | float, g: torch.Generator) -> Tensor:
    """Make a share of the pixels black or white."""
    hit = torch.rand(x.shape, generator=g) < strength
    return torch.where(hit, (torch.rand(x.shape, generator=g) < 0.5).to(x.dtype), x)


def masking(x: Tensor, strength: Tensor | float, g: torch.Generator) -> Tensor:
    """Make a share of the pixels black."""
    return torch.where(torch.rand(x.shape, generator=g) < strength, 0.0, x)


def brush(x: Tensor, strength: float, g: torch.Generator) -> Tensor:
    """Throw blots at each image, a black one and a white one in turn."""
    middles = torch.arange(28) + 0.5
    for n in range(int(strength)):
        column, row = 28 * torch.rand(2, len(x), 1, 1, 1, generator=g)
        away = (middles[:, None] - row).hypot(middles - column)
        x = x + (BLOT + 0.5 - away).clamp(0, 1) * (n % 2 - x)
    return x


NOISES: dict[str, Callable[[Tensor, float, torch.Generator], Tensor]] = {
    "gaussian": gaussian,
    "salt": salt,
    "masking": masking,
    "brush": brush,
}


def of_any_strength(names: tuple[str, ...], g: torch.Generator) -> Cleaner:
    """Return a corruption: parts of the batch, a noise each, a strength per image."""

    def corrupt(x: Tensor) -> Tensor:
        parts = zip(names, x.chunk(len(names)), strict=False)
        return torch.cat([_drawn(name, part, g) for name, part in parts])

    return corrupt


def _drawn(name: str, x: Tensor, g: torch.Generator) -> Tensor:
    strength = STRENGTHS[name][-1] * torch.rand(len(x), 1, 1, 1, generator=g)
    return {"gaussian": gaussian, "salt": salt, "masking": masking}[name](
        x, strength, g
    )


# ---- what cleans ------------------------------------------------------------------


def train_network(x: Tensor, corrupt: Cleaner, epochs: int) -> nn.Sequential:
    """Train the convolutional denoiser; it returns logits."""
    runtime.start(0)
    inner = [
        layer
        for n in range(HIDDEN)
        for layer in (_conv(CHANNELS if n else 1, CHANNELS), nn.ReLU())
    ]
    network = nn.Sequential(*inner, _conv(CHANNELS, 1))
    objective = objectives.denoising(corrupt, losses.bernoulli_nll)
    config = TrainConfig(epochs, 32, 1e-2, one_cycle)
    fit(network, x, objective, config, progress=False)
    return network


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def fit_linear(noisy: Tensor, clean: Tensor, rank: int) -> nn.Sequential:
    """Fit the linear map of a rank with the least squared error, as two layers.

    The best map of full rank, and behind it the projection on the directions in which
    its answers vary most.
    """
    x, y = noisy.flatten(1).double(), clean.flatten(1).double()
    centre, goal = x.mean(0), y.mean(0)
    x, y = x - centre, y - goal
    covariance = x.T @ x / len(x)
    ridge = RIDGE * torch.eye(len(covariance), dtype=x.dtype)
    weight = torch.linalg.solve(covariance + ridge, x.T @ y / len(x))
    _, directions = torch.linalg.eigh(weight.T @ covariance @ weight)
    kept = _signed(directions[:, -rank:])
    first, second = nn.Linear(784, rank), nn.Linear(rank, 784)
    narrow = weight @ kept  # (784, rank)
    with torch.no_grad():
        for layer, matrix, bias in (
            (first, narrow.T, -centre @ narrow),
            (second, kept, goal),
        ):
            layer.weight.copy_(matrix)
            layer.bias.copy_(bias)
    return nn.Sequential(first, second)


def _signed(directions: Tensor) -> Tensor:
    """Turn each column so that its largest entry is positive: the same everywhere."""
    largest = directions.abs().argmax(0, keepdim=True)
    return directions * directions.gather(0, largest).sign()


def pairs(
    x: Tensor, names: tuple[str, ...], g: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return noisy copies of images, as many of each noise, and the clean images."""
    noisy = [_drawn(name, x, g) for _ in range(COPIES) for name in names]
    return torch.cat(noisy), x.repeat(len(noisy), 1, 1, 1)


# ---- figures ----------------------------------------------------------------------


def cleaners(networks: Mapping[str, nn.Sequential]) -> dict[str, Cleaner]:
    """Return all that cleans, by name; answers are cut to [0, 1]."""
    methods: dict[str, Cleaner] = {"noisy": lambda x: x, "median": filters.median}
    for trained in TRAINED:
        network, linear = networks[f"{trained}_net"], networks[f"{trained}_linear"]
        methods[f"{trained}_net"] = _answers(network)
        methods[f"{trained}_linear"] = _answers(linear)
    return methods


def _answers(network: nn.Sequential) -> Cleaner:
    def clean(x: Tensor) -> Tensor:
        dense = isinstance(network[0], nn.Linear)
        x_hat = metrics.apply(network, network, x.flatten(1) if dense else x)
        return x_hat.clamp(0, 1).view_as(x)

    return clean


def _cut(linear: Cleaner) -> Cleaner:
    return lambda x: linear(x).clamp(0, 1)


def measure(
    methods: Mapping[str, Cleaner], x: Tensor, noise: str, n: int
) -> dict[str, list[float | None]]:
    """Return what each method makes of one noise at its `n`-th strength.

    PSNR in dB, pixels of false ink and of missing ink, each the mean over the images.
    The PSNR of images without any noise is infinite: None.
    """
    g = torch.Generator().manual_seed(1000 + 100 * list(NOISES).index(noise) + n)
    noisy = NOISES[noise](x, STRENGTHS[noise][n], g)
    return {name: _scores(clean(noisy), x) for name, clean in methods.items()}


def _scores(x_hat: Tensor, x: Tensor) -> list[float | None]:
    decibels = metrics.psnr(x_hat, x).mean().item()
    ink_hat, ink = x_hat > 0.5, x > 0.5
    pixels = [(ink_hat & ~ink).sum() / len(x), (ink & ~ink_hat).sum() / len(x)]
    known = decibels if np.isfinite(decibels) else None
    return [known and round(known, 3), *(round(each.item(), 2) for each in pixels)]


def make(static: Path, source: Path) -> None:
    """Train, fit, write, and measure with the 8-bit weights."""
    digits = data.load(data.SAMPLE)
    x = digits.train.images
    networks: dict[str, nn.Sequential] = {}
    full: dict[str, Cleaner] = {}
    for trained, names in TRAINED.items():
        g = torch.Generator().manual_seed(1)
        noisy, clean = pairs(x, names, g)
        full[f"{trained}_full"] = filters.best_linear_map(noisy, clean, RIDGE)
        networks[f"{trained}_linear"] = fit_linear(noisy, clean, RANK)
        corrupt = of_any_strength(names, g)
        networks[f"{trained}_net"] = train_network(x, corrupt, EPOCHS * len(names))
    path = static / "noise.safetensors"
    write_networks(path, networks, {f"{name}_net": "sigmoid" for name in TRAINED})
    (static / "noise.png").write_bytes(grey_png(shown(digits)))
    text = json.dumps(figures(path, full, digits.validation.images))
    (source / "noise.json").write_text(text + "\n", "utf-8")


def shown(digits: Splits[ImageSet]) -> np.ndarray:
    """Return the first test digit of each class, bytes `(10, 784)`."""
    images = digits.test.images[first_of_each_class(digits.test)]
    return (images.flatten(1) * 255).round().byte().numpy()


def figures(path: Path, full: Mapping[str, Cleaner], x: Tensor) -> dict[str, object]:
    """Return what the page states: the scores of each method, strength by strength.

    The networks are those of the file, rounded to 8 bits; the full linear maps are not.
    """
    methods = cleaners(read_networks(path)) | {
        name: _cut(linear) for name, linear in full.items()
    }
    scores = {
        noise: [measure(methods, x, noise, n) for n in range(len(strengths))]
        for noise, strengths in STRENGTHS.items()
    }
    sizes = {"images": len(x), "rank": RANK, "blot": BLOT}
    return sizes | {"strengths": STRENGTHS, "trained": TRAINED, "scores": scores}


def pose(page: Page) -> None:
    """Show lost pixels to what was trained on Gaussian noise alone."""
    page.get_by_role("combobox", name="Noise", exact=True).select_option("masking")
    page.get_by_label("trained on").select_option("gaussian")
    page.get_by_role("status").filter(has_text="Neither network").wait_for()
