"""Link the words of `docs/glossary.md` where a lesson uses them first.

The page is the only place where a word is explained. A comment below an entry lists
what links to it; in a lesson the first of these in prose becomes a link.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

PAGE = Path("docs/glossary.md")
ENTRY = re.compile(r"^### (.+)\n((?:.+\n)*)", re.MULTILINE)
FORMS = re.compile(r"<!-- (.+) -->")
# What is no prose: fences, code, formulas, links, tags, headings, labels such as
# **Time:**, and what is folded or listed under References.
PROTECTED = re.compile(
    r"""^\#\#[ ]References.*\Z | ^```.*?^``` | `[^`\n]+` | \$\$.*?\$\$ | \$[^$\n]+\$
    | !?\[[^\]]*\]\([^)]*\)
    | <details.*?</details> | <[^>\n]+> | ^\#.*?$ | \*\*[^*\n]+:\*\*""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as GitHub, Sphinx and JupyterLab make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def read_glossary(root: Path) -> dict[str, str]:
    """Return what links to which anchor, the longest first; nothing without a page."""
    path = root / PAGE
    text = path.read_text("utf-8") if path.exists() else ""
    found = {
        form.strip(): anchor(heading)
        for heading, body in ENTRY.findall(text)
        for forms in FORMS.findall(body)
        for form in forms.split(",")
    }
    return dict(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def link_words(notebook: NotebookNode, words: dict[str, str]) -> None:
    """Link each entry once, in place, in the markdown of a lesson."""
    linked: set[str] = set()
    for cell in notebook.cells[1:]:  # the first is the title, with promises
        if cell.cell_type == "markdown":
            cell.source = "".join(_linked(cell.source, words, linked))


def _linked(text: str, words: dict[str, str], linked: set[str]) -> Iterator[str]:
    start = 0
    for kept in PROTECTED.finditer(text):
        yield _link(text[start : kept.start()], words, linked)
        yield kept[0]
        start = kept.end()
    yield _link(text[start:], words, linked)


def _link(prose: str, words: dict[str, str], linked: set[str]) -> str:
    if not words:
        return prose
    pattern = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    targets = {word.lower(): target for word, target in words.items()}

    def replace(found: re.Match[str]) -> str:
        target = targets[" ".join(found[0].lower().split())]
        if target in linked:
            return found[0]
        linked.add(target)
        return f"[{found[0]}](../{PAGE}#{target})"

    return re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", replace, prose, flags=re.I)
