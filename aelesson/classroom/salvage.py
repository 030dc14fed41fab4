"""What students hand in, read as a notebook, also where it is none any more.

A file that was cut, merged by git with both sides left in, or saved in another encoding
still holds cells: each whole one is kept, and a remark says what was lost.
"""

import ast
import codecs
import json
import re
from dataclasses import dataclass
from typing import Any

import jupytext

from aelesson.classroom.wellformed import Cell, Notebook, is_valid, mend
from aelesson.course.sheets import STUB_MESSAGE
from aelesson.course.workbook import CourseError

_JSON = json.JSONDecoder(strict=False)  # a line break inside a text does no harm
_CELL = re.compile(
    r'\{\s*"(?:attachments|cell_type|execution_count|id|input|metadata|outputs|source)"'
)
_CONFLICT = re.compile(
    r"^<{7}(?: .*)?\n(?P<upper>(?s:.*?))(?:^\|{7}(?: .*)?\n(?s:.*?))?"
    r"^={7}\n(?P<lower>(?s:.*?))^>{7}(?: .*)?(?:\n|\Z)",
    re.MULTILINE,
)
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[\]}])', re.DOTALL)
_PERCENT = re.compile(r"^\s*# ?(%%|In\[[\d ]*\])", re.MULTILINE)
_OTHER_KINDS = {
    b"PK": "a zip archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"Rar!": "a rar archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gz archive",
    b"version https://git-lfs": "a pointer of git-lfs",
}


class Unreadable(CourseError):  # noqa: N818 - it says what the file is
    """No cell can be read from what was handed in."""


@dataclass(frozen=True)
class Salvaged:
    """What could be read.

    Attributes:
        notebook: A valid notebook of format 4.
        remarks: What a teacher should know; none if the file is as it should be.
    """

    notebook: Notebook
    remarks: tuple[str, ...] = ()


def read_notebook(data: bytes, name: str = "") -> Salvaged:
    """Read what was handed in as a notebook.

    Args:
        data: The file's bytes.
        name: The file's; it only tells a `.py` file from a notebook.

    Raises:
        Unreadable: If no whole cell is in it; the message says what it is.
    """
    text, remarks = _decode(data)
    if name.casefold().endswith(".py") and text[:1] not in ("{", "["):
        return _script(text, remarks)
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        found, lost = _torn(text)
        if not _has_cells(found) and _is_python(text):
            return _script(text, remarks)
        if not _has_cells(found):
            raise Unreadable("it is no notebook: no whole cell is in it.") from None
        remarks.append(lost)
    if isinstance(found, list):
        found = {"cells": found}
    if not _has_cells(found):
        raise Unreadable("it is JSON, but no notebook: it has no cells.")
    if not remarks and is_valid(found):
        return Salvaged(found)
    try:
        notebook, more = mend(found)
    except RecursionError as error:
        raise Unreadable("its JSON is nested too deep.") from error
    if not notebook["cells"]:
        raise Unreadable("it is a notebook without a cell that can be read.")
    told = [*remarks, *more] or ["parts that nbformat asks for were missing"]
    return Salvaged(notebook, tuple(told))


def _has_cells(found: Any) -> bool:  # noqa: ANN401
    parts = ("cells", "worksheets")
    return isinstance(found, dict) and any(
        isinstance(found.get(part), list) and found[part] for part in parts
    )


def _decode(data: bytes) -> tuple[str, list[str]]:
    """Turn bytes into text, and say where they are not plain UTF-8."""
    if not data.strip(b"\0 \t\r\n"):
        empty = "it is empty" if not data else f"its {len(data)} bytes hold nothing"
        raise Unreadable(f"{empty}: the file was not saved or not uploaded.")
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise Unreadable(f"it is {kind}, no notebook.")
    text, remarks = _by_encoding(data)
    text = text.lstrip("\ufeff \t\r\n")
    if re.match(r"(<\?xml[^>]*>\s*)?<(!doctype|html|head|body)\b", text, re.IGNORECASE):
        raise Unreadable("it is an HTML page, made to be looked at: no notebook.")
    if "\0" in text:
        text = text.replace("\0", "")
        remarks.append("holds zero bytes, which were left out")
    return text, remarks


def _by_encoding(data: bytes) -> tuple[str, list[str]]:
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace"), ["began with a byte order mark"]
    for start, kind in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"{\0", "utf-16-le"),
        (b"\0{", "utf-16-be"),
    ):
        if data.startswith(start):
            return data.decode(kind, "replace"), ["was in UTF-16, not in UTF-8"]
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data.decode(errors="ignore"), []  # cut in the middle of a character
    if re.search(r"[^\x00-\x7f\ufffd]", text := data.decode(errors="replace")):
        return text, ["some bytes were no UTF-8 and were replaced"]
    return data.decode("cp1252", "replace"), ["was in Latin-1, not in UTF-8"]


def _torn(text: str) -> tuple[Notebook, str]:
    """Read what is not JSON; say what was done and what was lost."""
    if sides := _sides(text):
        # Of the two sides the one that has more answers.
        text = min(sides, key=lambda side: side.count(STUB_MESSAGE))
        which = "upper" if text == sides[0] else "lower"
        told = f"git left both sides of a merge in it; the {which} one was read"
        if _has_cells(found := _parse(text)):
            return found, told
        notebook, lost = _torn(text)
        return notebook, f"{told}; {lost}"
    if _has_cells(found := _parse(text)):
        return found, "bad JSON that could be read: a line break in a text"
    whole, rest = _first(text)
    if _has_cells(whole):
        later, _ = _first(rest)
        told = "something follows the notebook's end; it was left out"
        if _has_cells(later):
            return later, "two notebooks, one after the other: the last was read"
        return whole, told
    repaired = _parse(_COMMA.sub(lambda match: match[1] or "", text))
    if _has_cells(repaired):
        return repaired, "bad JSON that could be repaired: a comma too many"
    return _cell_by_cell(text)


def _sides(text: str) -> tuple[str, str] | None:
    """Resolve git's marks of a conflict both ways; None if there are none."""
    plain = text.replace("\r\n", "\n")
    if not _CONFLICT.search(plain):
        return None
    return _CONFLICT.sub(r"\g<upper>", plain), _CONFLICT.sub(r"\g<lower>", plain)


def _parse(text: str) -> Any:  # noqa: ANN401
    try:
        return _JSON.decode(text)
    except (ValueError, RecursionError):
        return None


def _first(text: str) -> tuple[Any, str]:
    """Read the first JSON value of a text; return it and what follows."""
    try:
        found, end = _JSON.raw_decode(text)
    except (ValueError, RecursionError):
        return None, ""
    return found, text[end:].lstrip("\ufeff \t\r\n,")


def _cell_by_cell(text: str) -> tuple[Notebook, str]:
    """Keep each cell that is whole, wherever it lies."""
    cells: list[Cell] = []
    position, last = 0, 0
    while match := _CELL.search(text, position):
        try:
            found, end = _JSON.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            found, end = None, 0
        position = match.start() + 1
        if isinstance(found, dict) and _is_cell(found):
            cells.append(found)
            position = last = end
    old = bool(cells) and any("input" in cell for cell in cells)
    body = {"worksheets": [{"cells": cells}]} if old else {"cells": cells}
    count = f"{len(cells)} whole cell" + "s" * (len(cells) != 1)
    told = f"not whole: {count} could be read, the rest is lost"
    return body | {"metadata": _metadata(text, last)}, told


def _is_cell(found: dict[str, Any]) -> bool:
    return "cell_type" in found and ("source" in found or "input" in found)


def _metadata(text: str, start: int) -> dict[str, Any]:
    """Find the notebook's own metadata behind its last cell, if they are whole."""
    if match := re.compile(r'\]\s*,\s*"metadata"\s*:\s*').search(text, start):
        found, _ = _first(text[match.end() :])
        if isinstance(found, dict):
            return found
    return {}


def _is_python(text: str) -> bool:
    if _PERCENT.search(text):
        return True
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)


def _script(text: str, remarks: list[str]) -> Salvaged:
    """Read a Python file: cell by cell where it marks them, else as one cell."""
    text = text.replace("\r\n", "\n")
    notebook: Notebook = {}
    if _PERCENT.search(text):
        try:
            notebook = dict(jupytext.reads(text, fmt="py:percent"))
        except Exception:  # jupytext promises no kind of error for bad marks
            remarks.append("jupytext could not read its cells")
    told = "a Python file, not a notebook"
    if not notebook.get("cells"):
        notebook = {"cells": [{"cell_type": "code", "source": text}]}
        told += ": read as one cell"
    mended, _ = mend(json.loads(json.dumps(notebook)))
    mended["metadata"].pop("jupytext", None)
    return Salvaged(mended, (told, *remarks))
