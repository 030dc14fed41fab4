"""How fast is our training loop? Run `make bench`.

Trains the same network for one epoch in three ways, in turn, several times over,
and prints the median of each and their ratios:

- a tutorial's loop: torchvision's data set makes a picture and then a tensor of each
  image anew, in a DataLoader; each step asks for the loss as a Python number;
- a bare loop, written by hand over the tensor in memory;
- `aelesson.training.fit`.

Uses MNIST if its files are there, else the sample repeated to the same size.
"""

import statistics
import time
from collections.abc import Callable

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import Compose, ToTensor

from aelesson import data, files, objectives, runtime
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit

SIZES = (784, 128, 64, 32)
BATCH_SIZE = 128
IMAGES = 60_000
ROUNDS = 5


class StoredDigits(MNIST):  # type: ignore[misc]  # torchvision has no types
    """torchvision's own MNIST, with images that need not be in its files."""

    def __init__(self, images: Tensor) -> None:
        self.data = (images.squeeze(1) * 255).round().byte()
        self.targets = torch.zeros(len(images), dtype=torch.int64)
        self.transform = Compose([ToTensor()])
        self.target_transform = None


def tutorial_epoch(model: nn.Module, stored: StoredDigits) -> float:
    """Train as most tutorials do."""
    loader: DataLoader[tuple[Tensor, Tensor]] = DataLoader(
        stored, batch_size=BATCH_SIZE, shuffle=True
    )
    criterion, running_loss = nn.MSELoss(), 0.0
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    for images, _ in loader:
        loss = criterion(model(images), images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    return running_loss / len(loader)


def bare_epoch(model: nn.Module, images: Tensor) -> None:
    """Train with the shortest loop there is."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    model.train()
    for chosen in torch.randperm(len(images)).split(BATCH_SIZE):
        x = images[chosen]
        loss = F.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def our_epoch(model: nn.Module, images: Tensor) -> None:
    """Train with the library."""
    config = TrainConfig(epochs=1, batch_size=BATCH_SIZE)
    fit(model, images, objectives.reconstruction(), config, progress=False)


def median_seconds(ways: dict[str, Callable[[nn.Module], object]]) -> dict[str, float]:
    """Time each way `ROUNDS` times, in turn, so that a busy machine hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    jobs = [name for _ in range(ROUNDS + 1) for name in ways]
    for name in track(jobs, "timing", transient=True):
        model = Autoencoder.mlp(SIZES)
        started = time.perf_counter()
        ways[name](model)
        seconds[name].append(time.perf_counter() - started)
    # The first round warms up caches and is not counted.
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def load_images() -> tuple[str, Tensor]:
    """Return 60,000 digits and where they come from."""
    if files.is_complete(files.find_source("mnist", data.choose_folder())):
        splits = data.load("mnist")
        parts = [splits.train.images, splits.validation.images]
        return "MNIST", torch.cat(parts)
    images = data.load("mnist-5k").train.images
    repeats = -(-IMAGES // len(images))
    return "the sample, repeated", images.repeat(repeats, 1, 1, 1)[:IMAGES]


def main() -> None:
    """Time the three ways and print the table."""
    runtime.start()
    source, images = load_images()
    stored = StoredDigits(images)
    seconds = median_seconds(
        {
            "tutorial's loop": lambda model: tutorial_epoch(model, stored),
            "bare loop": lambda model: bare_epoch(model, images),
            "aelesson fit": lambda model: our_epoch(model, images),
        }
    )
    ours = seconds["aelesson fit"]
    title = (
        f"One epoch of {len(images):,} images ({source}), batch {BATCH_SIZE}, "
        f"{torch.get_num_threads()} threads, median of {ROUNDS}"
    )
    table = Table("loop", "seconds", "its time / ours", title=title)
    for name, time_taken in seconds.items():
        table.add_row(name, f"{time_taken:.2f}", f"{time_taken / ours:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
