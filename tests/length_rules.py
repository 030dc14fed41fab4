"""How long a lesson may be, and what of it can be skipped or is folded.

Rules as in `notebook_rules`: each returns its complaints.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil

from nbformat import NotebookNode
from notebook_rules import place

from tools.navigation import TAG
from tools.source import keeps_books

WORDS_A_MINUTE = 150  # of prose that is thought about
LINES_A_MINUTE = 12  # of code
MOST_WORDS = 2000
MOST_FIGURES = 6
MOST_MINUTES = 60
MOST_BOOKS = 0.05  # of the lines of code that a reader sees
DEPTH = re.compile(r"^## (\d+\. )?Depth: ", re.MULTILINE)
SECTION = re.compile(r"^(?=##? )", re.MULTILINE)
# What is not read on the way: answers that are folded, and references.
ASIDE = re.compile(r"<details.*?</details>|^## References.*", re.DOTALL | re.MULTILINE)
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)  # of IPython, no Python
TIME = re.compile(r"^\*\*Time:\*\* (\d+) minutes(?:, and (\d+) for the depth)?", re.M)


@dataclass
class Part:
    """The core of a lesson, or its depth."""

    words: int = 0
    figures: int = 0
    code: list[tuple[int, NotebookNode]] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The lines of code that a reader sees."""
        cells = (cell for _, cell in self.code if not keeps_books(cell))
        return [line for cell in cells for line in _lines(cell)]

    @property
    def minutes(self) -> int:
        """Minutes to read it with thought, in steps of five."""
        exact = self.words / WORDS_A_MINUTE + len(self.lines) / LINES_A_MINUTE
        return 5 * ceil(exact / 5)


def _lines(cell: NotebookNode) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip()]


def parts(notebook: NotebookNode) -> tuple[Part, Part]:
    """Return the core and the depth; a section is depth if its heading says so."""
    core, depth = Part(), Part()
    part = core
    for index, cell in enumerate(notebook.cells):
        if TAG in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            for piece in SECTION.split(cell.source):
                if SECTION.match(piece):
                    part = depth if DEPTH.match(piece) else core
                part.words += len(ASIDE.sub("", piece).split())
        else:
            part.code.append((index, cell))
            part.figures += "alt" in cell.metadata
    return core, depth


def books_are_folded(notebook: NotebookNode) -> list[str]:
    """Let a reader see ideas: what only compares numbers stands in folded cells."""
    seen = [line for part in parts(notebook) for line in part.lines]
    books = [line for line in seen if "proven." in line]
    if len(books) <= MOST_BOOKS * len(seen):
        return []
    return [f"{len(books)} of {len(seen)} visible lines of code only keep the books"]


def core_is_short(notebook: NotebookNode) -> list[str]:
    core, _ = parts(notebook)
    limits = {"words": MOST_WORDS, "figures": MOST_FIGURES, "minutes": MOST_MINUTES}
    return [
        f"the core has {count} {name}, not {most}: what can be skipped is depth"
        for name, most in limits.items()
        if (count := getattr(core, name)) > most
    ]


def time_is_counted(notebook: NotebookNode) -> list[str]:
    """Hold the minutes that a lesson states against its words and lines of code."""
    core, depth = parts(notebook)
    found = TIME.search(notebook.cells[0].source)
    stated = tuple(int(number or 0) for number in found.groups()) if found else ()
    right = (core.minutes, depth.minutes if depth.words else 0)
    if stated == right:
        return []
    beyond = f", and {right[1]} for the depth" if right[1] else ""
    return [f"say **Time:** {right[0]} minutes{beyond}; it says {stated}"]


def depth_can_be_skipped(notebook: NotebookNode) -> list[str]:
    """Let no cell of the core use a name that only the depth gives."""
    core, depth = parts(notebook)
    given = {name for _, cell in core.code for name in _names(cell, ast.Store)}
    extra = {name for _, cell in depth.code for name in _names(cell, ast.Store)} - given
    return [
        f"{place(index, cell)} needs {name!r} from the depth"
        for index, cell in core.code
        for name in sorted(extra & set(_names(cell, ast.Load)))
    ]


def _names(cell: NotebookNode, context: type[ast.expr_context]) -> Iterator[str]:
    text = MAGIC.sub("pass", cell.source)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, context):
            yield node.id
        elif context is ast.Store and isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif context is ast.Store and isinstance(node, ast.arg):
            yield node.arg
        elif context is ast.Store and isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
