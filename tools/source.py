"""Read the text of a lesson or a sheet as a notebook that has not been run.

Text goes one way: nothing here reads a notebook back into text, and no pairing metadata
is kept, so a learner may spoil a notebook without any harm to its source.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from aelesson.course import demonstrations

CELL_MARKER = "# %%"
TAGS = frozenset(
    {
        demonstrations.TAG,  # not run where a sheet is judged: no exercise needs it
        "nbval-check-output",  # text that must come out equal on every machine
        "nbval-skip",  # not run by the tests; added to every cell not executed
        "skip-execution",  # not run by the build: needs the learner's hand
        "widget",  # shows sliders, so its output lives only in a browser
    }
)
HIDDEN = "hide-input"  # for a page; JupyterLab has a key of its own
VERDICT = "proven.verdict()"
CELL_KEYS = {"code": {"alt", "points", "tags"}, "markdown": {"tags"}, "raw": {"tags"}}
# Fixed, without any version: the same bytes whichever Python builds the notebook.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


class BuildError(RuntimeError):
    """Says which source is wrong, where, and what would be right."""


@dataclass(frozen=True)
class Source:
    """A text and the notebook it stands for.

    Attributes:
        path: the text file, as messages should name it.
        notebook: cells with ids and metadata, none of them run.
        lines: the line number of each cell's marker.
    """

    path: Path
    notebook: NotebookNode
    lines: tuple[int, ...]

    def where(self, index: int) -> str:
        """Name a cell so that an editor can jump to it."""
        return f"{self.path}:{self.lines[index]} (cell {index + 1})"


def read_source(path: Path, root: Path) -> Source:
    """Read a py:percent file; `root` shortens its name in messages.

    Raises:
        BuildError: if the file is not UTF-8 or its cells are not well formed.
    """
    name = path.relative_to(root)
    try:
        # utf-8-sig: an editor's byte order mark must not become part of a cell.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BuildError(f"{name}: not UTF-8 ({error}); save it as UTF-8") from None
    return parse_source(text, name)


def parse_source(text: str, path: Path) -> Source:
    """Turn py:percent text into a `Source`; line ends may be of any system."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.lstrip("\n").startswith(CELL_MARKER):
        raise BuildError(
            f"{path}:1: starts with {text[:30].strip()!r}; "
            f"a source starts with a cell marker, {CELL_MARKER!r}"
        )
    try:
        notebook = jupytext.reads(text, fmt="py:percent")
    except (AttributeError, TypeError, ValueError) as error:
        raise BuildError(f"{path}: a marker that nobody can read: {error}") from error
    notebook.metadata = fixed_metadata()
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    source = Source(path, notebook, _marker_lines(text, notebook))
    for index in range(len(notebook.cells)):
        _check_cell(source, index)
    fold_proofs(notebook)
    set_ids(notebook)
    return source


def _marker_lines(text: str, notebook: NotebookNode) -> tuple[int, ...]:
    numbered = enumerate(text.split("\n"), start=1)
    found = tuple(n for n, line in numbered if line.startswith(CELL_MARKER))
    # A marker inside a string is not a cell: then only the file can be named.
    return found if len(found) == len(notebook.cells) else (1,) * len(notebook.cells)


def _check_cell(source: Source, index: int) -> None:
    cell = source.notebook.cells[index]
    where = source.where(index)
    # What jupytext notes down to write the text back: this build never does.
    for key in ("lines_to_next_cell", "lines_to_end_of_cell_marker"):
        cell.metadata.pop(key, None)
    if not cell.source.strip():
        raise BuildError(f"{where}: the cell is empty; remove its marker")
    if unknown := set(cell.metadata) - CELL_KEYS[cell.cell_type]:
        raise BuildError(
            f"{where}: the marker of a {cell.cell_type} cell says {sorted(unknown)}; "
            f"it may say {sorted(CELL_KEYS[cell.cell_type])}, as key=value"
        )
    _check_tags(cell.metadata, where)
    alt = cell.metadata.get("alt", "a picture")
    if not isinstance(alt, str) or not alt.strip():
        raise BuildError(f'{where}: alt is {alt!r}; write alt="what the figure shows"')


def _check_tags(metadata: dict[str, Any], where: str) -> None:
    tags = metadata.get("tags", [])
    if unknown := sorted(set(tags) - TAGS):
        raise BuildError(
            f"{where}: unknown tags {unknown}; known are {sorted(TAGS)}. "
            "No notebook holds an error output: catch an exception and print it"
        )
    if "skip-execution" in tags and "nbval-skip" not in tags:
        metadata["tags"] = [*tags, "nbval-skip"]


def fold_proofs(notebook: NotebookNode) -> None:
    """Hide the text of cells that only keep the books: what they say stays in sight."""
    for cell in notebook.cells:
        if keeps_books(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), HIDDEN]


def keeps_books(cell: NotebookNode) -> bool:
    """Tell whether a cell does nothing but compare what was measured."""
    lines: list[str] = cell.source.rstrip().splitlines()
    return bool(cell.cell_type == "code" and lines[-1:] == [VERDICT])


def set_ids(notebook: NotebookNode) -> None:
    """Name each cell by a hash of itself, so that an edit renames no other cell."""
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        text = f"{cell.cell_type}\n{cell.source}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        twins = seen[digest]
        cell["id"] = f"{digest}-{twins}" if twins else digest
        seen[digest] += 1


def is_run(cell: NotebookNode) -> bool:
    """Whether the build executes this cell."""
    return cell.cell_type == "code" and "skip-execution" not in cell.metadata.get(
        "tags", []
    )


def fixed_metadata() -> NotebookNode:
    """Return the metadata that every built notebook has."""
    node: NotebookNode = nbformat.from_dict(METADATA)  # type: ignore[no-untyped-call]
    return node


def from_bytes(raw: bytes) -> NotebookNode:
    """Read a notebook file.

    Raises:
        BuildError: if it is damaged, or of a format before 4.
    """
    try:
        text = raw.decode()
        notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise BuildError(f"not a notebook of format 4: {error}") from error
    assert isinstance(notebook, NotebookNode)
    return notebook


def to_bytes(notebook: NotebookNode) -> bytes:
    """Write a notebook the one way it is ever written: keys sorted, LF, UTF-8."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return (text.rstrip("\n") + "\n").encode()
