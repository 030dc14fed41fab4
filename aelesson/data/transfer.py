"""One file over the network: checked, and within limits of size and time."""

import hashlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from time import monotonic
from urllib.request import Request, urlopen

from tqdm import tqdm

SILENCE = 20.0
"""Seconds without an answer after which a server counts as not reachable."""

LONGEST = 900.0
"""Seconds that one file may take: the largest then comes at 30 kB a second."""

LARGEST = 100_000_000
"""Bytes that one file may have; the largest of the data sets has 26 million."""

_PIECE = 1 << 16


class TransferError(RuntimeError):
    """A file did not come, or another came; the message says why."""


def transfer(url: str, path: Path, md5: str) -> None:
    """Get a file with a known MD5 from an address, under a bar that shows how far.

    Raises:
        TransferError: There is no answer, what comes is another file, or it is larger
            or slower than the limits allow.
        OSError: The file cannot be written.
    """
    digest = hashlib.md5(usedforsecurity=False)  # against damage, not against attack
    start = b""
    with path.open("wb") as file:
        for piece in _pieces(url):
            file.write(piece)
            digest.update(piece)
            start = start or piece
    if digest.hexdigest() != md5:
        raise TransferError(_another(start))


def _another(start: bytes) -> str:
    """Say what came in place of a file."""
    if start.lstrip()[:1] == b"<":
        return "a web page came in place of the file: does your network ask to log in?"
    return "what came is corrupted, or another file (wrong MD5)"


def _pieces(url: str) -> Iterator[bytes]:
    deadline = monotonic() + LONGEST
    try:
        request = Request(url, headers={"User-Agent": "aelesson"})
        with urlopen(request, timeout=SILENCE) as response:
            for piece in _counted(response, response.headers.get("Content-Length")):
                if monotonic() > deadline:
                    raise TransferError(f"it took longer than {LONGEST:g} s")
                yield piece
    except (OSError, HTTPException) as error:
        raise TransferError(str(error) or type(error).__name__) from None


def _counted(response: HTTPResponse, told: str | None) -> Iterator[bytes]:
    """Read piece by piece, and stop at what is too large."""
    size = int(told) if told and told.isdecimal() else None
    if size and size > LARGEST:
        raise TransferError(f"it has {size:,} bytes, more than {LARGEST:,}")
    with tqdm(total=size, unit="B", unit_scale=True) as bar:
        while piece := response.read1(_PIECE):
            bar.update(len(piece))
            if bar.n > LARGEST:
                raise TransferError(f"it has more than {LARGEST:,} bytes")
            yield piece
