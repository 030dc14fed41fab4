"""Figures: arrays in, `Figure` out."""

from aelesson.plots.codes import arrows, clouds, codes_2d, codes_3d
from aelesson.plots.images import image_rows, image_sheet, maps
from aelesson.plots.lines import curves, ladder, lines, paths
from aelesson.plots.pen import pen_rows
from aelesson.plots.style import MEDIUM, NARROW, WIDE, use_style
from aelesson.plots.tables import matrix

__all__ = [
    "MEDIUM",
    "NARROW",
    "WIDE",
    "arrows",
    "clouds",
    "codes_2d",
    "codes_3d",
    "curves",
    "image_rows",
    "image_sheet",
    "ladder",
    "lines",
    "maps",
    "matrix",
    "paths",
    "pen_rows",
    "use_style",
]
