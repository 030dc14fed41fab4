"""Say how large each picture is, so that nothing moves when it comes.

A page that is opened at one of its headings would otherwise end beside it.
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from PIL import Image

PICTURE = re.compile(r"<img\b(?![^>]*\b(?:width|height)=)([^>]*?)\s*/?>")
SOURCE = re.compile(r'\bsrc="([^":]+)"')


def write_sizes(html: Path) -> None:
    """Add width and height to the pictures of all pages below a folder."""
    for page in html.rglob("*.html"):
        text = page.read_text("utf-8")
        sized = PICTURE.sub(lambda found, page=page: _sized(page, found), text)  # type: ignore[misc]
        if sized != text:
            page.write_text(sized, "utf-8")


def _sized(page: Path, found: re.Match[str]) -> str:
    if source := SOURCE.search(found[1]):
        path = (page.parent / unquote(source[1])).resolve()
        if path.suffix in {".png", ".gif"} and path.is_file():
            width, height = _size(path)
            return f'<img{found[1]} width="{width}" height="{height}">'
    return found[0]


@cache
def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size
