"""What a student's page must not show: a teacher's folders, scripts, long outputs."""

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import bleach

LIMIT = 600_000
"""Characters of all outputs of a page."""

_TEXT = 20_000  # of one text
_SHOWN = (
    *("image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown"),
    *("text/latex", "text/plain"),
)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_POSIX = re.compile(r"(?<![\w.:/<=+~-])(?:~/(?:[\w.@+-]+/)*|/(?:[\w.@+-]+/)+)")
_WINDOWS = re.compile(r"(?<!\w)[A-Za-z]:\\(?:[^\\/:*?\"<>|\r\n]+\\)+")
_TAGS = {
    *bleach.ALLOWED_TAGS,
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "pre", "span", "div"),
    *("img", "table", "thead", "tbody", "tr", "th", "td", "caption", "dl", "dt", "dd"),
    *("del", "sub", "sup", "details", "summary", "mark", "small"),
}
_LEADS = re.compile(r"https?://|mailto:|#")
"""How an address begins that leads somewhere from a single file."""

_ATTRIBUTES: dict[str, Any] = {
    "*": ["class", "id", "title", "align"],
    "a": lambda _, name, value: name == "href" and bool(_LEADS.match(value)),
    "img": lambda _, name, value: (
        name in ("alt", "width", "height")
        or (name == "src" and value.startswith("data:image/"))
    ),
    "th": ["colspan", "rowspan", "scope"],
    "td": ["colspan", "rowspan"],
    "details": ["open"],
}


def safe_html(html: str) -> str:
    """Leave out what could run, or change the rest of a page."""
    protocols = ["http", "https", "mailto", "data"]
    safe: str = bleach.clean(
        html, _TAGS, _ATTRIBUTES, protocols=protocols, strip=True, strip_comments=True
    )
    return safe


def without_folders(text: str, folders: Iterable[Path] = ()) -> str:
    """Leave of every path only its last name.

    Args:
        text: What a cell printed, or an error's words.
        folders: Of this machine, which may have spaces in their names.
    """
    own = {*folders, Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())}
    for folder in sorted(map(str, own), key=len, reverse=True):
        if len(folder) > 1:
            text = re.sub(rf"{re.escape(folder)}(?![\w-])", "~", text)
    return _WINDOWS.sub("", _POSIX.sub("", text))


def outputs(
    found: list[dict[str, Any]], folders: Iterable[Path], left: int
) -> tuple[list[dict[str, Any]], int]:
    """Return a cell's outputs as a student may see them.

    Args:
        found: Outputs of a notebook of format 4.
        folders: Of this machine, see `without_folders`.
        left: Characters that the page may still have.

    Returns:
        The outputs, and how many characters are left.
    """
    folders, kept = tuple(folders), []
    for output in found:
        output = _tidy(output, folders)
        size = len(str(output))
        if size > left:
            told = f"(An output of {size:,} characters is left out here.)\n"
            output = {"output_type": "stream", "name": "stdout", "text": told}
        else:
            left -= size
        kept.append(output)
    return kept, left


def _tidy(output: dict[str, Any], folders: tuple[Path, ...]) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "error":
        return _error(output, folders)
    if kind == "stream":
        return {**output, "text": _shortened(without_folders(output["text"], folders))}
    data = {m: output["data"][m] for m in _SHOWN if m in output["data"]}
    for mime, text in data.items():
        if mime.startswith("text/"):
            data[mime] = without_folders(text, folders)
    if "text/html" in data:
        data["text/html"] = safe_html(data["text/html"])
    if "text/plain" in data:
        data["text/plain"] = _shortened(data["text/plain"])
    return {**output, "data": data}


def _error(output: dict[str, Any], folders: tuple[Path, ...]) -> dict[str, Any]:
    """Keep of a traceback the frames in the student's own cells."""
    frames = [_ANSI.sub("", frame) for frame in output["traceback"]]
    own = [frame for frame in frames if not frame.lstrip().startswith("File ")]
    text = "\n".join(own) or f"{output['ename']}: {output['evalue']}"
    told = _shortened(without_folders(text, folders))
    return {**output, "traceback": [told]}


def _shortened(text: str) -> str:
    if len(text) <= _TEXT:
        return text
    half = _TEXT // 2
    return f"{text[:half]}\n... {len(text) - _TEXT:,} characters ...\n{text[-half:]}"
