"""Labels of every kind as whole numbers from 0 on, and the names of the classes."""

from collections.abc import Collection, Mapping, Sequence, Set

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson import require
from aelesson.data.sets import no_labels

SHOWN = 5  # how many places or names an error lists


def numbered(labels: object, count: int) -> tuple[Tensor, tuple[str, ...]]:
    """Return labels as numbers, and the names of the classes.

    Whole numbers from 0 on stay as they are, without names. Anything else (words,
    -1 and 1, True and False) is numbered in its sorted order.

    Args:
        labels: A tensor, an array, a list or a column, `(N,)`; or None.
        count: `N`, how many there must be.

    Returns:
        int64 `(N,)`, or `(0,)` for None; and the names of the classes, or `()`.

    Raises:
        TypeError: they are numbers that are not whole.
        ValueError: they are not `N` in a row, or some are missing.
    """
    if labels is None:
        return no_labels(), ()
    values = as_array("labels", labels)
    if values.shape != (count,):
        one_hot = values.ndim == 2 and len(values) == count
        cure = ": for one-hot rows use labels.argmax(1)" if one_hot else ""
        raise ValueError(
            f"labels has shape {values.shape}; it must be ({count},), one class for "
            f"each{cure}"
        )
    _refuse_missing(values)
    if values.dtype.kind == "f":
        values = _whole(values)
    if values.dtype.kind in "iu" and values.min() >= 0:
        return torch.from_numpy(values.astype(np.int64)), ()
    if values.dtype.kind == "O":
        values = values.astype(str)
    names, places = np.unique(values, return_inverse=True)
    return torch.from_numpy(places.astype(np.int64)), tuple(map(str, names))


def told(labels: Tensor, classes: Sequence[str]) -> str:
    """Say in a few words which classes there are."""
    if not len(labels):
        return "no labels"
    if not classes:
        return f"labels from {int(labels.min())} to {int(labels.max())}"
    return f"{len(classes)} classes ({listed(classes)})"


def listed(items: Sequence[object], shown: int = SHOWN) -> str:
    """List the first few of many."""
    more = f" and {len(items) - shown:,} more" if len(items) > shown else ""
    return ", ".join(map(str, items[:shown])) + more


def as_array(name: str, given: object) -> NDArray[np.generic]:
    """Return words or numbers, one for each example, as an array.

    Raises:
        TypeError: they are no tensor, array, list or column, or hold something else.
    """
    if isinstance(given, Tensor):
        return np.asarray(given.detach().cpu())
    no_rows = isinstance(given, str | bytes | type | Set | Mapping)
    if no_rows or not hasattr(given, "__len__"):
        raise TypeError(
            f"{name} is {require.shown(given)}; it must be a tensor, an array, a list "
            "or a column, with a word or a number for each"
        )
    if isinstance(given, np.ma.MaskedArray) and (hidden := int(np.sum(given.mask))):
        raise ValueError(f"{name} is a masked array, with {hidden:,} hidden: fill them")
    values = np.asarray(given)
    if values.dtype.kind != "O":
        return values
    for each in values.flat:
        held = isinstance(each, Collection) and not isinstance(each, str | bytes)
        if held or callable(each):
            raise TypeError(
                f"{name} holds {require.shown(each)}; it must hold words or numbers"
            )
    numbers = all(isinstance(each, float | int) for each in values.flat)
    return values.astype(np.float64) if numbers else values


def missing_in(values: NDArray[np.generic]) -> list[int]:
    """Return the rows that hold nothing: None, nan, NaT or pandas' NA."""
    if values.dtype.kind == "O":
        import pandas as pd

        return np.flatnonzero(pd.isna(values)).tolist()
    return np.flatnonzero(values != values).tolist()  # nan is not equal to itself


def _refuse_missing(values: NDArray[np.generic]) -> None:
    if rows := missing_in(values):
        raise ValueError(
            f"labels are missing in {len(rows):,} of {len(values):,} rows ("
            f"{listed(rows)}; rows count from 0): leave these rows out, or name their "
            "class"
        )


def _whole(values: NDArray[np.generic]) -> NDArray[np.generic]:
    whole = values.astype(np.int64)
    if not (whole == values).all():
        raise TypeError(
            f"labels are numbers such as {values[whole != values][0]:g}; they must be "
            "classes: for a measured quantity keep it among the columns, or make "
            "classes of it"
        )
    return whole
