"""Prose cut into sentences, and rid of what a slide cannot use."""

import re
from itertools import pairwise

LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*\)"
)
SHEET = re.compile(r"\[([^\]]*)\]\(\.\./workbook/(\w+\.ipynb)\)")
QUAD = re.compile(r"\\q?quad")
LONG = 110  # signs of TeX; longer formulas are wider than a slide
KEPT_WHOLE = re.compile(r"\$[^$]+\$|`[^`]+`|\([^()]*\)")  # no sentence ends inside
END = re.compile(r"(?<!al\.)(?<=[.?!])[*\"”’)]*\s+(?=[A-Z*_\"“`$(0-9])")
KEY = re.compile(r"\*\*[^*]+\*\*")
OPENING = re.compile(
    r"^\*\*(Read it|Predict|Explain it)[^*]*\*\*(, before you[^:]*)?:?\s*"
)


def without_links(text: str) -> str:
    """Return text with the words of its links alone; a sheet is named by its file."""
    return LINK.sub(r"\1", SHEET.sub(r"\1 (`workbook/\2`)", text))


def broken(formula: str) -> str:
    """Return a display formula with a line for each of its equations, if it is long."""
    if len(formula) < LONG or r"\begin" in formula or r"\\" in formula:
        return formula
    parts = [part.strip() for part in QUAD.split(formula.strip("$ \n"))]
    lines = " \\\\\n".join(parts)
    return f"$$\\begin{{gathered}}\n{lines}\n\\end{{gathered}}$$"


def without_opening(text: str) -> str:
    """Return a paragraph without the bold words that say what it is for."""
    return OPENING.sub("", text)


def sentences(text: str) -> list[str]:
    """Cut a paragraph into sentences; formulas, code and brackets stay whole."""
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"({len(kept) - 1})"

    hidden = KEPT_WHOLE.sub(hide, " ".join(text.split()))
    marks = [0, *(found.end() for found in END.finditer(hidden)), len(hidden)]
    parts = [hidden[a:b].strip() for a, b in pairwise(marks)]
    show = re.compile(r"\((\d+)\)")
    return [show.sub(lambda found: kept[int(found[1])], part) for part in parts if part]


def is_key(sentence: str) -> bool:
    """Tell whether a sentence explains a word, which then stands in bold."""
    return bool(KEY.search(sentence))


def is_whole(sentence: str) -> bool:
    """Tell whether a sentence can stand alone: it ends, and leads to nothing."""
    return bool(re.search(r"[.?!][*\"”’)]*$", sentence))
