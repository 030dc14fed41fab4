"""The learner's own copies of the exercise sheets, and why none is ever lost.

`exercises/` holds the sheets as the course made them; `workbook/` holds the learner's
copies. Every stub carries in its notebook metadata the digest of its own cells
(`aelesson.sheet`), which JupyterLab keeps when it saves. So a copy tells by itself
which version it was made from, and whether anybody has changed a cell since.

Nothing here but the standard library: the build imports this module too.
"""

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

STALE_SECONDS = 3600.0  # a half file so old is of a process that was killed
SHEET_NAME = re.compile(r"\d{2}_\w+\.ipynb")


class CourseError(RuntimeError):
    """The course's folder, or a part of it, is not as this command needs it."""


class Outcome(Enum):
    """What `fill` did about one sheet."""

    COPIED = "copied"
    CURRENT = "current"
    UPDATED = "updated"
    LAID_BESIDE = "laid beside"
    STILL_BESIDE = "still beside"
    ALTERED = "altered"
    UNREADABLE = "unreadable"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class SheetReport:
    """What `fill` did about one sheet, in a word and in a sentence for the learner.

    Attributes:
        sheet: File name, as `01_basics.ipynb`.
        outcome: What was done.
        message: What happened and what to do; empty if there is nothing to say.
    """

    sheet: str
    outcome: Outcome
    message: str = ""

    @property
    def is_there(self) -> bool:
        """Whether the workbook has it."""
        return self.outcome not in (Outcome.UNREADABLE, Outcome.BLOCKED)


@dataclass(frozen=True)
class _Sheet:
    """A sheet as it lies on disk: its bytes, and what they say about its version."""

    content: bytes
    digest: str | None  # of the cells as they are now; None if it cannot be read
    recorded: str | None  # of the stub that it was made from; None if it does not say

    @property
    def untouched(self) -> bool:
        return self.digest is not None and self.digest == self.recorded


def sheet_digest(notebook: Mapping[str, Any]) -> str:
    r"""Hash what a sheet asks and answers: the type and the source of every cell.

    Outputs, execution counts, cell ids and metadata do not count, so a sheet that was
    only run has the digest that it had before.

    Args:
        notebook: A notebook of format 4, as parsed JSON (a source may be a list of
            lines) or as an nbformat node.

    Returns:
        The SHA-256, as 64 hex digits, of `cell_type`, a newline and the source of each
        cell, joined by a zero byte.

    Raises:
        ValueError: If `notebook` is no notebook of format 4.
    """
    try:
        cells = [f"{c['cell_type']}\n{cell_source(c)}" for c in notebook["cells"]]
    except (KeyError, TypeError) as error:
        raise ValueError(
            "notebook must be of format 4, with a list `cells` in which every cell has "
            f"a `cell_type` and a `source` of text; this one is not: {error!r}"
        ) from error
    # A lone surrogate is legal in JSON, but has no UTF-8 of its own.
    return hashlib.sha256(
        "\x00".join(cells).encode("utf-8", "surrogatepass")
    ).hexdigest()


def cell_source(cell: Mapping[str, Any]) -> str:
    """Return a cell's source as one text, however the file holds it."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def find_course(named: Path | None = None) -> Path:
    """Find the course's folder: the one that holds `exercises/` and `notebooks/`.

    Args:
        named: The folder, if somebody has named it. If None, the current folder, its
            parents and at last the folder of the installed package are tried.

    Raises:
        CourseError: If none of them is the course's folder.
    """
    here = Path.cwd()
    package = Path(__file__).resolve().parents[2]
    for folder in (named,) if named else (here, *here.parents, package):
        if (folder / "exercises").is_dir() and (folder / "notebooks").is_dir():
            return folder
    where = f"{named} has no" if named else f"neither {here} nor a folder above it has"
    raise CourseError(
        f"The course's folder was not found: {where} `exercises/` and `notebooks/`. "
        "Go to the folder that you cloned, or name it with --course."
    )


def sheets_in(folder: Path) -> list[Path]:
    """List the exercise sheets in a folder, `NN_name.ipynb`, in the course's order."""
    return sorted(p for p in folder.glob("*.ipynb") if SHEET_NAME.fullmatch(p.name))


def is_untouched(sheet: Path) -> bool:
    """Tell whether the cells of a sheet file are still those it was made with.

    False, too, for a file that cannot be read or does not say what it was made with.
    """
    return _read(sheet).untouched


def fill(exercises: Path, workbook: Path) -> list[SheetReport]:
    """Bring a workbook up to date without touching anybody's work.

    A sheet that is missing is copied, an untouched one of an older version is replaced,
    and beside one that was worked on the new version is laid as
    `NN_name.new-<8 hex digits>.ipynb`. A sheet that cannot be read counts as worked on;
    what is no file is left and named. Each file is written whole or not at all.

    Args:
        exercises: Folder of the sheets as the course made them.
        workbook: Folder of the learner's copies; made if it is not there.

    Returns:
        One report per sheet in `exercises`, in order.

    Raises:
        CourseError: If `exercises` is no folder, or `workbook` cannot be written.
    """
    if not exercises.is_dir():
        raise CourseError(
            f"There is no folder {exercises}: the exercise sheets come from there. "
            "`git restore exercises/` brings them back."
        )
    try:
        workbook.mkdir(parents=True, exist_ok=True)
        _clear_stale(workbook)
        return [_bring_in(sheet, workbook) for sheet in sheets_in(exercises)]
    except OSError as error:
        raise CourseError(
            f"The workbook {workbook} cannot be written ({error.strerror or error}). "
            "It must be a folder that you may write to, on a disk with space left."
        ) from error


def _bring_in(source: Path, workbook: Path) -> SheetReport:
    """Do for one sheet what `fill` promises."""
    new, target = _read(source), workbook / source.name
    if new.digest is None:
        return SheetReport(source.name, Outcome.UNREADABLE, _unreadable(source.name))
    missing = not os.path.lexists(target)
    if not missing and not target.is_file():
        return SheetReport(source.name, Outcome.BLOCKED, _blocked(target))
    if missing:
        _write(target, new.content)
    # Answers typed into `exercises/` go along into a missing copy, and nowhere else.
    if not new.untouched:
        return SheetReport(source.name, Outcome.ALTERED, _altered(source.name))
    if missing:
        message = f"workbook/{source.name} is new."
        return SheetReport(source.name, Outcome.COPIED, message)
    return _update(target, new, version=new.digest)


def _update(target: Path, new: _Sheet, version: str) -> SheetReport:
    """Bring the present version to a sheet that the learner already has."""
    own = _read(target)
    if version in (own.recorded, own.digest):
        _clear_untouched_news(target, keep=None)
        return SheetReport(target.name, Outcome.CURRENT)
    if own.untouched:
        _clear_untouched_news(target, keep=None)
        _write(target, new.content)
        message = f"workbook/{target.name}, not begun yet, is now the newest version."
        return SheetReport(target.name, Outcome.UPDATED, message)
    beside = target.with_name(f"{target.stem}.new-{version[:8]}.ipynb")
    _clear_untouched_news(target, keep=beside)
    if os.path.lexists(beside):
        message = _beside(target.name, beside.name, "still lies")
        return SheetReport(target.name, Outcome.STILL_BESIDE, message)
    _write(beside, new.content)
    message = _beside(target.name, beside.name, "now lies")
    return SheetReport(target.name, Outcome.LAID_BESIDE, message)


def _beside(own: str, new: str, lies: str) -> str:
    return (
        f"workbook/{own} holds your work and was left as it is. A newer version {lies} "
        f"beside it: workbook/{new}. To take it over, copy your answers into it, give "
        f"your old sheet another name, and rename the new one to {own}."
    )


def _unreadable(sheet: str) -> str:
    return (
        f"exercises/{sheet} cannot be read as a notebook, so it was left out. "
        f"`git restore exercises/{sheet}` brings back the course's own."
    )


def _blocked(target: Path) -> str:
    what, cure = "a folder", "give it another name, then run `aelesson workbook` again."
    if target.is_symlink():
        what = f"a link to {os.readlink(target)}, which is not there"
        cure = f"bring that back or {cure}"
    return f"workbook/{target.name} is {what}: {cure}"


def _altered(sheet: str) -> str:
    return (
        f"exercises/{sheet} is not as the course made it. If answers of yours are in "
        f"it, make sure that they are in workbook/{sheet}, too; then "
        f"`git restore exercises/{sheet}` brings back the course's own."
    )


def _clear_untouched_news(target: Path, keep: Path | None) -> None:
    """Remove the versions once laid beside a sheet that nobody has begun to fill in."""
    name = re.compile(re.escape(target.stem) + r"\.new-[0-9a-f]{8}\.ipynb")
    for path in target.parent.iterdir():
        if path != keep and name.fullmatch(path.name) and _read(path).untouched:
            with contextlib.suppress(OSError):  # a leftover more does no harm
                path.unlink()


def _clear_stale(workbook: Path) -> None:
    """Remove half files of a process that was killed while it wrote them."""
    for path in workbook.glob(".*.partial"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()


def _read(path: Path) -> _Sheet:
    """Read a sheet; one that cannot be read has neither digest nor recorded version."""
    try:
        content = path.read_bytes()
    except OSError:  # a folder of that name, a dangling link, no permission
        return _Sheet(b"", None, None)
    try:
        notebook = json.loads(content)
        return _Sheet(content, sheet_digest(notebook), _recorded(notebook))
    except (ValueError, RecursionError):  # no JSON, no UTF-8, no notebook
        return _Sheet(content, None, None)


def _recorded(notebook: Mapping[str, Any]) -> str | None:
    """Read the digest of the stub that a sheet was made from, if it says one."""
    metadata = notebook.get("metadata")
    own = metadata.get("aelesson") if isinstance(metadata, dict) else None
    sheet = own.get("sheet") if isinstance(own, dict) else None
    return sheet if isinstance(sheet, str) else None


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: under another name first, then renamed."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
