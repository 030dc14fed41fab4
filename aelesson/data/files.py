"""The files of the full-size data sets: where they lie, are they intact, get them.

The addresses, names and MD5 sums come from torchvision, and so does the folder layout
(`<folder>/MNIST/raw/`), so that both can read the same copy. torchvision is imported
only where it is needed: the default data set does without it.
"""

import contextlib
import gzip
import hashlib
import math
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aelesson.data.transfer import TransferError, transfer

STALE_SECONDS = 3600.0
"""Age at which a half download is one of a process that was killed."""

UNPACKED_MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""MNIST unpacked, as torchvision leaves it; torchvision has sums of the .gz only."""

UNSIGNED_BYTE = 8
"""The type code of an IDX file whose values are unsigned bytes."""


class DataError(RuntimeError):
    """A data set cannot be had; the message says why and what can be done."""


@dataclass(frozen=True)
class Source:
    """A full-size data set: the folder of its files, and where they come from.

    Attributes:
        name: our name of the data set, such as "mnist".
        folder: the folder that holds, or will hold, the four files.
        mirrors: addresses to which a file's name is appended, best first.
        packed_md5: MD5 of each `.gz` file, by file name.
        unpacked_md5: MD5 of each unpacked file, by name; empty where nobody says it.
    """

    name: str
    folder: Path
    mirrors: tuple[str, ...]
    packed_md5: dict[str, str]
    unpacked_md5: dict[str, str]


def find_source(name: str, folder: Path) -> Source:
    """Say where "mnist" or "fashion-mnist" lies under `folder` and comes from."""
    from torchvision import datasets  # here, as the sample does without torchvision

    known = {"mnist": datasets.MNIST, "fashion-mnist": datasets.FashionMNIST}
    dataset = known[name]
    return Source(
        name=name,
        folder=folder / dataset.__name__ / "raw",
        mirrors=tuple(dataset.mirrors),
        packed_md5=dict(dataset.resources),
        # The two sets use the same file names: MNIST's sums must not let a misplaced
        # MNIST file pass as Fashion-MNIST.
        unpacked_md5=UNPACKED_MNIST_MD5 if name == "mnist" else {},
    )


def read_or_fetch(source: Source, advice: str = "") -> dict[str, bytes]:
    """Read the four files, downloading those that are missing or damaged.

    Args:
        source: The data set.
        advice: What else can be done where that fails; the message ends with it.

    Returns:
        The verified, unpacked content of each file, by its name without ".gz".

    Raises:
        DataError: a file is neither intact on disk nor to be had from a mirror, or the
            folder cannot be written.
    """
    contents = {}
    for packed in source.packed_md5:
        content = read_intact(source, packed)
        if content is None:
            content = _fetch(source, packed, advice)
        contents[packed.removesuffix(".gz")] = content
    return contents


def read_intact(source: Source, packed: str) -> bytes | None:
    """Return a file's unpacked content, or None unless a copy has the right MD5.

    What is verified is what is returned: each file is read once, into memory.
    """
    content = _read(source.folder / packed)
    if content is not None and _md5(content) == source.packed_md5[packed]:
        return gzip.decompress(content)
    unpacked = packed.removesuffix(".gz")
    content = _read(source.folder / unpacked)
    if content is not None and _md5(content) == source.unpacked_md5.get(unpacked):
        return content
    return None


def is_complete(source: Source) -> bool:
    """Whether all four files are there and intact; nothing is downloaded."""
    return all(read_intact(source, packed) is not None for packed in source.packed_md5)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _md5(content: bytes) -> str:
    # Against damage, not against attack: machines that forbid MD5 for security allow it
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def parse_idx(content: bytes, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, the format of MNIST.

    Two zero bytes, the type code 8, the number of dimensions, each dimension's size as
    a big-endian 32-bit integer, then the values in C order.

    Raises:
        ValueError: `content` is no such file, or has not `dimensions` dimensions, or
            holds more or fewer values than its sizes say.
    """
    header = 4 + 4 * dimensions
    magic = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if content[:4] != magic or len(content) < header:
        raise ValueError(
            f"content must be an IDX file of bytes with {dimensions} dimensions, which "
            f"starts with {magic!r}, got {content[:4]!r} and {len(content)} bytes"
        )
    shape = tuple(int(size) for size in np.frombuffer(content[4:header], ">u4"))
    values = np.frombuffer(content, np.uint8, offset=header)
    if values.size != math.prod(shape):
        raise ValueError(
            f"content must hold the {shape} values its header says, got {values.size}"
        )
    return values.reshape(shape)


def _fetch(source: Source, packed: str, advice: str) -> bytes:
    """Download a file beside its place, verify it, move it there; unpack its content.

    The move is one step, so that an interruption leaves either the old or the new file.
    """
    with _workspace(source.folder) as workspace:
        failures = []
        path = Path(workspace) / packed
        for mirror in source.mirrors:
            failure = _download(mirror + packed, path, source.packed_md5[packed])
            if failure is None:
                content = path.read_bytes()
                _move(path, source.folder / packed)
                return gzip.decompress(content)
            failures.append(f"  {mirror}: {failure}")
    raise DataError(_no_way_message(source, packed, failures, advice))


def _download(url: str, path: Path, md5: str) -> str | None:
    """Try one address, and verify what comes; return None, or why it failed."""
    try:
        transfer(url, path, md5)
    except TransferError as error:
        return str(error)
    except OSError as error:
        raise _cannot_write(path.parent.parent, error) from None
    return None


def _workspace(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """Make a temporary folder in `folder`: a move from there cannot stop half-way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear_stale(folder)
        return tempfile.TemporaryDirectory(prefix=".download-", dir=folder)
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _clear_stale(folder: Path) -> None:
    """Remove what downloads that were killed have left."""
    for left in folder.glob(".download-*"):
        with contextlib.suppress(OSError):  # a leftover more does no harm
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(left)


def _move(path: Path, target: Path) -> None:
    try:
        os.replace(path, target)
    except OSError as error:
        raise _cannot_write(target.parent, error) from None


def _cannot_write(folder: Path, error: OSError) -> DataError:
    return DataError(
        f"The data folder {folder} cannot be written ({error}). Name a folder that can "
        "be: set the environment variable AELESSON_DATA_DIR, or give `folder`."
    )


def _no_way_message(
    source: Source, packed: str, failures: list[str], advice: str
) -> str:
    names = list(source.packed_md5)
    damaged = [str(path) for name in names for path in _damaged(source, name)]
    lines = [
        f"The data set {source.name!r} is not complete in {source.folder}, and "
        f"{packed} could not be downloaded:",
        *failures,
        *(
            f"{path} was not used: damaged, or another file (wrong MD5)."
            for path in damaged
        ),
        "What you can do:",
        '  1. use the digits that are here already: load("mnist-5k"), or set the '
        "environment variable AELESSON_DATASET=mnist-5k",
        f"  2. put the four files {', '.join(names)} into {source.folder}",
        *([f"  3. {advice}"] if advice else []),
    ]
    return "\n".join(lines)


def _damaged(source: Source, packed: str) -> list[Path]:
    """List the copies of a file that are there, where none of them is intact."""
    unpacked = packed.removesuffix(".gz")
    # An unpacked file that nobody has a sum of may well be good: say nothing of it
    names = [packed, unpacked] if unpacked in source.unpacked_md5 else [packed]
    paths = [source.folder / name for name in names]
    there = [path for path in paths if os.path.exists(path)]
    return there if there and read_intact(source, packed) is None else []
