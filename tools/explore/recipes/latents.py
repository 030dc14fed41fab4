"""A sparse autoencoder on a classifier's activations, and two frozen decoders."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from playwright.sync_api import Page
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import data, interpret, metrics, objectives, regularisers, runtime
from aelesson.data import ImageSet, Splits
from aelesson.training import TrainConfig, fit, one_cycle
from tools.explore.weights import read_networks, write_networks

SEED = 0
HIDDEN, LATENTS, K, TOP = 128, 256, 8, 20
LIVING = 0.02  # of the training images, at least
PARTS = ("encoder", "decoder")
CODES = ("sae", "random", "images")
FILES = ("latents.safetensors", "latents_controls.safetensors")
CLASSIFIER = TrainConfig(7, 64, 2e-3, one_cycle)
SPARSE = TrainConfig(15, 128, 1e-2, one_cycle)


@dataclass(frozen=True)
class Code:
    """What a sparse code makes of images.

    Attributes:
        known: Codes of the training images, `(N, 256)`.
        new: Those of the test images.
        directions: What each latent adds, `(256, 128)`.
    """

    known: Tensor
    new: Tensor
    directions: Tensor


def make(static: Path, source: Path) -> None:
    """Train as lesson 12 does, with its first seed and for its epochs."""
    digits = data.load(data.SAMPLE)
    write_codes(static, digits.train, SEED)
    text = json.dumps(figures(static, digits), indent=2)
    (source / "latents.json").write_text(text + "\n", "utf-8")


def pose(page: Page) -> None:
    """Wait for the first pair, which has no names yet."""
    page.get_by_role("button", name="A is the SAE’s").wait_for(timeout=600_000)


def write_codes(static: Path, train: ImageSet, seed: int) -> None:
    """Train a classifier and three codes of its hidden layer; write both files."""
    hidden, last = classifier(train, seed)
    known = metrics.apply(hidden, hidden, train.images)
    centre = known.mean(0)
    ours = {"hidden": hidden, "head": nn.Sequential(last)}
    controls: dict[str, nn.Sequential] = {}
    for name, decoder in decoders(known, centre, seed).items():
        model = interpret.sparse_autoencoder(decoder, top_k())
        fit(model, known - centre, objectives.reconstruction(), SPARSE, progress=False)
        file = ours if name == "sae" else controls
        file |= centred(name, model.encoder, decoder, centre)
    for name, networks in zip(FILES, (ours, controls), strict=True):
        write_networks(static / name, networks, {})


def top_k() -> nn.Sequential:
    """Return what ends the encoder: of the positive values the 8 largest stay."""
    return nn.Sequential(nn.ReLU(), regularisers.TopK(K))


def classifier(train: ImageSet, seed: int) -> tuple[nn.Sequential, nn.Linear]:
    """Return the hidden layer of a classifier, and what follows it."""
    runtime.seed_everything(seed)
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU())
    last = nn.Linear(HIDDEN, 10)
    net, objective = nn.Sequential(hidden, last), objectives.classification
    fit(net, (train.images, train.labels), objective, CLASSIFIER, progress=False)
    return hidden, last


def decoders(
    known: Tensor, centre: Tensor, seed: int
) -> dict[str, interpret.UnitDecoder]:
    """Return a decoder that is trained, and two that stay as they are."""
    runtime.seed_everything(seed)
    trained = interpret.UnitDecoder(LATENTS, HIDDEN)
    blind, images = (
        interpret.random_decoder(
            LATENTS, HIDDEN, torch.Generator().manual_seed(seed + 1)
        )
        for _ in range(2)
    )
    images.weight.data.copy_(F.normalize(known[:LATENTS] - centre, dim=1).T)
    return dict(zip(CODES, (trained, blind, images), strict=True))


@torch.no_grad()
def centred(
    name: str, first: nn.Module, last: interpret.UnitDecoder, centre: Tensor
) -> dict[str, nn.Sequential]:
    """Return encoder and decoder for activations as they are, not minus their mean."""
    encoder, decoder = nn.Linear(HIDDEN, LATENTS), nn.Linear(LATENTS, HIDDEN)
    weight, bias = (first.get_parameter(f"0.{part}") for part in ("weight", "bias"))
    encoder.weight.copy_(weight)
    encoder.bias.copy_(bias - weight @ centre)
    decoder.weight.copy_(last.directions.T)
    decoder.bias.copy_(last.bias + centre)
    return {
        f"{name}.encoder": nn.Sequential(encoder, nn.ReLU()),
        f"{name}.decoder": nn.Sequential(decoder),
    }


@torch.no_grad()
def codes(static: Path, digits: Splits[ImageSet]) -> dict[str, Code]:
    """Return what the stored codes make of the digits, by name."""
    networks = read_networks(static / FILES[0]) | read_networks(static / FILES[1])
    known, new = (
        networks["hidden"](part.images.flatten(1))
        for part in (digits.train, digits.test)
    )
    few = regularisers.TopK(K)

    def code(name: str) -> Code:
        encoder, decoder = (networks[f"{name}.{part}"] for part in PARTS)
        directions = decoder.get_parameter("0.weight").T
        of_known, of_new = (few(encoder(x)) for x in (known, new))
        return Code(of_known, of_new, F.normalize(directions, dim=1))

    return {name: code(name) for name in CODES}


def figures(static: Path, digits: Splits[ImageSet]) -> dict[str, object]:
    """Return what the page is told of latents, by the training images.

    First is the row of the first test image among all digits. For each code there is a
    character per latent: the most frequent digit among the 20 training images where it
    is strongest, or "-" if it is active in fewer than 2 % of them.
    """
    labels = digits.train.labels
    told = {}
    for name, code in codes(static, digits).items():
        top = labels[code.known.topk(TOP, dim=0).indices].mode(0).values.tolist()
        living = ((code.known > 0).float().mean(0) >= LIVING).tolist()
        told[name] = "".join(
            str(digit) if lives else "-"
            for digit, lives in zip(top, living, strict=True)
        )
    return {
        "first": len(digits.train) + len(digits.validation),
        "k": K,
        "top": TOP,
        "usual": round(distance(static, digits), 3),
        "digits": told,
    }


@torch.no_grad()
def distance(static: Path, digits: Splits[ImageSet]) -> float:
    """Return how far activations lie from their mean, over the test images."""
    hidden = read_networks(static / FILES[0])["hidden"]
    known, new = (
        hidden(part.images.flatten(1)) for part in (digits.train, digits.test)
    )
    return float((new - known.mean(0)).norm(dim=1).mean())
