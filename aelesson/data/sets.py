"""What goes in, as tensors in memory: sets of images, tables, and their three parts."""

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import torch
from torch import Tensor

from aelesson import require

Part = TypeVar("Part")


def no_labels() -> Tensor:
    """Return what stands for labels where nothing is known: none, int64 `(0,)`."""
    return torch.empty(0, dtype=torch.int64)


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images and what they show.

    Attributes:
        images: float32 `(N, C, H, W)`, values in [0, 1].
        labels: int64 `(N,)`, the class of each image; `(0,)` if nothing is known.
        classes: The names of classes 0, 1, ...; `()` where labels have no names.
        names: The file of each image, below its folder; `()` if they have none.
        note: What was done to make these of what came, in words.

    Raises:
        TypeError: a field is no tensor, or has the wrong dtype.
        ValueError: a field has the wrong shape, is empty, or leaves its range.
    """

    images: Tensor
    labels: Tensor = field(default_factory=no_labels)
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        _require_dtype("images", self.images, torch.float32)
        if self.images.ndim != 4 or self.images.numel() == 0:
            raise ValueError(
                "images must have the shape (N, C, H, W) with no size of 0, got "
                f"{tuple(self.images.shape)}"
            )
        _check_labels(self.labels, self.classes, len(self), "image")
        require.texts("names", self.names)
        require.kind("note", self.note, str)
        if self.names:
            require.same_length("names", self.names, "images", self.images)
        low, high = (bound.item() for bound in torch.aminmax(self.images))
        if not (low >= 0 and high <= 1):  # written so that NaN fails too
            raise ValueError(
                f"images must lie in [0, 1], got values from {low:g} to {high:g}"
            )

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return (
            f"ImageSet(images={tuple(self.images.shape)}, labels=({len(self.labels)},))"
        )

    def take(self, chosen: Tensor) -> "ImageSet":
        """Return the images at the indices `chosen`, int64 `(B,)`, as a set."""
        require.places("chosen", chosen, len(self))
        return replace(
            self,
            images=self.images[chosen],
            labels=_taken(self.labels, chosen),
            names=tuple(self.names[i] for i in chosen.tolist() if self.names),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Rows of numbers, and the class of each row.

    Attributes:
        rows: float32 `(N, K)`, finite.
        labels: int64 `(N,)`, the class of each row; `(0,)` if nothing is known.
        classes: The names of classes 0, 1, ...; `()` where labels have no names.
        columns: The `K` names of the columns; `()` if they have none.
        note: What was done to make these of what came, in words.

    Raises:
        TypeError: a field is no tensor, or has the wrong dtype.
        ValueError: a field has the wrong shape, is empty, or is not finite.
    """

    rows: Tensor
    labels: Tensor = field(default_factory=no_labels)
    classes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        _require_dtype("rows", self.rows, torch.float32)
        require.shaped("rows", self.rows, "(N, K)")
        require.finite("rows", self.rows)
        _check_labels(self.labels, self.classes, len(self), "row")
        require.texts("columns", self.columns)
        require.kind("note", self.note, str)
        if self.columns and len(self.columns) != self.rows.shape[1]:
            raise ValueError(
                f"columns has {len(self.columns)} names; rows has "
                f"{self.rows.shape[1]} columns, and each needs one"
            )

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Table(rows={tuple(self.rows.shape)}, labels=({len(self.labels)},))"

    def take(self, chosen: Tensor) -> "Table":
        """Return the rows at the indices `chosen`, int64 `(B,)`, as a table."""
        require.places("chosen", chosen, len(self))
        labels = _taken(self.labels, chosen)
        return replace(self, rows=self.rows[chosen], labels=labels)


@dataclass(frozen=True, eq=False)
class Splits(Generic[Part]):
    """A data set in three parts that share no example.

    Attributes:
        name: one of `NAMES`, or "own" for what `data.split` made.
        train: what a model learns from.
        validation: what settings and epochs are chosen by.
        test: what a model is judged by, once.
    """

    name: str
    train: Part
    validation: Part
    test: Part


def _taken(labels: Tensor, chosen: Tensor) -> Tensor:
    return labels[chosen] if len(labels) else labels


def _check_labels(
    labels: Tensor, classes: tuple[str, ...], count: int, what: str
) -> None:
    require.texts("classes", classes)
    _require_dtype("labels", labels, torch.int64)
    if labels.shape not in ((count,), (0,)):
        raise ValueError(
            f"labels must have the shape ({count},), one for each {what}, got "
            f"{tuple(labels.shape)}"
        )
    if not (len(labels) and classes):
        return
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0 or highest >= len(classes):
        raise ValueError(
            f"labels go from {lowest} to {highest}, but classes has {len(classes)} "
            "names: each label must be the place of a name"
        )


def _require_dtype(name: str, value: object, dtype: torch.dtype) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a torch.Tensor, got {type(value).__name__}")
    if value.dtype != dtype:
        raise TypeError(f"{name} must be {dtype}, got {value.dtype}")
