"""Images of one's own from arrays, tensors and Datasets.

Where the channels are and what the numbers mean is looked up in the data and said in
one line. What could be read in two ways is refused, with the argument that settles it.
"""

from collections.abc import Iterator, Sequence, Sized
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset

from aelesson import require
from aelesson.data import classes, pictures
from aelesson.data.sets import ImageSet

COLOURS = (1, 3)
WHERE = ("first", "last", "none")
BYTES = (0.0, 255.0)


def from_arrays(
    images: object,
    labels: object = None,
    *,
    channels: str | None = None,
    pixels: tuple[float, float] | None = None,
) -> ImageSet:
    """Make a set of images of an array or a tensor; say in one line what was done.

    Args:
        images: `(N, C, H, W)`, `(N, H, W, C)` or, grey ones, `(N, H, W)`: a NumPy
            array, a tensor, or a list of arrays of one shape.
        labels: The class of each image, `(N,)`, as numbers or words.
        channels: Where they are: "first", "last" or "none"; None to look for an axis
            of 1 or 3.
        pixels: The values that black and white have, such as `(-1, 1)`; None to tell
            [0, 1] from bytes, whole numbers up to 255.

    Returns:
        Copies of the images, scaled to [0, 1], and the labels, numbered from 0.

    Raises:
        TypeError: these are no numbers, or a data frame.
        ValueError: the shape or the range could mean several things, a value is not
            finite or leaves `pixels`, or the labels do not fit.
    """
    given = _tensor(images)
    where = _where(tuple(given.shape), channels)
    low, high, scaled = _range(given, pixels)
    values = given.to(torch.float32, copy=True).sub_(low).div_(high - low).clamp_(0, 1)
    if where == "last":
        values = values.movedim(3, 1).contiguous()
    elif where == "none":
        values = values[:, None]
    numbers, names = classes.numbered(labels, len(values))
    axis = "no channel axis" if where == "none" else f"channels {where}"
    made = ", ".join([axis, scaled, classes.told(numbers, names)])
    note = f"{described(tuple(values.shape))}: {made}"
    print(note)
    return ImageSet(values, numbers, names, note=note)


def described(shape: tuple[int, ...]) -> str:
    """Say how many images there are, of which kind and size."""
    count, channels, height, width = shape
    kind = {1: "grey ", 3: "colour "}.get(channels, f"{channels}-channel ")
    plural = "s" if count != 1 else ""
    return f"{count:,} {kind}image{plural} of {height} x {width} pixels"


def from_dataset(
    dataset: Dataset[Any],
    *,
    channels: str | None = None,
    pixels: tuple[float, float] | None = None,
    at_most: int | None = None,
) -> ImageSet:
    """Read a torch Dataset into memory; its items are images, or `(image, label)`.

    For one that does not fit there, hand the Dataset itself to `fit`.

    Args:
        dataset: Its images are tensors, arrays or Pillow's, all of one shape.
        channels: As in `from_arrays`, for a batch of its images.
        pixels: As in `from_arrays`.
        at_most: How many items to read; None for all.

    Raises:
        TypeError: this is no Dataset, or an item is something else.
        ValueError: it is empty or without an end, its images differ in shape, or as
            in `from_arrays`.
    """
    require.kind("dataset", dataset, Dataset, "a torch Dataset")
    if at_most is not None:
        require.whole("at_most", at_most)
    if not isinstance(dataset, Sized) and at_most is None:
        raise ValueError(
            "dataset has no length and might have no end: say how many items to read, "
            "such as at_most=10_000"
        )
    items = _in_order(dataset) if isinstance(dataset, Sized) else iter(dataset)
    images: list[Tensor] = []
    labels: list[object] = []
    for item in islice(items, at_most):
        image, *label = item if isinstance(item, tuple | list) else (item,)
        if hasattr(image, "getbands") and pixels is None:  # one of Pillow's
            pixels = BYTES
        images.append(_item(image, images))
        labels += [_plain(each) for each in label[:1]]
    if not images:
        raise ValueError("dataset has no items")
    return from_arrays(
        torch.stack(images), labels or None, channels=channels, pixels=pixels
    )


def _in_order(dataset: Any) -> Iterator[Any]:  # noqa: ANN401
    """Go through a Dataset that has a length."""
    if isinstance(dataset, IterableDataset):
        return iter(dataset)
    return (dataset[place] for place in range(len(dataset)))


def _plain(label: object) -> object:
    return label.item() if isinstance(label, Tensor | np.generic) else label


def _item(image: Any, before: Sequence[Tensor]) -> Tensor:  # noqa: ANN401
    """Return one image of a Dataset as a tensor, of the shape of those before."""
    if hasattr(image, "getbands"):
        image = np.array(pictures.as_bytes(image, pictures.is_colour(image)))
    if not isinstance(image, Tensor | np.ndarray):
        raise TypeError(
            f"dataset's item {len(before)} is {require.shown(image)}; it must be an "
            "image, or a tuple (image, label), with images as tensors, arrays or "
            "Pillow's"
        )
    values = _tensor(image)
    if values.dim() not in (2, 3):
        raise ValueError(
            f"dataset's item {len(before)} has shape {tuple(values.shape)}; an image "
            "has 2 or 3 dimensions. Rows of numbers make a table: data.from_table("
            "torch.stack(...))"
        )
    if before and values.shape != before[0].shape:
        raise ValueError(
            f"dataset has an image of shape {tuple(before[0].shape)} at 0 and of "
            f"{tuple(values.shape)} at {len(before)}: bring them to one size in the "
            "Dataset, such as by torchvision's Resize and CenterCrop"
        )
    return values


def _tensor(images: object) -> Tensor:
    """Return numbers as a tensor that shares their memory where it can."""
    if isinstance(images, Tensor):
        values = images.detach()
    else:
        values = torch.from_numpy(_numbers(images))
    if values.is_complex():
        raise TypeError(f"images is {values.dtype}; it must hold real numbers")
    if values.numel() == 0:
        raise ValueError(f"images has shape {tuple(values.shape)}: there are none")
    return values


def _numbers(images: object) -> np.ndarray[Any, Any]:
    if hasattr(images, "columns"):
        raise TypeError("images is a data frame: use data.from_table for rows")
    if not isinstance(images, np.ndarray | Sequence) or isinstance(images, str):
        raise TypeError(
            f"images is {require.shown(images)}; it must be a NumPy array, a tensor or "
            "a list of arrays of one shape"
        )
    if hidden := int(np.sum(getattr(images, "mask", False))):  # of a masked array
        raise ValueError(f"images is a masked array, with {hidden:,} hidden: fill them")
    try:
        values = np.asarray(images)
    except ValueError:  # NumPy's words for arrays of several shapes
        shapes = sorted({np.shape(each) for each in images})
        raise ValueError(
            f"images has {len(shapes)} shapes, such as {classes.listed(shapes[:2])}; "
            "they must all be of one: crop, pad or resize them first"
        ) from None
    if values.dtype.kind not in "biufc":
        raise TypeError(
            f"images is {require.shown(images)}, in NumPy {values.dtype}; it must hold "
            "numbers"
        )
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    return np.asarray(native, order="C")


def _where(shape: tuple[int, ...], channels: str | None) -> str:
    """Say where the channels are: "first", "last" or "none"."""
    if channels is not None:
        require.choice("channels", channels, WHERE)
        if len(shape) != (3 if channels == "none" else 4):
            raise ValueError(
                f"images has shape {shape} and channels is {channels!r}; right are "
                "(N, C, H, W) with 'first', (N, H, W, C) with 'last', (N, H, W) with "
                "'none'"
            )
        return channels
    if len(shape) == 3:
        return _where_of_three(shape)
    if len(shape) == 4:
        return _where_of_four(shape)
    raise ValueError(
        f"images has shape {shape}, expected (N, C, H, W), (N, H, W, C) or (N, H, W). "
        "Rows of numbers (N, K) make a table, by data.from_table, or images, by "
        "images.reshape(N, H, W)"
    )


def _where_of_three(shape: tuple[int, ...]) -> str:
    if shape[0] != 3 and not {*shape[1:]} & {1, 3, 4}:
        return "none"
    raise ValueError(
        f"images has shape {shape}: {shape[0]} grey images of {shape[1]} x {shape[2]} "
        "pixels, or a single one in colour? For grey ones write channels='none'; a "
        "single one becomes a batch by images[None]"
    )


def _where_of_four(shape: tuple[int, ...]) -> str:
    first, last = shape[1] in COLOURS, shape[3] in COLOURS
    if first != last:
        return "first" if first else "last"
    several = "both could be" if first else "neither is 1 or 3"
    cure = "" if 4 not in (shape[1], shape[3]) else "; leave out a fourth one, opacity"
    told = f"{several} the channels" if first else f"{several}, as channels are"
    raise ValueError(
        f"images has shape {shape}: of dimensions 1 and 3, {told}; write "
        f"channels='first' or channels='last'{cure}"
    )


def _range(
    values: Tensor, pixels: tuple[float, float] | None
) -> tuple[float, float, str]:
    """Return what black and white are, and say so."""
    if values.is_floating_point():
        require.finite("images", values)
    if values.dtype == torch.bool:
        values = values.byte()
        pixels = (0, 1) if pixels is None else pixels
    floats = values.is_floating_point()
    if values.dtype in (torch.uint16, torch.uint32, torch.uint64):
        values = values.to(torch.float64)  # PyTorch finds no extremes of these
    low, high = (float(bound) for bound in torch.aminmax(values))
    if pixels is not None:
        return _stated(pixels, low, high)
    if low >= 0 and high <= 1 and floats:
        return 0.0, 1.0, "values in [0, 1] as they were"
    whole = not floats or bool((values == values.round()).all())
    if whole and low >= 0 and 127 < high <= 255:
        return *BYTES, "bytes from 0 to 255 divided by 255"
    raise ValueError(
        f"images has values from {low:g} to {high:g}, which could mean several things: "
        f"say what black and white are, such as {_likely(low, high)}"
    )


def _stated(
    pixels: tuple[float, float], low: float, high: float
) -> tuple[float, float, str]:
    black, white = require.black_and_white("pixels", pixels)
    if low < black or high > white:
        raise ValueError(
            f"images has values from {low:g} to {high:g}, beyond pixels={pixels}"
        )
    return black, white, f"values from {black:g} to {white:g} scaled"


def _likely(low: float, high: float) -> str:
    """Suggest ranges that these values may have been made for."""
    if low < 0:
        return (
            "pixels=(-1, 1)"
            if low >= -1 and high <= 1
            else f"pixels=({low:g}, {high:g})"
        )
    known = [f"pixels=(0, {top})" for top in (1, 255, 65535) if high <= top]
    own = [f"pixels=(0, {high:g})"] if high not in (0, 1, 255, 65535) else []
    return " or ".join([*own, *known[:2]])
