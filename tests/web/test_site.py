"""Every page of the site: its links, its pictures, what it loads, its size."""

import json
from pathlib import Path

import pytest

from tests.web.built import is_outside, read, target

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000


def pages(html):
    found = sorted(html.rglob("*.html"))
    assert len(found) > 50
    return found


def test_each_lesson_and_sheet_has_a_page(html):
    for folder in ("notebooks", "exercises"):
        for path in (ROOT / folder).glob("*.ipynb"):
            assert (html / folder / f"{path.stem}.html").is_file()
            offered = html / "files" / folder / path.name
            assert offered.read_bytes() == path.read_bytes()


def test_each_link_has_a_target(html):
    for page in pages(html):
        for address in read(page).links:
            if is_outside(address) or address.startswith("mailto:"):
                continue
            path, anchor = target(page, address)
            assert path.is_file(), (page.name, address)
            if anchor and path.suffix == ".html":
                assert anchor in read(path).anchors, (page.name, address)


def test_nothing_is_loaded_from_elsewhere(html):
    for page in pages(html):
        for address in read(page).loads:
            assert not is_outside(address), (page.name, address)
            path, _ = target(page, address)
            assert path.is_file(), (page.name, address)


def test_each_picture_has_a_description(html):
    for page in pages(html):
        for picture in read(page).pictures:
            assert picture.get("alt"), (page.name, picture)
            assert not picture["alt"].endswith(".png"), (page.name, picture)


def test_a_lesson_shows_its_figures(html):
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text("utf-8"))
        figures = sum("alt" in cell["metadata"] for cell in notebook["cells"])
        page = read(html / "notebooks" / f"{path.stem}.html")
        assert len(page.pictures) >= figures, path.name


def test_a_stub_shows_no_answer(html):
    for page in (html / "exercises").glob("*.html"):
        assert "BEGIN SOLUTION" not in page.read_text("utf-8")


def test_the_site_is_small(html):
    size = sum(path.stat().st_size for path in html.rglob("*") if path.is_file())
    assert size < 60 * MEGABYTE
