"""The page that says where every system and every error of the tutorials stands."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from notebook_rules import HEADING, markdown

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"
ROW = re.compile(r"^\| (\d{3}|E)-(\w+) \| (.+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")

# How many systems and errors each tutorial has.
SYSTEMS = {"000": 5, "001": 5, "002": 4, "003": 8, "004": 5}
ERRORS = {"000": 11, "001": 9, "002": 11, "003": 14, "004": 17, "E": 7}

ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


def expected_numbers():
    """Return every number of the page, in its order."""
    systems = [
        f"{tutorial}-{letter}"
        for tutorial, count in SYSTEMS.items()
        for letter in "ABCDEFGH"[:count]
    ]
    errors = [
        f"{tutorial}-{number}"
        for tutorial, count in ERRORS.items()
        for number in range(1, count + 1)
    ]
    return systems + errors


def headings(path):
    """Return the anchors of a notebook as JupyterLab makes them."""
    text = markdown(nbformat.read(path, as_version=4))
    return {heading.strip().replace(" ", "-") for heading in HEADING.findall(text)}


def dead_links(text, folder):
    """Return the links of a text that lead to no file or to no heading."""
    dead = []
    for _, target in LINK.findall(text):
        file, _, anchor = unquote(target).partition("#")
        path = (folder / file).resolve()
        if not path.is_file() or anchor not in headings(path):
            dead.append(target)
    return dead


def test_every_system_and_every_error_has_its_row():
    found = [f"{tutorial}-{number}" for tutorial, number, *_ in ROWS]
    assert found == expected_numbers()


@pytest.mark.parametrize(("tutorial", "number", "what", "where"), ROWS)
def test_a_row_says_where_and_its_links_lead_there(tutorial, number, what, where):
    assert len(what.split()) >= 2
    assert LINK.search(where)
    assert re.sub(LINK, "", where).strip(" ,") == ""
    assert dead_links(where, PAGE.parent) == []


def test_a_dead_link_is_found():
    page = "../notebooks/01_basics.ipynb"
    good = f"[01, section 2]({page}#2.-Can-you-build-one-in-ten-lines?)"
    assert dead_links(good, PAGE.parent) == []
    for bad in (good.replace("ten", "nine"), good.replace("01_basics", "01_absent")):
        assert len(dead_links(bad, PAGE.parent)) == 1


def test_the_page_says_how_many_rows_it_has():
    text = PAGE.read_text(encoding="utf-8")
    systems, errors = sum(SYSTEMS.values()), sum(ERRORS.values())
    assert f"{systems} systems and {errors} errors" in text


def test_contributing_and_readme_lead_to_the_page():
    for name in ("CONTRIBUTING.md", "README.md"):
        assert "docs/coverage.md" in (ROOT / name).read_text(encoding="utf-8")
