"""Files in folders and zip archives, also in archives within: listed, safely unpacked.

Nothing is ever written under a name that an archive gives.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

from nbgrader.utils import parse_utc

from aelesson.course.workbook import CourseError

FILE_BYTES = 100 * 2**20
"""A larger file is left aside: no sheet of ours has a hundredth of it."""

TOTAL_BYTES = 8 * 2**30
ENTRIES = 20_000
DEPTH = 3
"""Archives within archives: the platform's, a student's, and one more."""

TIMESTAMP = "timestamp.txt"
_PACKED = re.compile(r"\.(rar|7z|tar|tgz|gz|bz2|xz)$", re.IGNORECASE)
_LITTER = re.compile(r"__MACOSX|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|\.git")
_READ = re.compile(r"\.ipynb|\.(py|html?|json|txt)$", re.IGNORECASE)
_UNIX_TIME = 0x5455  # the header of an entry's time in UTC


@dataclass(frozen=True)
class Found:
    """A file that was handed in.

    Attributes:
        parts: Folders, archives and the file's name, from the origin on.
        modified: When it was written or handed in, in UTC.
        file: Where it can be read now; None if it was not unpacked.
        problem: Why it was not, or empty if it is merely of no use here.
    """

    parts: tuple[str, ...]
    modified: datetime
    file: Path | None = None
    problem: str = ""

    @property
    def source(self) -> str:
        """Its path from the origin on, as a teacher would look for it."""
        return "/".join(self.parts)


@dataclass
class _Scratch:
    """Where archives are unpacked, and how much of it may still be used."""

    folder: Path
    bytes_left: int
    entries_left: int
    count: int = 0

    def next(self) -> Path:
        self.count += 1
        return self.folder / f"{self.count:06}"


def files_in(origin: Path, scratch: Path) -> Iterator[Found]:
    """List what was handed in; what may be a notebook can be read then.

    Args:
        origin: A folder, a zip archive, or one file.
        scratch: An empty folder for what is unpacked.

    Raises:
        CourseError: If there is no such file, or the archive is none or is not safe.
    """
    if not origin.exists():
        raise CourseError(f"There is no {origin}: name a folder, a zip or a notebook.")
    room = _Scratch(scratch, TOTAL_BYTES, ENTRIES)
    if origin.is_dir():
        yield from _in_folder(origin, room)
    elif origin.suffix.casefold() == ".zip" or _PACKED.search(origin.name):
        modified = _time_of(origin)
        for found in _in_archive(origin, (), room, modified, depth=1):
            if not found.parts:
                raise CourseError(f"{origin} was left aside: {found.problem}.")
            yield found
    else:
        yield Found((origin.name,), _time_of(origin), origin)


def _time_of(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _in_folder(origin: Path, room: _Scratch) -> Iterator[Found]:
    for path in sorted(origin.rglob("*")):
        parts = path.relative_to(origin).parts
        if any(_LITTER.fullmatch(part) for part in parts) or path.name == TIMESTAMP:
            continue
        if path.is_symlink():
            modified = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
            yield Found(parts, modified, problem="it is a link to another place")
        elif path.is_file():
            yield from _one(path, parts, _handed_in(path), room, depth=0)


def _handed_in(path: Path) -> datetime:
    """Read nbgrader's time of a submission, if it lies beside a file."""
    stamp = path.with_name(TIMESTAMP)
    try:
        found: datetime = parse_utc(stamp.read_text(encoding="utf-8").strip())
        return found.replace(tzinfo=UTC)
    except (OSError, ValueError, OverflowError, TypeError):
        return _time_of(path)


def _one(
    path: Path, parts: tuple[str, ...], modified: datetime, room: _Scratch, depth: int
) -> Iterator[Found]:
    """Yield a file, or what is in it if it is an archive."""
    if parts[-1].casefold().endswith(".zip") or _PACKED.search(parts[-1]):
        yield from _in_archive(path, parts, room, modified, depth + 1)
    elif not _READ.search(parts[-1]):
        yield Found(parts, modified)
    elif path.stat().st_size > FILE_BYTES:
        yield Found(parts, modified, problem=_large(path.stat().st_size))
    else:
        yield Found(parts, modified, path)


def _large(size: int) -> str:
    return f"it has {size / 2**20:,.0f} MB, more than {FILE_BYTES / 2**20:.0f}"


def _in_archive(
    path: Path, parts: tuple[str, ...], room: _Scratch, modified: datetime, depth: int
) -> Iterator[Found]:
    """Yield what is in an archive; if it is not safe, the archive with the reason."""
    if _PACKED.search((parts or (path.name,))[-1]):
        told = "only zip archives are unpacked: unpack it by hand"
        yield Found(parts, modified, problem=told)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            if fault := _fault(archive, room, depth):
                yield Found(parts, modified, problem=fault)
                return
            yield from _entries(archive, parts, room, depth)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        yield Found(parts, modified, problem=f"it is no whole zip archive ({error})")


def _fault(archive: zipfile.ZipFile, room: _Scratch, depth: int) -> str:
    """Say why an archive must not be unpacked, or nothing."""
    entries = archive.infolist()
    if depth > DEPTH:
        return f"archives lie in archives more than {DEPTH} deep"
    room.entries_left -= len(entries)
    if room.entries_left < 0:
        return f"more than {ENTRIES:,} files in all"
    for entry in entries:
        name = entry.filename
        if name.startswith(("/", "\\")) or PureWindowsPath(name).drive:
            return f"not safe, it has the absolute path {name!r:.80}"
        if ".." in _parts(entry):
            return f"not safe, the path {name!r:.80} leads out of it"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return f"not safe, {name!r:.80} is a link"
        if entry.flag_bits & 1:
            return "it is locked with a password"
    return ""


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """Split an entry's name; put right what a zip without the mark of UTF-8 holds."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = entry.filename
    return tuple(part for part in re.split(r"[/\\]", name) if part not in ("", "."))


def _entries(
    archive: zipfile.ZipFile, above: tuple[str, ...], room: _Scratch, depth: int
) -> Iterator[Found]:
    for entry in archive.infolist():
        parts = (*above, *_parts(entry))
        if (
            entry.is_dir()
            or not _parts(entry)
            or any(_LITTER.fullmatch(part) for part in parts)
        ):
            continue
        modified = _written(entry)
        packed = _PACKED.search(parts[-1]) or parts[-1].casefold().endswith(".zip")
        if not packed and not _READ.search(parts[-1]):
            yield Found(parts, modified)
        elif entry.file_size > FILE_BYTES and not packed:
            yield Found(parts, modified, problem=_large(entry.file_size))
        elif entry.file_size > room.bytes_left:
            told = f"more than {TOTAL_BYTES / 2**30:.0f} GB in all"
            yield Found(parts, modified, problem=told)
        else:
            yield from _unpacked(archive, entry, parts, room, depth)


def _unpacked(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    parts: tuple[str, ...],
    room: _Scratch,
    depth: int,
) -> Iterator[Found]:
    modified, target = _written(entry), room.next()
    room.bytes_left -= entry.file_size
    try:
        with archive.open(entry) as packed, target.open("wb") as file:
            while piece := packed.read(2**20):
                file.write(piece)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        yield Found(parts, modified, problem=f"it cannot be unpacked ({error})")
        return
    yield from _one(target, parts, modified, room, depth)


def _written(entry: zipfile.ZipInfo) -> datetime:
    """Return an entry's time: in UTC if it says so, else as of this machine's zone."""
    extra = entry.extra
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<HH", extra)
        if tag == _UNIX_TIME and size >= 5 and extra[4] & 1 and len(extra) >= 9:
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    try:
        return datetime(*entry.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):  # a month 0 where none was given
        return datetime(1980, 1, 1, tzinfo=UTC)
