"""Pages of feedback: HTML in one file each, which asks nothing of other machines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict

from aelesson.classroom import tidy

_FUNCTION = re.compile(
    r"(?<!<msub>)(?<!<msup>)(?<!<msubsup>)(?<!<munder>)(?<!<mover>)(?<!<mfrac>)"
    r"<mi>[a-z]{2,}</mi>(?=<m)(?!<mo[^>]*>(?:\(|&#x00028;))"
)
"""A name of more than one letter that is not the base of an index or a fraction."""

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Row:
    """One exercise on a page.

    Attributes:
        name: As in its check.
        points: "2 of 3 points".
        found: What the check says.
        kind: "full", "part", "none" or "open".
        by_hand: Whether a teacher changed the points.
    """

    name: str
    points: str
    found: str
    kind: str
    by_hand: bool = False

    @property
    def first(self) -> str:
        """The first line of what the check says."""
        return self.found.partition("\n")[0]


@dataclass(frozen=True)
class Page:
    """What a page shows beside the sheet.

    Attributes:
        title: Its heading.
        student: Whose it is.
        total: All points, in words.
        penalty: What is taken off, in words, or empty.
        rows: The exercises.
        comments: A teacher's, by the name of the cell.
        problem: Why there are no points, or empty.
        cure: What the student can do about it, or empty.
        style: The style sheet.
    """

    title: str
    student: str
    total: str = ""
    penalty: str = ""
    rows: Sequence[Row] = ()
    comments: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    cure: str = ""
    style: str = field(default=(TEMPLATES / "feedback.css").read_text(), repr=False)

    def row(self, cell: Mapping[str, Any]) -> Row | None:
        """Return the exercise that a cell checks, if it does."""
        marks = cell["metadata"].get("nbgrader") or {}
        name = str(marks.get("grade_id", "")).removeprefix("check_")
        found = (row for row in self.rows if row.name == name)
        return next(found, None) if marks.get("grade") else None

    def comment(self, cell: Mapping[str, Any]) -> str:
        """Return what a teacher wrote about a cell, or ""."""
        marks = cell["metadata"].get("nbgrader") or {}
        return self.comments.get(str(marks.get("grade_id", "")), "")


class _Renderer(IPythonRenderer):
    """Keeps formulas aside, so that what is unsafe can be taken out around them."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(escape=False, exclude_anchor_links=True, **settings)
        self.formulas: list[str] = []

    def _aside(self, body: str, display: str) -> str:
        try:
            formula = _mathml(body, display)
        except Exception:  # whatever a student writes between dollars
            formula = f"<code>{escape(body)}</code>"
        self.formulas.append(formula)
        return f"\ue000{len(self.formulas) - 1}\ue001"

    def inline_math(self, body: str) -> str:
        return self._aside(body, "inline")

    def block_math(self, body: str) -> str:
        return self._aside(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return self._aside(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def _mathml(body: str, display: str) -> str:
    """Convert a formula.

    A thin space stands behind the name of a function: "log p", and not "logp".

    Raises:
        ValueError: If it holds HTML of a student's own, which is not escaped there.
    """
    formula = str(convert(body, display=display))
    for node in ElementTree.fromstring(formula).iter():
        name = node.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
        if not name.startswith("m") or {"href", "src"} & node.attrib.keys():
            raise ValueError(f"a formula must not hold {name}")
        if any(key.startswith("on") for key in node.attrib):
            raise ValueError("a formula must not hold a script")
    return _FUNCTION.sub(r'\g<0><mspace width="0.17em"/>', formula)


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Turn Markdown with formulas into safe HTML with MathML."""
    return _markdown(source) if not attachments else _with(source, dict(attachments))


@lru_cache(1000)  # all students have the same texts
def _markdown(source: str) -> str:
    return _with(source, {})


def _with(source: str, attachments: dict[str, Any]) -> str:
    source = source.replace("\ue000", "").replace("\ue001", "")
    renderer = _Renderer(attachments=attachments)
    html = tidy.safe_html(MarkdownWithMath(renderer=renderer).render(source))
    for place, formula in enumerate(renderer.formulas):
        html = html.replace(f"\ue000{place}\ue001", formula)
    return html


class FeedbackExporter(HTMLExporter):
    """Makes a page of a notebook: scripts and other machines have no part in it."""

    def __init__(self) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            template_name="feedback", extra_template_basedirs=[str(TEMPLATES)]
        )

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:  # noqa: ANN401
        """Stand in for nbconvert's filter, which leaves formulas to a script."""
        return markdown(source, context.get("cell", {}).get("attachments"))


def render(
    exporter: FeedbackExporter,
    notebook: dict[str, Any],
    page: Page,
    folders: Iterable[Path],
) -> str:
    """Return a page as HTML.

    Args:
        exporter: Made once for many pages.
        notebook: As parsed JSON of format 4; may have no cells.
        page: What to show beside it.
        folders: Of this machine; no path in them is shown.
    """
    folders, left = tuple(folders), tidy.LIMIT
    cells = []
    for cell in notebook["cells"]:
        cell = {**cell, "source": _joined(cell["source"])}
        if cell["cell_type"] == "code":
            found = [_whole(output) for output in cell.get("outputs", ())]
            if page.row(cell):  # which says it in words
                cell["metadata"] = {**cell["metadata"], "said": _said(found, folders)}
                found = [each for each in found if each["output_type"] != "error"]
            cell["outputs"], left = tidy.outputs(found, folders, left)
        cells.append(cell)
    metadata = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    node: NotebookNode = from_dict(  # type: ignore[no-untyped-call]
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
    html, _ = exporter.from_notebook_node(node, resources={"page": page})
    return str(html)


def _said(found: Sequence[Mapping[str, Any]], folders: Iterable[Path]) -> str:
    """Return all that a check says of a wrong answer: its sentence, and a case."""
    errors = [each for each in found if each["output_type"] == "error"]
    told = [str(e["evalue"]) for e in errors if e["ename"] == "CheckFailed"]
    return tidy.without_folders(told[0], folders) if told else ""


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _whole(output: dict[str, Any]) -> dict[str, Any]:
    """Join the lines that a file keeps apart."""
    if "text" in output:
        return {**output, "text": _joined(output["text"])}
    if "data" in output:
        data = {
            k: _joined(v) for k, v in output["data"].items() if not isinstance(v, dict)
        }
        return {**output, "metadata": output.get("metadata", {}), "data": data}
    return output
