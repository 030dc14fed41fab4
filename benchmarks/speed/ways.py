"""Five ways to train the same network for one epoch, on the processor.

Each way takes the images as bytes, `(N, H, W)`, as MNIST's files hold them, keeps
them in the form that it trains on, and returns a function that trains a model.
"""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision.datasets import MNIST
from torchvision.transforms import Compose, ToTensor

from aelesson import objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit

Epoch = Callable[[nn.Module], object]

BATCH_SIZE = 128
CODE_SIZE = 32


def build_network(code_size: int = CODE_SIZE) -> Autoencoder:
    """Build the network that every way trains."""
    return Autoencoder.mlp((784, 128, 64, code_size))


class StoredDigits(MNIST):  # type: ignore[misc]  # torchvision has no types
    """torchvision's own MNIST, with images that need not be in its files."""

    def __init__(self, pixels: Tensor) -> None:
        self.data = pixels
        self.targets = torch.zeros(len(pixels), dtype=torch.int64)
        self.transform = Compose([ToTensor()])
        self.target_transform = None


def tutorial(pixels: Tensor) -> Epoch:
    """Train as most tutorials do.

    Torchvision's data set makes a picture and then a tensor of each image anew, in a
    DataLoader; each step asks for the loss as a Python number.
    """
    stored = StoredDigits(pixels)

    def epoch(model: nn.Module) -> float:
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

    return epoch


def bare(pixels: Tensor) -> Epoch:
    """Train with the shortest loop there is, over the tensor in memory."""
    images = as_floats(pixels)

    def batches() -> Iterator[Tensor]:
        order = torch.randperm(len(images))
        return (images[chosen] for chosen in order.split(BATCH_SIZE))

    return _bare_epoch(batches)


def ours(pixels: Tensor) -> Epoch:
    """Train with `aelesson.training.fit`, which takes the bytes as they are."""
    return fit_epoch(pixels.unsqueeze(1))


class Digits(Dataset[Tensor]):
    """Images alone, kept as bytes; an item becomes a float image when it is asked."""

    def __init__(self, pixels: Tensor) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, place: int) -> Tensor:
        return as_floats(self.pixels[place][None])[0]


def load(pixels: Tensor) -> DataLoader[Tensor]:
    """Return the loader that both ways over a loader go through."""
    return DataLoader(Digits(pixels), batch_size=BATCH_SIZE, shuffle=True)


def bare_loader(pixels: Tensor) -> Epoch:
    """Train with the shortest loop there is, over a DataLoader."""
    return _bare_epoch(partial(iter, load(pixels)))


def _bare_epoch(batches: Callable[[], Iterator[Tensor]]) -> Epoch:
    def epoch(model: nn.Module) -> None:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
        model.train()
        for x in batches():
            loss = F.mse_loss(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def fit_loader(pixels: Tensor) -> Epoch:
    """Train with `aelesson.training.fit` on a DataLoader."""
    return _fit_epoch(load(pixels))


def fit_epoch(images: Tensor) -> Epoch:
    """Train with the library on images `(N, 1, H, W)`, bytes or floats."""
    return _fit_epoch(images)


def _fit_epoch(images: Tensor | DataLoader[Tensor]) -> Epoch:
    config = TrainConfig(epochs=1, batch_size=BATCH_SIZE)
    objective = objectives.reconstruction()
    return lambda model: fit(model, images, objective, config, progress=False)


def as_floats(pixels: Tensor) -> Tensor:
    """Return bytes `(N, H, W)` as float32 images `(N, 1, H, W)` in [0, 1]."""
    return pixels.unsqueeze(1).to(torch.float32).div_(255)


TUTORIAL, BARE, OURS = "tutorial's loop", "bare loop", "aelesson fit"
BARE_LOADER, OURS_LOADER = "bare loop, loader", "aelesson fit, loader"
WAYS: dict[str, Callable[[Tensor], Epoch]] = {
    TUTORIAL: tutorial,
    BARE: bare,
    OURS: ours,
    BARE_LOADER: bare_loader,
    OURS_LOADER: fit_loader,
}
PAIRS = {TUTORIAL: OURS, BARE: OURS, BARE_LOADER: OURS_LOADER}
"""What is compared with which of ours."""
