"""A file that was handed in: whose it is, which sheet, and what it is worth."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from hashlib import sha256

from aelesson.classroom.archives import Found
from aelesson.classroom.salvage import Unreadable, read_notebook
from aelesson.classroom.which import Sheets
from aelesson.classroom.whose import Owner

CHECKPOINTS = ".ipynb_checkpoints"
_COPY = re.compile(r"(?:\((\d+)\)|-(\d{1,2}))(?:\.\w+)*$")
_NEITHER = re.compile(r"\.(json|txt)$", re.IGNORECASE)


class Worth(IntEnum):
    """What a file is good for; of two the better counts."""

    NONE = 0
    UNREADABLE = 1
    SCRIPT = 2
    NOTEBOOK = 3

    @property
    def readable(self) -> bool:
        """Whether cells can be read from it."""
        return self >= Worth.SCRIPT


@dataclass(frozen=True)
class Seen:
    """A file, and what is known of it.

    Attributes:
        found: The file.
        owner: Whose it is.
        worth: What it is good for.
        sheet: Which sheet it is; "" if nothing tells.
        digest: Of its bytes.
        fault: Why it cannot be used, or "".
        whole: Whether nothing had to be mended in it.
    """

    found: Found
    owner: Owner
    worth: Worth
    sheet: str = ""
    digest: str = ""
    fault: str = ""
    whole: bool = False

    def may_be(self, sheet: str) -> bool:
        """Tell whether it is that sheet, or a broken file that could be."""
        if self.worth is Worth.UNREADABLE:
            return self.sheet in ("", sheet)
        return self.worth.readable and self.sheet == sheet

    def order(self) -> tuple[Worth, datetime, int, int, bool, str]:
        """Return what decides which of several files counts: the highest does."""
        copy = _COPY.search(self.found.parts[-1])
        number = int(copy[1] or copy[2]) if copy else 0
        when = self.found.modified, self.owner.rank, number
        return (self.worth, *when, self.whole, self.found.source)


def look_at(found: Found, owner: Owner, sheets: Sheets) -> Seen:
    """Read a file once.

    Args:
        found: The file.
        owner: Whose it is.
        sheets: Tells which sheet it is.
    """
    name = found.parts[-1]
    if CHECKPOINTS in found.parts:
        told = "a copy that Jupyter keeps of an older state: not what was handed in"
        return Seen(found, owner, Worth.NONE, fault=told)
    if found.file is None:
        return Seen(found, owner, Worth.NONE, fault=found.problem or "no notebook")
    try:
        data = found.file.read_bytes()
        salvaged = read_notebook(data, name)
    except (Unreadable, OSError) as error:
        worth = Worth.NONE if _NEITHER.search(name) else Worth.UNREADABLE
        told = str(getattr(error, "strerror", None) or error)
        return Seen(found, owner, worth, sheets.of(None, found.parts), fault=told)
    sheet = sheets.of(salvaged.notebook, found.parts)
    if not sheet and _NEITHER.search(name):
        return Seen(found, owner, Worth.NONE, fault="no notebook")
    script = name.casefold().endswith(".py")
    worth = Worth.SCRIPT if script else Worth.NOTEBOOK
    digest, whole = sha256(data).hexdigest(), not salvaged.remarks
    return Seen(found, owner, worth, sheet, digest, whole=whole)
