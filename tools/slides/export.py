"""A deck as a notebook with nbconvert's slide types, and that notebook as a page."""

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.site.conf import mathjax4_config
from tools.slides.slide import Part, Slide
from tools.slides.words import without_links, without_opening
from tools.source import fixed_metadata

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WIDTH, HEIGHT = 1280, 720
FORMULAS = {
    **mathjax4_config,
    "tex": {"inlineMath": {"[+]": [["$", "$"]]}},
    # Slides out of sight have no width: nothing may depend on it.
    "chtml": {"matchFontHeight": False, "linebreaks": {"inline": False}},
    "startup": {"typeset": False},
}


def page(name: str, slides: Sequence[Slide], static: str) -> str:
    """Return a deck as one page, figures within.

    Args:
        name: Of the lesson, such as "08_vae".
        slides: The deck.
        static: Where reveal.js, MathJax and the theme lie, seen from the page.
    """
    exporter = SlidesExporter(  # type: ignore[no-untyped-call]
        template_name="aelesson",
        extra_template_basedirs=[str(HERE / "templates")],
        reveal_url_prefix=f"{static}/reveal",
        reveal_theme="aelesson",
        reveal_width=str(WIDTH),
        reveal_height=str(HEIGHT),
        exclude_anchor_links=True,
        mathjax_url=f"{static}/mathjax/tex-chtml.js",
    )
    resources = {"formulas": json.dumps(FORMULAS), "lesson": name, "static": static}
    text, _ = exporter.from_notebook_node(as_notebook(slides), resources)
    return str(text)


def as_notebook(slides: Sequence[Slide]) -> NotebookNode:
    """Return a notebook whose cells say by their slide types what a room sees."""
    notebook = new_notebook(cells=[cell for each in slides for cell in _cells(each)])  # type: ignore[no-untyped-call]
    notebook.metadata = fixed_metadata()
    notebook.metadata["title"] = slides[0].heading
    return nbformat.from_dict(notebook)  # type: ignore[no-untyped-call, no-any-return]


def _cells(slide: Slide) -> Iterator[NotebookNode]:
    level = "#" if slide.layout == "title" else "##"
    kind = "subslide" if slide.down else "slide"
    yield _cell(f"{level} {slide.heading}", kind, "heading", layout=slide.layout)
    if slide.notes:
        yield _cell(without_links("\n\n".join(slide.notes)), "notes", "notes")
    for part in slide.parts:
        yield _part(part)


def _part(part: Part) -> NotebookNode:
    kind = "fragment" if part.fragment else "-"
    block = part.block
    if part.role == "code":
        return _cell(block.text, kind, part.role, make=new_code_cell)
    if part.role in {"figure", "still"}:
        png = block.png or _still(block.text)
        return _cell(block.text, kind, part.role, alt=block.alt, png=png)
    return _cell(without_opening(block.text), kind, part.role)


def _still(name: str) -> str:
    picture = ROOT / "docs" / "explorables" / f"{name}.png"
    return base64.b64encode(picture.read_bytes()).decode()


def _cell(
    text: str, kind: str, role: str, make: object = new_markdown_cell, **more: str
) -> NotebookNode:
    data = {"role": role} | {key: more[key] for key in more if key == "layout"}
    metadata = {"slideshow": {"slide_type": kind, "data": data}, "role": role, **more}
    assert callable(make)
    cell: NotebookNode = make(text, metadata=metadata)
    return cell
