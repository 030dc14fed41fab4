"""Bits and bytes: quantise codes, and count what image formats need.

Images are `(B, 1, H, W)` in [0, 1]; files hold them with 8 bits per pixel. Pillow is
imported where it is used.
"""

import io
import math
import zlib

import torch
from torch import Tensor

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
        ValueError: If `bits` is out of range, `high` is not above `low`, their shapes
            do not fit, or `z` holds NaN.
        TypeError: If `z` does not hold floating-point numbers.
    """
    if not z.is_floating_point():
        raise TypeError(f"z is {z.dtype}; it must hold floating-point numbers")
    low, high, top = _levels(bits, low, high, z.shape, z)
    if z.isnan().any():
        raise ValueError("z holds NaN, which is near to no level")
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
    if codes.is_floating_point() or codes.is_complex() or codes.dtype == torch.bool:
        raise TypeError(f"codes must be integers, got {codes.dtype}")
    like = low if isinstance(low, Tensor) else torch.zeros((), device=codes.device)
    low, high, top = _levels(bits, low, high, codes.shape, like)
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
    if levels.dim() != 2 or known.dim() != 2 or levels.shape[1:] != known.shape[1:]:
        raise ValueError(
            f"levels has shape {tuple(levels.shape)} and known {tuple(known.shape)}; "
            "they must be (N, D) and (M, D)"
        )
    low = known.amin(0)
    if ((levels < low) | (levels > known.amax(0))).any():
        raise ValueError("levels has some outside those of known: clamp them first")
    bits = 0.0
    for unit, seen in zip((levels - low).T, (known - low).T, strict=True):
        counts = seen.bincount().double() + 1
        bits -= (counts / counts.sum())[unit].log2().mean().item()
    return bits


def tile(images: Tensor, columns: int) -> Tensor:
    """Lay images edge to edge into one large image, row by row.

    With one column, its bytes are those of the images, one after the other.

    Args:
        images: `(B, 1, H, W)`.
        columns: Images in a row; what is left of the last row is black.

    Returns:
        `(1, 1, rows * H, columns * W)`.

    Raises:
        ValueError: If these are not grey images, or `columns` is below 1.
    """
    _require_grey(images)
    if columns < 1:
        raise ValueError(f"columns is {columns}; it must be at least 1")
    count, _, height, width = images.shape
    rows = math.ceil(count / columns)
    cells = images.new_zeros(rows * columns, height, width)
    cells[:count] = images[:, 0]
    grid = cells.reshape(rows, columns, height, width).transpose(1, 2)
    return grid.reshape(1, 1, rows * height, columns * width)


def untile(tiled: Tensor, count: int, columns: int) -> Tensor:
    """Cut the large image of `tile` into `count` images again.

    Args:
        tiled: `(1, 1, rows * H, columns * W)`.
        count: How many images it holds.
        columns: Images in a row.

    Returns:
        `(count, 1, H, W)`.

    Raises:
        ValueError: If `tiled` cannot hold so many images in so many columns.
    """
    _require_grey(tiled)
    rows = math.ceil(count / max(1, columns))
    height, width = tiled.shape[2:]
    if count < 1 or columns < 1 or height % rows or width % columns:
        raise ValueError(
            f"tiled has shape {tuple(tiled.shape)}: it cannot be cut into {count} "
            f"images in {columns} columns"
        )
    grid = tiled.reshape(rows, height // rows, columns, width // columns)
    cells = grid.transpose(1, 2).reshape(-1, 1, height // rows, width // columns)
    return cells[:count]


def png_bytes(images: Tensor) -> int:
    """Return the bytes of these images as PNG files, one file each, in total.

    Args:
        images: `(B, 1, H, W)` in [0, 1].

    Raises:
        ValueError: If these are not grey images in [0, 1].
    """
    return sum(len(_file(image, "PNG", optimize=True)) for image in to_pixels(images))


def jpeg_round_trip(images: Tensor, quality: int) -> tuple[Tensor, int]:
    """Write images as JPEG files, one file each, and read them back.

    Args:
        images: `(B, 1, H, W)` in [0, 1].
        quality: From 1 (small) to 95 (near to the image).

    Returns:
        The images that were read, `(B, 1, H, W)` in [0, 1] and on the device of
        `images`, and the bytes of all files in total.

    Raises:
        ValueError: If these are no grey images in [0, 1], or `quality` is out of range.
    """
    if not 1 <= quality <= 95:
        raise ValueError(f"quality is {quality}; it must be from 1 to 95")
    import numpy as np
    from PIL import Image

    files = [
        _file(image, "JPEG", quality=quality, optimize=True)
        for image in to_pixels(images)
    ]
    read = np.stack([np.asarray(Image.open(io.BytesIO(each))) for each in files])
    pixels = torch.from_numpy(read)[:, None]
    return (pixels.to(images) / 255), sum(map(len, files))


def zlib_bytes(rows: Tensor) -> int:
    """Return the bytes of these rows behind zlib, each row by itself, in total.

    Zlib is what gzip and PNG use; a gzip file adds 12 bytes to it.

    Args:
        rows: uint8 `(B, ...)`, such as from `to_pixels`; to compress all together, give
            one row of all, `rows.reshape(1, -1)`.

    Raises:
        TypeError: If `rows` is not uint8.
    """
    if rows.dtype != torch.uint8:
        raise TypeError(f"rows must be torch.uint8, got {rows.dtype}")
    arrays = rows.cpu().contiguous().numpy()
    return sum(len(zlib.compress(row.tobytes(), 9)) for row in arrays)


def to_pixels(images: Tensor) -> Tensor:
    """Return grey images in [0, 1] with 8 bits per pixel: uint8 from 0 to 255.

    Args:
        images: `(B, 1, H, W)`.

    Raises:
        ValueError: If these are not grey images in [0, 1].
    """
    _require_grey(images)
    low, high = (end.item() for end in torch.aminmax(images))
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(
            f"images has pixels from {low:.4g} to {high:.4g}; they must be in [0, 1]"
        )
    return (images * 255).round().to(torch.uint8)


def _file(pixels: Tensor, kind: str, **settings: int) -> bytes:
    """Return the file of one image, uint8 `(1, H, W)`."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels[0].cpu().numpy()).save(file, kind, **settings)
    return file.getvalue()


def _levels(
    bits: int, low: Bound, high: Bound, shape: torch.Size, like: Tensor
) -> tuple[Tensor, Tensor, int]:
    """Check the ends; return them as tensors like `like`, and the last level."""
    if not 1 <= bits <= MAX_BITS or bits != int(bits):
        raise ValueError(f"bits is {bits}; it must be a whole number from 1 to 16")
    low, high = (
        torch.as_tensor(end, dtype=like.dtype, device=like.device)
        for end in (low, high)
    )
    for name, end in {"low": low, "high": high}.items():
        if end.dim() > len(shape) or end.shape not in ((), shape[len(shape) - 1 :]):
            raise ValueError(
                f"{name} has shape {tuple(end.shape)}, but codes have {tuple(shape)}: "
                "one number or one per unit is right"
            )
    if not (high > low).all():
        raise ValueError("high must be above low, in every unit")
    return low, high, 2 ** int(bits) - 1


def _require_grey(images: Tensor) -> None:
    if images.dim() != 4 or images.shape[1] != 1 or images.numel() == 0:
        raise ValueError(
            f"images has shape {tuple(images.shape)}, expected (B, 1, H, W)"
        )
