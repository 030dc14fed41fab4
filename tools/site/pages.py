"""Lay the course's pages where Sphinx reads them, in the folders that links expect.

A notebook loses what a page has of its own (the way through the lesson) and what only
runs in JupyterLab; a figure takes its description with it.
"""

import html
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tools.navigation import TAG as NAVIGATION
from tools.site.launch import home, offer
from tools.site.slugs import from_jupyter

HERE = Path(__file__).parent
NOTEBOOKS = {"notebooks": "Lessons", "exercises": "Exercises"}
LOOK_UP = ("glossary", "cheat_sheet", "results", "bench", "frames", "coverage")
ABOUT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
TEACHING = Path("docs/teaching")  # not in what teachers hand out
LINKED = ("LICENSE", "LICENSE-CONTENT", "CITATION.cff")  # pages offer them as files
LEFT_OUT = {NAVIGATION, "widget"}
LIVE = re.compile(r"^explore\.(\w+)\(\)$", re.MULTILINE)
STILL = re.compile(r"!\[([^\]]*)\]\(\.\./docs/explorables/\w+\.png\)\n*")
TO_TEACHERS = re.compile(r"\[([^\]]+)\]\((?:\.\./)*docs/teaching/[^)]*\)")
LINK = re.compile(r"(\]\([^()\s#]*)#((?:[^()\s]|\([^()\s]*\))+)\)")


def lay_pages(root: Path, pages: Path, files: Path) -> None:
    """Fill two folders, which are made anew.

    Args:
        root: The repository.
        pages: What Sphinx reads.
        files: What pages offer for download: notebooks as they are.
    """
    for folder in (pages, files):
        shutil.rmtree(folder, ignore_errors=True)
    for name in NOTEBOOKS:
        (pages / name).mkdir(parents=True)
        for path in sorted((root / name).glob("*.ipynb")):
            _lay_notebook(path, pages / name / path.name)
        shutil.copytree(root / name, files / name, ignore=_all_but_notebooks)
    unread = shutil.ignore_patterns("*.json")
    shutil.copytree(root / "docs", pages / "docs", ignore=unread)
    for name in (*ABOUT, *LINKED):
        shutil.copy(root / name, pages)
    for path in pages.rglob("*.md"):
        text = with_page_links(path.read_text("utf-8"))
        if not _teaching(pages):
            text = TO_TEACHERS.sub(r"\1", text)
        path.write_text(text, "utf-8")
    shutil.copy(HERE / "explorables.md", pages)
    (pages / "index.md").write_text(_front(pages), "utf-8")


def _teaching(pages: Path) -> list[str]:
    """Return the teacher's pages, the first one first."""
    found = {f"{TEACHING}/{path.stem}" for path in (pages / TEACHING).glob("*.md")}
    return sorted(found, key=lambda name: (not name.endswith("/index"), name))


def _all_but_notebooks(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".ipynb")}


def _lay_notebook(path: Path, page: Path) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells = list(_cells(notebook.cells))
    line = offer(page.parent.name, page.name, home())
    cell = new_markdown_cell(line, id="offer")  # type: ignore[no-untyped-call]
    notebook.cells.insert(1, cell)
    nbformat.write(notebook, page)  # type: ignore[no-untyped-call]


def _cells(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    alt = ""
    for cell in cells:
        if live := LIVE.search(cell.source):
            yield new_markdown_cell(live_html(live[1], alt), id=cell.id)  # type: ignore[no-untyped-call]
            continue
        if LEFT_OUT & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            if still := STILL.search(cell.source):
                alt = still[1]
            cell.source = with_page_links(STILL.sub("", cell.source))
        elif alt := cell.metadata.get("alt"):
            cell.metadata["mystnb"] = {"image": {"alt": alt}}
        yield cell


def live_html(name: str, alt: str) -> str:
    """Return an explorable; until it has come, and without JavaScript, its still."""
    still = f"../_static/explorables/{name}.png"
    return (
        f'<div data-explorable="{name}">'
        f'<img src="{still}" alt="{html.escape(alt)}" loading="lazy"></div>'
    )


def with_page_links(text: str) -> str:
    """Return text whose links lead to pages: sheets, and headings by their anchors."""
    text = text.replace("../workbook/", "../exercises/")
    return LINK.sub(lambda m: f"{m[1]}#{from_jupyter(m[2])})", text)


def _front(pages: Path) -> str:
    trees = [
        (caption, sorted(f"{name}/{path.stem}" for path in (pages / name).iterdir()))
        for name, caption in NOTEBOOKS.items()
    ]
    trees = [("Touch", ["explorables"]), *trees]
    trees += [
        ("Teach", _teaching(pages)),
        ("Look up", [f"docs/{name}" for name in LOOK_UP]),
        ("About", ["api/index", *(Path(name).stem for name in ABOUT)]),
    ]
    front = (HERE / "index.md").read_text("utf-8")
    return front + "".join(toctree(*tree) for tree in trees if tree[1])


def toctree(caption: str, names: Iterable[str]) -> str:
    """Return a table of contents that only the side of a page shows."""
    lines = "\n".join(names)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```\n"
