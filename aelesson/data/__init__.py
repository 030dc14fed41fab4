"""What goes in: the image sets of the course, your own data, sequences, strokes."""

from aelesson.data.arrays import from_arrays, from_dataset
from aelesson.data.files import DataError
from aelesson.data.folders import FolderDataset, from_folder
from aelesson.data.images import (
    NAMES,
    SAMPLE,
    choose_folder,
    choose_name,
    download,
    load,
)
from aelesson.data.sets import ImageSet, Splits, Table
from aelesson.data.splits import split, standardised
from aelesson.data.tables import from_csv, from_table

__all__ = [
    "NAMES",
    "SAMPLE",
    "DataError",
    "FolderDataset",
    "ImageSet",
    "Splits",
    "Table",
    "choose_folder",
    "choose_name",
    "download",
    "from_arrays",
    "from_csv",
    "from_dataset",
    "from_folder",
    "from_table",
    "load",
    "split",
    "standardised",
]
