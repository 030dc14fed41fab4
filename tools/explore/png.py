"""Grey pictures in the plainest form of PNG, which a page reads without a canvas."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY_8_BIT = (8, 0, 0, 0, 0)  # depth, colour type, and the only methods there are


def grey_png(rows: NDArray[np.uint8]) -> bytes:
    """Return `(H, W)` values as a PNG whose rows have no filter.

    Digits compress best so: rows that hold an image each, and no filter. All other
    filters, and images laid out side by side, make a larger file.
    """
    height, width = rows.shape
    unfiltered = np.column_stack([np.zeros(height, np.uint8), rows]).tobytes()
    packer = zlib.compressobj(level=9, memLevel=9)
    return (
        SIGNATURE
        + _chunk(b"IHDR", struct.pack(">2I5B", width, height, *GREY_8_BIT))
        + _chunk(b"IDAT", packer.compress(unfiltered) + packer.flush())
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(name + content)
    return (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
    )
