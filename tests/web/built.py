"""Read built pages: where they link to, what they load, what their pictures say."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {
    "img": "src",
    "script": "src",
    "source": "src",
    "iframe": "src",
    "link": "href",
}


@dataclass
class Page:
    """What was found in one page."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    pictures: list[dict[str, str | None]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if "id" in has:
            self.page.anchors.add(has["id"])
        if tag == "a" and has.get("href"):
            self.page.links.append(has["href"])
        if tag == "img":
            self.page.pictures.append(has)
        if (loaded := has.get(LOADS.get(tag, ""))) and not loaded.startswith("data:"):
            self.page.loads.append(loaded)


@cache
def read(path: Path) -> Page:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    return reader.page


def is_outside(address: str) -> bool:
    """Tell whether an address names another machine."""
    return bool(urlsplit(address).netloc)


def target(page: Path, address: str) -> tuple[Path, str]:
    """Return the file that a link of a page leads to, and the anchor in it."""
    parts = urlsplit(address)
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path / "index.html" if path.is_dir() else path, unquote(parts.fragment)
