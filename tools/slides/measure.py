"""How much room blocks take, so that a talk is cut into slides before one overflows.

An estimate: whether it was good is seen in a browser, by the tests.
"""

import base64
import io
import re
from collections.abc import Iterator, Sequence

from PIL import Image

from tools.slides.blocks import Block
from tools.slides.slide import Part

HEIGHT = 575  # pixels below the heading
WIDTH = 1184
LETTERS = 80  # of prose in a line of 41 pixels
LINE = {"code": 28, "output": 29, "table": 38}
GAP = 18
BOXES = {"predict", "explain"}  # with a label and a border
COLUMN, COLUMN_LETTERS, SMALL = 780, 30, 34  # a figure's width, a line beside it
ROW_LETTERS = 100  # of small prose, the whole width
SIGNS = re.compile(r"\\[a-zA-Z]+|[*`${}\\^_]")  # of Markdown and TeX, never shown


def ratio(png: str) -> float:
    """Return width over height of a picture in base64."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        return picture.width / picture.height


def letters(text: str) -> int:
    """Return about how many letters are seen."""
    return len(SIGNS.sub("", text))


def height(block: Block) -> int:
    """Return about how many pixels high a block is on a slide."""
    lines = block.text.split("\n")
    if block.kind == "formula":
        return 72 * (1 + block.text.count("\\\\")) + 26
    if block.kind in {"list", "read", "proof"}:
        items = re.split(r"\n(?=- |\d+\. )", block.text)
        return sum(51 + 41 * (letters(item) // LETTERS) for item in items) + GAP
    if block.kind in LINE:
        return LINE[block.kind] * len(lines) + GAP + 24
    box = 60 if block.kind in BOXES else 0
    return box + 41 * (1 + letters(block.text) // LETTERS) + GAP


def pages(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Cut blocks into slides; what leads to a formula stays with it."""
    page: list[Block] = []
    for block in blocks:
        if page and sum(map(height, [*page, block])) > HEIGHT:
            leads = block.kind != "text" and page[-1].kind == "text" and len(page) > 1
            kept = [page.pop()] if leads else []
            yield page
            page = kept
        page.append(block)
    yield page


def small(parts: Sequence[Part], in_line: int) -> int:
    """Return about how high text is that goes with a figure."""
    total = 0
    for part in parts:
        box = 58 if part.role in BOXES else 0
        items = part.block.text.split("\n- ")
        lines = sum(1 + letters(item) // in_line for item in items)
        total += box + SMALL * lines + GAP
    return total


def arrangement(shape: float, texts: Sequence[Part]) -> tuple[str, float]:
    """Return the layout in which a figure is larger, wide or split, and its width.

    Args:
        shape: Its width over its height.
        texts: What goes with it.
    """
    above = min(WIDTH, shape * (HEIGHT - small(texts, ROW_LETTERS)))
    beside = min(COLUMN, shape * HEIGHT)
    fits = small(texts, COLUMN_LETTERS) <= HEIGHT
    return ("split", beside) if fits and beside >= above else ("wide", above)
