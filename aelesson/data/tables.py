"""Tables of one's own from CSV files, data frames and arrays.

pandas reads them, and is imported where it is used.
"""

import warnings
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from aelesson import require
from aelesson.data import classes
from aelesson.data.files import DataError
from aelesson.data.sets import Table

if TYPE_CHECKING:
    from pandas import DataFrame, Series

EXACT = 2**24  # whole numbers up to here are exact in float32


def from_csv(
    path: str | Path,
    labels: str | None = None,
    *,
    drop: Collection[str] = (),
    fill: float | str | None = None,
    separator: str = ",",
) -> Table:
    """Read a table from a CSV file whose first line names columns; say what was done.

    For any other file, read it with pandas and hand the data frame to `from_table`.

    Args:
        path: The file, compressed or not.
        labels: The name of the column that holds classes; None if there is none.
        drop: Names of columns to leave out.
        fill: As in `from_table`.
        separator: What stands between two values.

    Raises:
        TypeError, ValueError: as `from_table`, or the first line holds no names.
        DataError: there is no such file, or it is no CSV.
    """
    require.kind("path", path, (str, Path), "a path, such as 'table.csv'")
    require.kind("labels", labels, (str, type(None)), "the name of a column, or None")
    require.kind("separator", separator, str)
    if len(separator) != 1 and separator != r"\s+":
        raise ValueError(f"separator is {separator!r}; it must be one character")
    frame = _read(Path(path).expanduser(), separator)
    if _are_values(list(frame.columns)):
        raise ValueError(
            f"the first line of {path} holds numbers and no names "
            f"({classes.listed(frame.columns)}): "
            f"use data.from_table(pandas.read_csv({str(path)!r}, header=None).values)"
        )
    only = frame.columns[0]
    if len(frame.columns) == 1 and (found := set(only) & set(";\t|")):
        raise ValueError(
            f"separator is {separator!r}, which makes one column, {only!r:.60}: is it "
            f"separator={max(found, key=only.count)!r}?"
        )
    return from_table(frame, labels, drop=drop, fill=fill)


def _read(path: Path, separator: str) -> "DataFrame":
    import pandas as pd

    if not path.is_file():
        what = "is a folder" if path.exists() else "does not exist"
        raise DataError(f"path is {str(path)!r}, which {what}: give a CSV file")
    try:
        with warnings.catch_warnings():
            # Of rows longer than the first line, pandas would cut off the rest.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, sep=separator, low_memory=False, index_col=False)
    except pd.errors.ParserWarning:
        raise DataError(
            f"{path} has rows with more values than its first line has names: name "
            "every column"
        ) from None
    except (ValueError, OSError) as error:  # pandas' parsing errors are ValueErrors
        raise DataError(
            f"{path} is no CSV that can be read: {str(error).strip()}. If it is, read "
            "it with pandas.read_csv and its settings, and use data.from_table"
        ) from error


def from_table(
    values: object,
    labels: object = None,
    *,
    drop: Collection[str] = (),
    fill: float | str | None = None,
) -> Table:
    """Make a table of a data frame or an array of rows; say in one line what was done.

    Columns keep their units: see `standardised`.

    Args:
        values: A pandas data frame, or `(N, K)` as a NumPy array or a tensor.
        labels: The name of the column that holds classes, or the class of each row,
            `(N,)`; None if there is none.
        drop: Names of columns to leave out.
        fill: What to put where values are missing: a number, or the "mean" or "median"
            of the column; None to refuse them. A mean is that of all rows, so rows
            for testing have a small part in it.

    Raises:
        TypeError: these are no rows.
        ValueError: a named column is not there, a column holds no numbers, values are
            missing, infinite or too large, there are no rows, or labels go otherwise.
    """
    frame = _frame(values)
    kept, given = _chosen(frame, labels, _dropped(drop))
    numbers, filled = _filled(_numbers(kept), fill)
    _refuse_too_large(numbers)
    targets, names = classes.numbered(given, len(frame))
    said = "; ".join([classes.told(targets, names), *filled, *_rounded(numbers)])
    note = f"{len(frame):,} rows of {kept.shape[1]} columns: {said}"
    print(note)
    rows = torch.from_numpy(numbers.to_numpy(np.float32, copy=True))
    return Table(rows, targets, names, tuple(kept.columns), note)


def _dropped(drop: str | Collection[str]) -> set[str]:
    names = [drop] if isinstance(drop, str | bytes) else drop
    require.kind("drop", names, Collection, "names of columns")
    require.texts("drop", [*names])
    return {*names}


def _chosen(
    frame: "DataFrame", labels: object, drop: set[str]
) -> tuple["DataFrame", object]:
    """Return the columns of numbers, and the classes."""
    import pandas as pd

    known = list(frame.columns)
    if isinstance(labels, str):
        _require_columns("labels", {labels}, known)
        drop, labels = drop | {labels}, frame[labels]
    elif isinstance(labels, pd.Series) and not labels.index.equals(frame.index):
        raise ValueError(
            f"labels has the index {classes.listed(labels.index)} and values "
            f"{classes.listed(frame.index)}, another one: use "
            "labels.loc[values.index], or labels.to_numpy() for the order as it is"
        )
    _require_columns("drop", drop, known)
    kept = frame.drop(columns=list(drop))
    _refuse_row_numbers(kept)
    if kept.empty:
        raise ValueError(
            f"values has {len(frame)} rows and {kept.shape[1]} columns of numbers; it "
            "needs at least one of each"
        )
    return kept, labels


def _frame(values: object) -> "DataFrame":
    import pandas as pd

    if isinstance(values, pd.DataFrame):
        frame = values.set_axis([str(name) for name in values.columns], axis=1)
        if twice := frame.columns[frame.columns.duplicated()].tolist():
            raise ValueError(f"values has two columns named {twice[0]!r}: rename one")
        return frame
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    if not isinstance(values, np.ndarray):
        raise TypeError(
            f"values is {require.shown(values)}; it must be a pandas data frame, or a "
            "NumPy array or a tensor (N, K)"
        )
    if values.ndim != 2:
        raise ValueError(
            f"values has shape {values.shape}, expected (N, K): for images use "
            "data.from_arrays"
        )
    return pd.DataFrame(values, columns=[f"column {i}" for i in range(values.shape[1])])


def _require_columns(name: str, wanted: Collection[str], known: Sequence[str]) -> None:
    if absent := sorted(set(wanted) - set(known)):
        raise ValueError(
            f"{name} names {absent[0]!r}, which is no column: there are "
            f"{classes.listed([repr(each) for each in known])}"
        )


def _refuse_row_numbers(frame: "DataFrame") -> None:
    if unnamed := [name for name in frame.columns if name.startswith("Unnamed: ")]:
        raise ValueError(
            f"column {unnamed[0]!r} has no name, as where row numbers were saved too: "
            f"leave it out by drop=[{unnamed[0]!r}], or give it a name"
        )


def _numbers(frame: "DataFrame") -> "DataFrame":
    """Return all columns as float64, with nan where values are missing."""
    import pandas as pd

    wrong, columns = {}, {}
    for name in frame.columns:
        columns[name], wrong[name] = _column(frame[name])
    if told := [f"{name!r} ({why})" for name, why in wrong.items() if why]:
        names = [name for name, why in wrong.items() if why]
        plural = "s" if len(told) > 1 else ""
        raise ValueError(
            f"values has {len(told)} column{plural} without numbers: "
            f"{classes.listed(told)}. "
            f"Leave out what is none by drop={names[: classes.SHOWN]}, name one as "
            "labels, or make numbers of it, such as by pandas.get_dummies"
        )
    return pd.DataFrame(columns)


def _column(column: "Series[Any]") -> tuple["Series[Any]", str]:
    """Return a column as float64, and why it cannot be, or ""."""
    import pandas as pd

    kinds = pd.api.types
    if kinds.is_numeric_dtype(column) and not kinds.is_complex_dtype(column):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        return pd.Series(numbers, index=column.index), ""
    words = kinds.is_object_dtype(column) or kinds.is_string_dtype(column)
    if not words and not isinstance(column.dtype, pd.CategoricalDtype):
        return column, f"holds {column.dtype}"  # such as dates, and spans of time
    numbers = pd.to_numeric(column, errors="coerce")
    bad = np.flatnonzero(numbers.isna() & column.notna())
    if len(bad):
        return column, f"{column.iloc[bad[0]]!r:.30} in row {bad[0]}"
    return numbers.astype(np.float64), ""


def _filled(
    frame: "DataFrame", fill: float | str | None
) -> tuple["DataFrame", list[str]]:
    """Fill what is missing, or name it; say what was done."""
    missing = frame.isna().sum()
    lacking = missing[missing > 0]
    if isinstance(fill, str):
        require.choice("fill", fill, ("mean", "median"))
    elif fill is not None:
        require.number("fill", fill)
    if lacking.empty:
        return frame, []
    if fill is None:
        told = [_lack(name, frame[name]) for name in lacking.index]
        raise ValueError(
            f"values are missing in {len(told)} of {frame.shape[1]} columns: "
            f"{classes.listed(told)}; rows count from 0. Fill them, by fill='median', "
            "'mean' or a number, or leave out rows by frame.dropna()"
        )
    said = f"{int(missing.sum()):,} missing values filled with"
    if not isinstance(fill, str):
        return frame.fillna(fill), [f"{said} {fill:g}"]
    by = frame.agg(fill)
    if empty := by.index[by.isna()].tolist():
        raise ValueError(f"column {empty[0]!r} holds no value, so it has no {fill}")
    return frame.fillna(by), [f"{said} the {fill} of their column"]


def _lack(name: str, column: "Series[Any]") -> str:
    rows = np.flatnonzero(column.isna()).tolist()
    plural = "s" * (len(rows) > 1)
    return f"{name!r} in {len(rows):,} row{plural} ({classes.listed(rows)})"


def _refuse_too_large(frame: "DataFrame") -> None:
    beyond = ~(frame.abs() <= np.finfo(np.float32).max)
    for name in frame.columns[beyond.any()]:
        rows = np.flatnonzero(beyond[name]).tolist()
        raise ValueError(
            f"column {name!r} holds {frame[name].iloc[rows[0]]:g} or the like in rows "
            f"{classes.listed(rows)}; values must be finite and fit into float32"
        )


def _rounded(frame: "DataFrame") -> list[str]:
    """Name columns of whole numbers, such as ids, that float32 cannot tell apart."""
    large = frame.loc[:, (frame.abs() > EXACT).any()]
    names = [repr(name) for name in large if (large[name] % 1 == 0).all()]
    told = f"{classes.listed(names)} rounded: whole numbers beyond {EXACT:,}"
    return [told] if names else []


def _are_values(names: Sequence[str]) -> bool:
    """Tell whether names of columns are numbers, but for those that count them."""
    counted = [[str(i + first) for i in range(len(names))] for first in (0, 1)]
    try:
        # pandas writes a value that occurs twice as 2.5 and 2.5.1
        numbers = [float(".".join(name.split(".")[:2])) for name in names]
    except ValueError:
        return False
    return bool(numbers) and list(names) not in counted
