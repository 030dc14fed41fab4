"""What goes in: image sets in memory, and what else lessons train on."""

from aelesson.data.files import DataError
from aelesson.data.images import (
    NAMES,
    SAMPLE,
    ImageSet,
    Splits,
    choose_folder,
    choose_name,
    download,
    load,
)

__all__ = [
    "NAMES",
    "SAMPLE",
    "DataError",
    "ImageSet",
    "Splits",
    "choose_folder",
    "choose_name",
    "download",
    "load",
]
