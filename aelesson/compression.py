"""Bits and bytes: quantise codes, and count what image formats need.

Images are `(B, 1, H, W)`, or in colour `(B, 3, H, W)`, in [0, 1]; files hold them with
8 bits per pixel and channel. Pillow is imported where it is used.
"""

import io
import math
import zlib

import torch
from torch import Tensor

from aelesson import require

MAX_BITS = 16
Bound = float | Tensor


def quantise(z: Tensor, bits: int, low: Bound, high: Bound) -> Tensor:
    r"""Replace each number by that of the nearest of $2^b$ equally spaced levels.

    Level `i` stands for $l + i\,(h - l) / (2^b - 1)$: the first for `low`, the last for
    `high`. What lies outside is first clamped to them.

    Args:
        z: Codes, `(B, D)` or any other shape.
        bits: $b$, from 1 to 16.
        low: $l$, one number or one per unit, `(D,)`.
        high: $h$, above `low`.

    Returns:
        int64 from 0 to $2^b - 1$, in the shape of `z`.

    Raises:
        ValueError: If `bits` is out of range, `high` is not above `low`, an end is not
            finite, their shapes do not fit, or `z` holds nan.
        TypeError: If `z` does not hold floating-point numbers.
    """
    require.tensor("z", z, "(...)")
    require.no_nan("z", z)
    z = z if z.dtype == torch.float64 else z.float()  # half has not 2**16 levels
    low, high, top = _levels("z", bits, low, high, z.shape, z)
    inside = z.clamp(low, high)
    return ((inside - low) / (high - low) * top).round().long()


def dequantise(codes: Tensor, bits: int, low: Bound, high: Bound) -> Tensor:
    r"""Return the values of levels: $l + i\,(h - l) / (2^b - 1)$.

    Args:
        codes: Levels `i` as from `quantise`, integers from 0 to $2^b - 1$.
        bits: $b$, from 1 to 16; the same as in `quantise`, and so are the ends.
        low: $l$, one number or one per unit, `(D,)`.
        high: $h$, above `low`.

    Returns:
        The shape of `codes`; of the dtype of `low` if that is a tensor, else float32.

    Raises:
        TypeError: If `codes` are no integers.
        ValueError: If a code is no level, `bits` is out of range, `high` is not above
            `low`, or their shapes do not fit.
    """
    require.whole_numbers("codes", codes, "(...)")
    like = low if isinstance(low, Tensor) else torch.zeros((), device=codes.device)
    low, high, top = _levels("codes", bits, low, high, codes.shape, like)
    if codes.numel() and not 0 <= codes.min() <= codes.max() <= top:
        raise ValueError(
            f"codes go from {int(codes.min())} to {int(codes.max())}; with {bits} bits "
            f"they must be from 0 to {top}"
        )
    return low + codes * ((high - low) / top)


def entropy_bits(levels: Tensor, known: Tensor) -> float:
    r"""Return the bits per row that an ideal entropy coder needs for these levels.

    A level costs $-\log_2 p$ bits. Its chance $p$ is its share among the known levels
    of its unit, with 1 added to each count between the lowest and the highest of them:
    a decoder knows these counts, and a level not seen before has a chance, too.

    Args:
        levels: What is coded, integers `(N, D)` such as from `quantise`.
        known: Levels that set the chances, such as of training codes, `(M, D)`.

    Returns:
        The mean over rows of the sum over units.

    Raises:
        ValueError: If the shapes do not fit, or a level lies outside the known ones.
    """
    require.whole_numbers("levels", levels, "(N, D)")
    require.whole_numbers("known", known, "(M, D)")
    levels, known = levels.long(), known.long()  # bytes would count as a mask below
    if levels.shape[1:] != known.shape[1:]:
        raise ValueError(
            f"levels has shape {tuple(levels.shape)} and known {tuple(known.shape)}; "
            "they must be (N, D) and (M, D)"
        )
    low = known.amin(0)
    if ((levels < low) | (levels > known.amax(0))).any():
        ends = (f"{int(each.min())} to {int(each.max())}" for each in (levels, known))
        raise ValueError(
            "levels goes from {} and known from {}, and some are outside those of "
            "known, in their unit: clamp them first".format(*ends)
        )
    bits = 0.0
    for unit, seen in zip((levels - low).T, (known - low).T, strict=True):
        counts = seen.bincount().double() + 1
        bits -= (counts / counts.sum())[unit].log2().mean().item()
    return bits


def tile(images: Tensor, columns: int) -> Tensor:
    """Lay images edge to edge into one large image, row by row.

    With one column of grey images, its bytes are theirs, one after the other.

    Args:
        images: `(B, C, H, W)`.
        columns: Images in a row; what is left of the last row is black.

    Returns:
        `(1, C, rows * H, columns * W)`.

    Raises:
        ValueError: If these are no pictures, or `columns` is below 1.
    """
    require.images("images", images)
    require.whole("columns", columns)
    count, channels, height, width = images.shape
    rows = math.ceil(count / columns)
    cells = images.new_zeros(rows * columns, channels, height, width)
    cells[:count] = images
    grid = cells.reshape(rows, columns, channels, height, width)
    sheet = grid.permute(2, 0, 3, 1, 4)  # (C, rows, H, columns, W)
    return sheet.reshape(1, channels, rows * height, columns * width)


def untile(tiled: Tensor, count: int, columns: int) -> Tensor:
    """Cut the large image of `tile` into `count` images again.

    Args:
        tiled: `(1, C, rows * H, columns * W)`.
        count: How many images it holds.
        columns: Images in a row.

    Returns:
        `(count, C, H, W)`.

    Raises:
        ValueError: If `tiled` cannot hold so many images in so many columns.
    """
    require.images("tiled", tiled)
    require.whole("count", count)
    require.whole("columns", columns)
    rows = math.ceil(count / columns)
    _, channels, height, width = tiled.shape
    if height % rows or width % columns:
        raise ValueError(
            f"tiled has shape {tuple(tiled.shape)}: it cannot be cut into {count} "
            f"images in {columns} columns"
        )
    sides = height // rows, width // columns
    sheet = tiled.reshape(channels, rows, sides[0], columns, sides[1])
    return sheet.permute(1, 3, 0, 2, 4).reshape(-1, channels, *sides)[:count]


def png_bytes(images: Tensor) -> int:
    """Return the bytes of these images as PNG files, one file each, in total.

    Args:
        images: `(B, C, H, W)` in [0, 1].

    Raises:
        ValueError: If these are no pictures in [0, 1].
    """
    return sum(len(_file(image, "PNG", optimize=True)) for image in to_pixels(images))


def jpeg_round_trip(images: Tensor, quality: int) -> tuple[Tensor, int]:
    """Write images as JPEG files, one file each, and read them back.

    Of colours, JPEG keeps brightness at full size and the rest at half of it.

    Args:
        images: `(B, C, H, W)` in [0, 1].
        quality: From 1 (small) to 95 (near to the image).

    Returns:
        The images that were read, `(B, C, H, W)` in [0, 1] and on the device of
        `images`, and the bytes of all files in total.

    Raises:
        ValueError: If these are no pictures in [0, 1], or `quality` is out of range.
    """
    require.whole("quality", quality, at_most=95)
    import numpy as np
    from PIL import Image

    files = [
        _file(image, "JPEG", quality=quality, optimize=True)
        for image in to_pixels(images)
    ]
    read = np.stack([np.asarray(Image.open(io.BytesIO(each))) for each in files])
    pixels = torch.from_numpy(read).reshape(len(read), *images.shape[2:], -1)
    return (pixels.movedim(3, 1).to(images) / 255), sum(map(len, files))


def zlib_bytes(rows: Tensor) -> int:
    """Return the bytes of these rows behind zlib, each row by itself, in total.

    Zlib is what gzip and PNG use; a gzip file adds 12 bytes to it.

    Args:
        rows: uint8 `(B, ...)`, such as from `to_pixels`; to compress all together, give
            one row of all, `rows.reshape(1, -1)`.

    Raises:
        TypeError: If `rows` is not uint8.
    """
    require.kind("rows", rows, Tensor)
    if rows.dtype != torch.uint8:
        raise TypeError(f"rows is {rows.dtype}; it must be torch.uint8: see to_pixels")
    require.shaped("rows", rows, "(B, ...)")
    arrays = rows.cpu().contiguous().numpy()
    return sum(len(zlib.compress(row.tobytes(), 9)) for row in arrays)


def to_pixels(images: Tensor) -> Tensor:
    """Return images in [0, 1] with 8 bits per pixel and channel: uint8 from 0 to 255.

    Args:
        images: `(B, C, H, W)`.

    Raises:
        ValueError: If these are no pictures in [0, 1].
    """
    require.images("images", images)
    require.within("images", images, 0, 1)
    return (images * 255).round().to(torch.uint8)


def _file(pixels: Tensor, kind: str, **settings: int) -> bytes:
    """Return the file of one image, uint8 `(C, H, W)`."""
    from PIL import Image

    file = io.BytesIO()
    shown = pixels[0] if len(pixels) == 1 else pixels.movedim(0, 2)
    Image.fromarray(shown.cpu().numpy()).save(file, kind, **settings)
    return file.getvalue()


def _levels(
    codes: str,
    bits: int,
    low: Bound,
    high: Bound,
    shape: torch.Size,
    like: Tensor,
) -> tuple[Tensor, Tensor, int]:
    """Check the ends; return them as tensors like `like`, and the last level."""
    require.whole("bits", bits, at_most=MAX_BITS)
    for name, end in {"low": low, "high": high}.items():
        if isinstance(end, Tensor) and end.dim():
            require.finite_tensor(name, end, "(D,)")
        else:
            require.number(name, end.item() if isinstance(end, Tensor) else end)
    low, high = (
        torch.as_tensor(end, dtype=like.dtype, device=like.device)
        for end in (low, high)
    )
    for name, end in {"low": low, "high": high}.items():
        if end.dim() > len(shape) or end.shape not in ((), shape[len(shape) - 1 :]):
            raise ValueError(
                f"{name} has shape {tuple(end.shape)}, but {codes} has "
                f"{tuple(shape)}: one number or one per unit is right"
            )
    if not (high > low).all():
        ends = f"low is {low.tolist()} and high {high.tolist()}"
        raise ValueError(f"{ends:.200}; high must be above low, in every unit")
    return low, high, 2 ** int(bits) - 1
