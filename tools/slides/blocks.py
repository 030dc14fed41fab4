"""A notebook as blocks: paragraphs, formulas, code, figures, proofs.

A cell of prose may end one section and begin the next, so a tag of the whole cell could
not say what of it is shown. Blocks are what slides are made of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode

from tools.navigation import TAG as NAVIGATION
from tools.slides.words import OPENING, broken, without_links
from tools.source import HIDDEN

PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
KINDS = {"Read it": "read", "Predict": "predict", "Explain it": "explain"}
STILL = re.compile(r"^!\[([^\]]*)\]\(\.\./docs/explorables/(\w+)\.png\)$")
TYPES = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "math_block": "formula",
    "fence": "code",
}


@dataclass(frozen=True)
class Block:
    """A piece of a lesson.

    Attributes:
        kind: heading, text, predict, read, explain, list, table, formula, folded,
            still, code, figure, output or proof.
        text: Markdown, code, or what was printed.
        level: Of a heading, 1 to 3.
        alt: What a picture shows.
        png: A figure in base64.
        cell: The id of its cell.
    """

    kind: str
    text: str
    level: int = 0
    alt: str = ""
    png: str = ""
    cell: str = ""


def blocks(notebook: NotebookNode) -> Iterator[Block]:
    """Yield all blocks of an executed lesson but for the way through it."""
    for cell in notebook.cells:
        if NAVIGATION in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            yield from _prose(cell.source, cell.id)
            continue
        if HIDDEN not in cell.metadata.get("tags", []):
            yield Block("code", cell.source, cell=cell.id)
        for output in cell.outputs:
            yield from _output(output, cell)


def _output(output: NotebookNode, cell: NotebookNode) -> Iterator[Block]:
    data = output.get("data", {})
    if "image/png" in data:
        alt = cell.metadata.get("alt", "")
        png = "".join(data["image/png"].split())
        yield Block("figure", "", alt=alt, png=png, cell=cell.id)
    elif "text/html" in data:
        yield Block("proof", data["text/plain"], cell=cell.id)
    else:
        text = output.get("text") or data.get("text/plain", "")
        yield Block("output", text.rstrip(), cell=cell.id)


def _prose(text: str, cell: str) -> Iterator[Block]:
    lines = text.split("\n")
    folded: list[str] = []
    for kind, first, last in _spans(text):
        piece = "\n".join(lines[first:last]).strip()
        if folded or piece.startswith("<details>"):
            folded.append(piece)
            if piece.endswith("</details>"):
                yield Block("folded", "\n\n".join(folded), cell=cell)
                folded = []
        elif kind == "heading":
            marks, heading = piece.split(" ", 1)
            yield Block(kind, without_links(heading), level=len(marks), cell=cell)
        elif still := STILL.match(piece):
            yield Block("still", still[2], alt=still[1], cell=cell)
        elif kind == "formula":
            yield Block(kind, broken(piece), cell=cell)
        else:
            yield Block(_kind(kind, piece), without_links(piece), cell=cell)


def _spans(text: str) -> Iterator[tuple[str, int, int]]:
    for token in PARSER.parse(text):
        if token.level == 0 and token.map and token.nesting >= 0:
            kind = "heading" if token.type == "heading_open" else "text"
            first, last = token.map
            yield TYPES.get(token.type, kind), first, last


def _kind(kind: str, piece: str) -> str:
    opening = OPENING.match(piece)
    return KINDS[opening[1]] if opening and kind == "text" else kind
