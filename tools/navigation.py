"""Show the way through a lesson: the lesson before, the next one, and its sections.

The cell stands behind the title, where a reader decides what to read.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tools.source import Source, set_ids

TAG = "navigation"
START = "00_start_here"
TITLE = re.compile(r"^# # (.+)$", re.MULTILINE)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
LEFT_OUT = {"What we claimed", "References", "Next"}  # nobody jumps there


def add_way(source: Source, path: Path) -> Source:
    """Return a lesson with its way behind the title, if it has sections.

    Args:
        source: The lesson.
        path: Where its text lies, among those of the other lessons.
    """
    notebook = source.notebook
    sections = list(_sections(notebook))
    if not sections:
        return source
    text = " | ".join(_steps(path)) + "\n\n" + "\n".join(sections)
    way = new_markdown_cell(text, metadata={"tags": [TAG]})  # type: ignore[no-untyped-call]
    notebook.cells.insert(1, way)
    set_ids(notebook)
    return replace(source, lines=(source.lines[0], *source.lines))


def _steps(lesson: Path) -> Iterator[str]:
    lessons = sorted(lesson.parent.glob("*.py"))
    place = lessons.index(lesson)
    if place:
        yield f"← {_link(lessons[place - 1])}"
    if lesson.stem != START:
        yield f"[all lessons]({START}.ipynb)"
    if place + 1 < len(lessons):
        yield f"{_link(lessons[place + 1])} →"


def _link(lesson: Path) -> str:
    title = TITLE.search(lesson.read_text("utf-8"))
    return f"[{title[1] if title else lesson.stem}]({lesson.stem}.ipynb)"


def _sections(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for heading in SECTION.findall(cell.source):
                if heading not in LEFT_OUT:
                    yield f"- [{heading}](#{_anchor(heading)})"


def _anchor(heading: str) -> str:
    """Return a heading's anchor as JupyterLab makes it, safe in a Markdown link."""
    return quote(heading.strip().replace(" ", "-"), safe="?!,.:;'*$")
