"""Figures: arrays in, `Figure` out."""

from aelesson.plots.codes import codes_2d, codes_3d
from aelesson.plots.images import image_rows, image_sheet, maps
from aelesson.plots.lines import curves, ladder, lines
from aelesson.plots.style import MEDIUM, NARROW, WIDE, use_style

__all__ = [
    "MEDIUM",
    "NARROW",
    "WIDE",
    "codes_2d",
    "codes_3d",
    "curves",
    "image_rows",
    "image_sheet",
    "ladder",
    "lines",
    "maps",
    "use_style",
]
