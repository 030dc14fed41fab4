"""A submission laid where nbgrader looks for it: whole or not at all, nothing lost."""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from nbgrader.utils import parse_utc

from aelesson.classroom.archives import TIMESTAMP, Found
from aelesson.classroom.salvage import Salvaged, read_notebook

NOTE = "collected.json"
BEFORE = "submitted_before"


class Outcome(StrEnum):
    """What became of a file that was handed in."""

    COLLECTED = "collected"
    REPLACED = "replaced"
    AS_BEFORE = "as before"
    OLDER = "older"
    OTHER_SHEET = "other sheet"
    WHOSE = "whose is it?"
    UNREADABLE = "cannot be read"
    REFUSED = "left aside"


@dataclass(frozen=True)
class Place:
    """Where a student's submission of a sheet belongs.

    Attributes:
        folder: `submitted/STUDENT/SHEET` of the class.
        before: `submitted_before/STUDENT/SHEET`, for what is replaced.
    """

    folder: Path
    before: Path

    @property
    def sheet(self) -> str:
        """The sheet's name."""
        return self.folder.name

    def lay(
        self, found: Found, late: bool, again: bool
    ) -> tuple[Outcome, tuple[str, ...]]:
        """Lay a submission here, unless it is here already, or a later one is.

        Args:
            found: The file that was handed in.
            late: Whether the platform calls it late.
            again: Lay it here in any case.

        Returns:
            What was done, and what a teacher should know about the file.

        Raises:
            OSError: If it could not be written; what was here is as it was.
            Unreadable: If no cell can be read from the file.
        """
        assert found.file is not None
        data = found.file.read_bytes()
        salvaged = read_notebook(data, found.parts[-1])
        there = self.folder.exists()
        if there and not again:
            if self._digest() == sha256(data).hexdigest():
                return Outcome.AS_BEFORE, salvaged.remarks
            if (time := self._time()) > found.modified:
                told = f"what is there came in later, {_words(time)}, and stays"
                return Outcome.OLDER, (f"{told}; --again takes this one",)
        files = _files(self.sheet, data, found, salvaged)
        files[NOTE] = _note(data, found, late, salvaged.remarks)
        self._write(files)
        return Outcome.REPLACED if there else Outcome.COLLECTED, salvaged.remarks

    def _write(self, files: dict[str, bytes]) -> None:
        """Write all files aside, put away what is here, and rename."""
        aside = self.folder.with_name(f".{self.sheet}.part")
        shutil.rmtree(aside, ignore_errors=True)  # of a run that was stopped
        try:
            aside.mkdir(parents=True)
            for name, content in files.items():
                (aside / name).write_bytes(content)
            if self.folder.exists():
                self._put_away()
            os.replace(aside, self.folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _digest(self) -> str:
        """Return the digest of the file that the submission here was made of."""
        try:
            note = json.loads((self.folder / NOTE).read_text(encoding="utf-8"))
            return str(note["digest"])
        except (OSError, ValueError, KeyError, TypeError):
            pass
        try:  # nbgrader's own, or laid here by hand
            data = (self.folder / f"{self.sheet}.ipynb").read_bytes()
        except OSError:
            return ""
        return sha256(data).hexdigest()

    def _time(self) -> datetime:
        """Return when the submission here came in."""
        try:
            text = (self.folder / TIMESTAMP).read_text(encoding="utf-8").strip()
            found: datetime = parse_utc(text)
            return found.replace(tzinfo=UTC)
        except (OSError, ValueError, OverflowError, TypeError):
            return datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)

    def _put_away(self) -> None:
        """Move what is here to a folder that is named by its time."""
        name = self._time().strftime("%Y-%m-%d_%H-%M-%S")
        self.before.mkdir(parents=True, exist_ok=True)
        target, number = self.before / name, 1
        while target.exists():
            number += 1
            target = self.before / f"{name}_{number}"
        os.replace(self.folder, target)


def _files(
    sheet: str, data: bytes, found: Found, salvaged: Salvaged
) -> dict[str, bytes]:
    """Make the files that nbgrader reads; what came, beside what was made of it."""
    files = {TIMESTAMP: f"{_words(found.modified)}\n".encode()}
    if not salvaged.remarks:
        return files | {f"{sheet}.ipynb": data}
    text = json.dumps(salvaged.notebook, indent=1, ensure_ascii=False)
    ending = Path(found.parts[-1]).suffix.casefold()
    return files | {f"{sheet}.ipynb": f"{text}\n".encode(), f"original{ending}": data}


def remarks(folder: Path) -> tuple[str, ...]:
    """Return what was said of a submission when it was collected."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        late = ("late, as the platform says",) if note["late"] else ()
        return (*late, *map(str, note["remarks"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()  # laid here by hand, or by nbgrader


def _note(data: bytes, found: Found, late: bool, remarks: tuple[str, ...]) -> bytes:
    note = {
        "source": found.source,
        "digest": sha256(data).hexdigest(),
        "late": late,
        "remarks": remarks,
    }
    text = json.dumps(note, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "replace")  # a name of a file may be no UTF-8


def _words(time: datetime) -> str:
    """Write a time as nbgrader reads it."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
