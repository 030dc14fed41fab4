"""Files of pictures: find them, read one, bring it to a size.

Pillow reads them, and is imported where it is used.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aelesson import require
from aelesson.data.classes import listed
from aelesson.data.files import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

GREY_MODES = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N")

Size = tuple[int, int]
"""Height and width, in pixels."""


@dataclass(frozen=True)
class Found:
    """The files of a folder.

    Attributes:
        root: The folder.
        names: The files with pictures, below the folder, sorted.
        others: Files that are no pictures by their endings.
    """

    root: Path
    names: tuple[str, ...]
    others: tuple[str, ...]


def find(folder: str | Path) -> Found:
    """Look for pictures in a folder and all folders in it, but for hidden ones.

    Raises:
        TypeError: `folder` is no path.
        DataError: there is no such folder, or no picture in it.
    """
    require.kind("folder", folder, (str, Path), "a path, such as 'pictures'")
    root = Path(folder).expanduser()
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise DataError(f"folder is {str(folder)!r}, which {what}: give a folder")
    endings = _endings()
    names: list[str] = []
    others: list[str] = []
    for name in sorted(_walk(root)):
        (names if Path(name).suffix.lower() in endings else others).append(name)
    if not names:
        held = f"only {listed(others)}" if others else "nothing"
        raise DataError(
            f"folder is {str(folder)!r}, which holds {held}, but no pictures, such as "
            ".png or .jpg"
        )
    return Found(root, tuple(names), tuple(others))


def _walk(root: Path) -> list[str]:
    """Return all files, links followed once, hidden ones left out."""
    found, seen = [], set()
    for place, folders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(place)
        hidden = [each for each in folders if each.startswith((".", "__"))]
        folders[:] = [] if real in seen else sorted(set(folders) - set(hidden))
        if real not in seen:
            paths = (Path(place, each) for each in files if not each.startswith("."))
            found += [path.relative_to(root).as_posix() for path in paths]
        seen.add(real)
    return found


def _endings() -> set[str]:
    from PIL import Image

    known = Image.registered_extensions()
    return {ending for ending, kind in known.items() if kind in Image.OPEN} - {".pdf"}


def looked_at(path: Path) -> tuple[bool, Size]:
    """Say from the head of a file whether it has colours, and its size as shown."""
    from PIL import Image

    with Image.open(path) as image:
        width, height = image.size
        turned = image.format in ("JPEG", "MPO") and image.getexif().get(0x0112, 1) > 4
        return is_colour(image), (width, height) if turned else (height, width)


def is_colour(image: "Image") -> bool:
    """Tell whether a picture has more than shades of grey, by its kind."""
    if image.mode == "P":
        return image.palette is None or image.palette.mode != "L"
    return image.mode not in GREY_MODES


@dataclass(frozen=True)
class Form:
    """What every picture is brought to.

    Attributes:
        size: Height and width.
        how: A key of `WAYS`.
        colour: Whether pictures get three channels; else one.
    """

    size: Size
    how: str
    colour: bool

    def read(self, path: Path) -> NDArray[np.uint8]:
        """Read a picture, `(C, H, W)`.

        Raises:
            ValueError: It has pixels of 32 bits, whose black and white nobody knows.
            Exception: It is damaged; Pillow has many kinds of errors.
        """
        from PIL import Image, ImageOps

        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            shown = as_bytes(upright, self.colour)
        height, width = self.size
        if shown.size != (width, height):
            shown = WAYS[self.how](shown, (width, height))
        values = np.array(shown)
        return values.transpose(2, 0, 1) if self.colour else values[None]

    @property
    def channels(self) -> int:
        """How many each image has: 3 or 1."""
        return 3 if self.colour else 1

    def say(self) -> str:
        """Say what is done to a picture of another size."""
        return SAID[self.how].format(*self.size)


def as_bytes(image: "Image", colour: bool) -> "Image":
    """Return a picture with 8 bits a pixel: grey, or red, green and blue.

    What is transparent becomes white, as on a page; 16 bits become 8.
    """
    from PIL import Image

    if image.mode in ("I", "F"):
        raise ValueError(
            f"its pixels have 32 bits (mode {image.mode}), with no known black and "
            "white: load it with NumPy and use data.from_arrays(..., pixels=...)"
        )
    if image.mode.startswith("I;16"):
        levels = np.asarray(image).astype(np.float64) / 257  # 65535 / 255
        image = Image.fromarray(levels.round().astype(np.uint8))
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB" if colour else "L")


def _resize(image: "Image", size: Size) -> "Image":
    from PIL import Image

    return image.resize(size, Image.Resampling.BILINEAR)


def _crop(image: "Image", size: Size) -> "Image":
    from PIL import Image, ImageOps

    return ImageOps.fit(image, size, Image.Resampling.BILINEAR)


def _pad(image: "Image", size: Size) -> "Image":
    from PIL import Image, ImageOps

    return ImageOps.pad(image, size, Image.Resampling.BILINEAR)


WAYS: Mapping[str, Callable[["Image", Size], "Image"]] = {
    "crop": _crop,
    "pad": _pad,
    "resize": _resize,
}
"""How a picture comes to a size `(width, height)`."""

SAID = {
    "crop": "scaled to cover {} x {}, what stands out cut off on both sides",
    "pad": "scaled to fit into {} x {}, the rest black",
    "resize": "stretched to {} x {}, proportions not kept",
}


def size_of(value: object) -> Size:
    """Return a size given as one side or as (height, width).

    Raises:
        TypeError, ValueError: it is no such thing.
    """
    if isinstance(value, tuple | list):
        require.sizes("size", value)
        if len(value) == 2:
            return int(value[0]), int(value[1])
        raise ValueError(f"size is {value}; it must be one side, or (height, width)")
    require.whole("size", value)
    return int(value), int(value)  # type: ignore[call-overload]


def one_size(sizes: Sequence[Size], given: object) -> Size:
    """Return the size to bring pictures to: given, or the one that all have.

    Raises:
        ValueError: none is given, and they differ.
    """
    if given is not None:
        return size_of(given)
    counted = Counter(sizes).most_common()
    if len(counted) == 1:
        return counted[0][0]
    shown = [f"{height} x {width} ({n:,} of them)" for (height, width), n in counted]
    raise ValueError(
        f"the pictures have {len(counted):,} sizes, height x width: {listed(shown)}. "
        "Give one to bring them to, such as size=64, and how='crop', 'pad' or 'resize'"
    )
