"""Folders of pictures: in memory, or read when they are asked for."""

import hashlib
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from tqdm.auto import tqdm

from aelesson import require, runtime
from aelesson.data import classes, pictures
from aelesson.data.arrays import described
from aelesson.data.files import DataError
from aelesson.data.pictures import Form, Found, Size
from aelesson.data.sets import ImageSet, no_labels

Result = TypeVar("Result")
MANY = 1000  # pictures from which on a bar is shown


class FolderDataset(Dataset[Tensor]):
    """Pictures of a folder, each read when it is asked for.

    For more than fits in memory; `from_folder` reads all at once. An item is an image,
    float32 `(C, H, W)` in [0, 1], so `fit` takes this as it is, or in a `DataLoader`
    that reads with several workers. For images with labels, use
    `torch.utils.data.StackDataset(pictures, pictures.labels)`.

    Attributes:
        labels: int64 `(N,)`, from the folders in the folder; `(0,)` without any.
        classes: Their names, sorted.
        names: The file of each image, below the folder.
        bad: The files that could not be read, and why.
        note: What was found and is done, in words; printed at the start.

    Args:
        folder: It may hold folders, one for each class, with pictures at any depth.
        size: One side, or (height, width), in pixels; None if all pictures have one.
        how: What becomes of other sizes: "crop" covers the size and cuts off what
            stands out on both sides, "pad" fits in with black edges, "resize"
            stretches.
        colour: Whether images get three channels; None for three if any picture has
            colours by its kind of file.
        labelled: Whether folders in the folder are classes.
        check: Whether to read every picture once, so that damaged ones are listed now;
            else only the heads of files are looked at, and training stops at a damage
            further behind.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: sizes differ and none is given, or pictures lie both in folders and
            beside them.
        DataError: there is no such folder, or no picture in it that can be read.
    """

    def __init__(
        self,
        folder: str | Path,
        size: int | tuple[int, int] | None = None,
        how: str = "crop",
        *,
        colour: bool | None = None,
        labelled: bool = True,
        check: bool = True,
    ) -> None:
        require.choice("how", how, pictures.WAYS)
        require.choice("colour", colour, (None, True, False))
        require.flag("labelled", labelled)
        require.flag("check", check)
        found = pictures.find(folder)
        self.root, self.names = found.root, found.names
        self.bad: dict[str, str] = {}
        self.labels, self.classes = _labels(found.names, labelled)
        heads = self._try(lambda name: pictures.looked_at(self.root / name))
        known = dict(zip(self.names, heads, strict=True))
        common = pictures.one_size([side for _, side in heads], size)
        any_colour = any(has_colour for has_colour, _ in heads)
        self.form = Form(common, how, any_colour if colour is None else colour)
        if check:
            self._try(lambda name: len(self.form.read(self.root / name)))
        self._made = _made(self.form, [known[name] for name in self.names], found)
        print(self._told(classes.SHOWN))

    @property
    def note(self) -> str:
        """What was found and is done, in words."""
        return self._told(len(self.bad))

    def _told(self, shown: int) -> str:
        shape = (len(self), self.form.channels, *self.form.size)
        said = [*self._made, classes.told(self.labels, self.classes)]
        return f"{described(shape)}: {'; '.join(said)}{_bad(self.bad, shown)}"

    def __repr__(self) -> str:
        shape = (len(self), self.form.channels, *self.form.size)
        return f"FolderDataset(images={shape}, labels=({len(self.labels)},))"

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, place: int) -> Tensor:
        """Read an image.

        Raises:
            IndexError: there is none at this place.
            DataError: its file cannot be read.
        """
        name = self.names[place]
        try:
            values = self.form.read(self.root / name)
        except Exception as error:  # Pillow has many kinds
            raise DataError(
                f"{self.root / name} cannot be read: {_reason(error)}. Take it away, "
                "or let check=True find such files before the run"
            ) from error
        return torch.from_numpy(values).float().div_(255)

    def digest(self) -> str:
        """Return a digest of names, sizes in bytes and form, to tell folders apart."""
        sizes = [(self.root / name).stat().st_size for name in self.names]
        told = repr((self.names, sizes, self.form)).encode()
        return hashlib.sha256(told).hexdigest()

    def take(self, chosen: Tensor) -> "FolderDataset":
        """Return the pictures at the indices `chosen`, int64 `(B,)`, as a Dataset."""
        require.places("chosen", chosen, len(self))
        part = copy(self)
        part.names = tuple(self.names[i] for i in chosen.tolist())
        part.labels = self.labels[chosen] if len(self.labels) else self.labels
        return part

    def in_memory(self) -> ImageSet:
        """Read all images; those that cannot be read are left out and listed.

        Raises:
            DataError: none can be read.
        """
        whole = copy(self)
        whole.bad = dict(self.bad)
        images = torch.empty(len(self), self.form.channels, *self.form.size)
        left = iter(images)

        def keep(name: str) -> None:
            pixels = np.ascontiguousarray(self.form.read(self.root / name))
            next(left).copy_(torch.from_numpy(pixels))

        whole._try(keep)
        images = images[: len(whole)].div_(255)
        found = _grey(images) + _dark(images)
        late = {name: why for name, why in whole.bad.items() if name not in self.bad}
        if found or late:
            print(f"{len(whole):,} read{_bad(late, classes.SHOWN)}{found}")
        note = whole.note + found
        return ImageSet(images, whole.labels, whole.classes, whole.names, note)

    def _try(self, read: Callable[[str], Result]) -> list[Result]:
        """Read every file in some way, and leave out for good those that fail."""
        results, kept = [], []
        hidden = len(self) < MANY
        seconds = runtime.BAR_SECONDS
        bar = tqdm(self.names, "reading", mininterval=seconds, disable=hidden)
        for place, name in enumerate(bar):
            try:
                results.append(read(name))
                kept.append(place)
            except Exception as error:  # Pillow has many kinds
                self.bad[name] = _reason(error)
        if not kept:
            told = _bad(self.bad, classes.SHOWN)
            raise DataError(f"no picture in {self.root} can be read{told}")
        if len(kept) < len(self):
            part = self.take(torch.tensor(kept))
            self.names, self.labels = part.names, part.labels
        return results


def from_folder(
    folder: str | Path,
    size: int | tuple[int, int] | None = None,
    how: str = "crop",
    *,
    colour: bool | None = None,
    labelled: bool = True,
) -> ImageSet:
    """Read the pictures of a folder into memory; say in one line what was done.

    Files that cannot be read are left out and listed. For more pictures than fit in
    memory there is `FolderDataset`, whose arguments, errors and attributes are these.

    Args:
        folder: It may hold folders, one for each class, with pictures at any depth.
        size: One side, or (height, width), in pixels; None if all pictures have one.
        how: What becomes of other sizes: "crop", "pad" or "resize".
        colour: Whether images get three channels; None to look.
        labelled: Whether folders in the folder are classes.

    Returns:
        The images, float32 `(N, C, H, W)` in [0, 1], sorted by the names of their
        files; what is transparent is white.

    Raises:
        TypeError, ValueError, DataError: as `FolderDataset`.
    """
    pictures_of = FolderDataset(
        folder, size, how, colour=colour, labelled=labelled, check=False
    )
    return pictures_of.in_memory()


def _labels(names: Sequence[str], labelled: bool) -> tuple[Tensor, tuple[str, ...]]:
    """Return the class of each file, by the folder that it lies in."""
    inside = [name.split("/")[0] for name in names if "/" in name]
    if not labelled or not inside:
        return no_labels(), ()
    if len(inside) < len(names):
        beside = [name for name in names if "/" not in name]
        raise ValueError(
            f"{len(inside):,} pictures lie in folders, whose names are classes, and "
            f"{len(beside):,} beside them ({classes.listed(beside)}): move these, or "
            "take all without classes by labelled=False"
        )
    return classes.numbered(inside, len(names))


def _made(form: Form, heads: Sequence[tuple[bool, Size]], found: Found) -> list[str]:
    """Say what is done to the pictures."""
    count = len(heads)
    coloured = sum(has_colour for has_colour, _ in heads)
    others = sum(size != form.size for _, size in heads)
    said = [f"{others:,} of {count:,} {form.say()}" if others else "sizes as they were"]
    if 0 < coloured < count or (coloured > 0) != form.colour:
        said.append(f"{coloured:,} of {count:,} files have colours")
    if found.others:
        said.append(f"no pictures by their endings: {classes.listed(found.others)}")
    return said


def _grey(images: Tensor) -> str:
    """Say if images with three channels have no colours."""
    if images.shape[1] == 1 or not (images == images[:, :1]).all():
        return ""
    return "; all are shades of grey: colour=False makes them one channel"


def _dark(images: Tensor) -> str:
    """Say if nothing comes near white, as of 12 bits in files of 16."""
    if (high := float(images.max())) > 0.25:
        return ""
    return (
        f"; the brightest pixel is {high:.2g} of white: if files use a part of their "
        "range, read them with NumPy, for data.from_arrays(..., pixels=...)"
    )


def _bad(bad: dict[str, str], shown: int) -> str:
    if not bad:
        return ""
    told = classes.listed([f"{name} ({why})" for name, why in bad.items()], shown)
    plural = "s" if len(bad) != 1 else ""
    return f"; {len(bad):,} file{plural} could not be read: {told}"


def _reason(error: Exception) -> str:
    told = str(error).partition(" '")[0].partition("\n")[0]
    return told[:90] or type(error).__name__
