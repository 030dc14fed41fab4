"""What a class is judged with, and no clone holds: drawn by a seed of its own.

A folder gets digits of MNIST's test set, none of them the course's, the seed that all
other draws of the judge come from, and what baselines reach on them. It is for the
judge's process alone, by `judge.use(folder)`: keep it from where students' code runs.
"""

import json
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from aelesson import checks, data, labels
from aelesson.checks import judge
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.scored import Scored
from aelesson.checks.engine.source import PICTURE, SCORES, SEED
from aelesson.data import files

UNFINISHED = "unfinished"

Chosen = Callable[[Scored], list[str]]
"""Names the references of a task that are to be measured."""


def draw_private(folder: str | Path, seed: int, mnist: str | Path | None) -> None:
    """Draw what a class is judged with, and measure the baselines on it.

    Where MNIST is not there, a warning says so; the images are then the course's, which
    every clone has, and all else that the judge draws comes from the seed.

    Args:
        folder: what is made; it may be there, but must not hold such a draw.
        seed: the class's secret, a whole number: draw it by `secrets.randbits(60)`.
        mnist: where the data sets are, as AELESSON_DATA_DIR says it.

    Raises:
        FileExistsError: The folder has been drawn before; scores would change.
        TypeError: The seed is no whole number.
    """
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise TypeError(f"seed: got {seed!r}, expected a whole number")
    folder = Path(folder)
    if (folder / SCORES).exists():
        raise FileExistsError(
            f"folder: {folder} holds what a class is judged with. Other images would "
            "change its scores: name another folder, or remove this one"
        )
    at = folder / UNFINISHED  # what a stop has left there is drawn anew
    at.mkdir(parents=True, exist_ok=True)
    (at / SEED).write_text(json.dumps({"seed": seed}) + "\n", "utf-8")
    _draw_picture(at / PICTURE, seed, mnist)
    (at / SCORES).write_text("{}\n", "utf-8")
    _measure(at, lambda task: [task.baseline])
    for name in (PICTURE, SEED, SCORES):
        (at / name).replace(folder / name)
    shutil.rmtree(at)


def measure_references(folder: str | Path) -> None:
    """Measure all references of all tasks on a class's images: they are trained.

    What is there is kept, so what was stopped goes on.
    """
    _measure(Path(folder), lambda task: list(task.references))


def page_of(images: Tensor, classes: Tensor, generator: torch.Generator) -> Image.Image:
    """Draw as many digits of each class, as `judge.png` has them.

    Args:
        images: Shape `(N, 1, 28, 28)`, in [0, 1].
        classes: What they show, `(N,)`.
        generator: What chooses.
    """
    chosen = labels.stratified_subset(classes, judge.PER_CLASS, generator)
    chosen = chosen[classes[chosen].argsort(stable=True)]
    tiles = images[chosen].reshape(-1, judge.PER_ROW, 28, 28)  # rows of digits
    page = (255 * tiles).round().byte().transpose(1, 2)
    return Image.fromarray(page.reshape(-1, judge.PER_ROW * 28).numpy())


def _draw_picture(path: Path, seed: int, mnist: str | Path | None) -> None:
    if says := _lacking(mnist):
        warnings.warn(
            f"{says}: the class is judged with the course's own images, which every "
            "clone holds. `aelesson download mnist` gets it.",
            stacklevel=3,
        )
        shutil.copyfile(judge.PICTURE, path)
        return
    test, seen = data.load("mnist", mnist).test, _seen()
    fresh = torch.tensor([each not in seen for each in _bytes(test.images)])
    chance = torch.Generator().manual_seed(seed % 2**63)
    page_of(test.images[fresh], test.labels[fresh], chance).save(path, optimize=True)


def _lacking(mnist: str | Path | None) -> str:
    """Say why there is no MNIST, or ""."""
    if mnist is None:
        return "no folder of MNIST was named"
    source = files.find_source("mnist", Path(mnist))
    if files.is_complete(source):
        return ""
    return f"MNIST is not complete in {source.folder}"


def _seen() -> set[bytes]:
    """Return the digits that the course has: every clone holds them."""
    judge.use(None)
    both = torch.cat([judge.digits().images, judge.control().images])
    return set(_bytes(both))


def _bytes(images: Tensor) -> Iterator[bytes]:
    return (each.numpy().tobytes() for each in (255 * images).round().byte())


def _measure(folder: Path, chosen: Chosen) -> None:
    """Measure references that have no score yet, and write each down at once."""
    path = folder / SCORES
    kept = json.loads(path.read_text("utf-8"))
    judge.use(folder)
    try:
        for _, task in checks.open_tasks():
            found = kept.setdefault(task.name, {})
            for name in chosen(task):
                if name not in found:
                    with isolated():
                        value = task.number(task.references[name]())
                    found[name] = float(f"{value:.4g}")
                    path.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    finally:
        judge.use(None)
