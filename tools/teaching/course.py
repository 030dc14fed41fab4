"""What the course knows of a lesson: its sections, its sheet, and what it measured."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat import NotebookNode

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
TIME = re.compile(r"^\*\*Time:\*\* (\d+) minutes(?:, and (\d+) for the depth)?", re.M)
BEFORE = re.compile(r"^\*\*Before this:\*\* (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)
AIMS = re.compile(
    r"^\*\*You will be able to\*\*\n\n(.+?)\n\n", re.MULTILINE | re.DOTALL
)
MINUTES = re.compile(r"\*\*Time:\*\*\s+(\d+) minutes")
CHECK = re.compile(r"^checks\.\w+\.(\w+)\(", re.MULTILINE)
LIVE = re.compile(r"^explore\.(\w+)\(\)$", re.MULTILINE)


class TeachingError(Exception):
    """A guide says what the course does not; for its author."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of a sheet.

    Attributes:
        name: of its check; without one, what stands before the colon of its title.
        title: its heading.
        minutes: what the sheet says that it takes.
        points: of its check.
    """

    name: str
    title: str
    minutes: int
    points: int


class Lesson:
    """A lesson, its sheet, and its figures and claims.

    Args:
        root: The repository.
        name: Such as `"01_basics"`.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        self.page = f"../../notebooks/{name}.ipynb"
        self.sheet = f"../../exercises/{name}.ipynb"
        self.topic = name[3:]  # the name of its checks

    @cached_property
    def _texts(self) -> list[str]:
        cells = _cells(self.root / "notebooks" / f"{self.name}.ipynb")
        return [
            c.source for c in cells if "navigation" not in c.metadata.get("tags", [])
        ]

    @property
    def title(self) -> str:
        """What stands behind the `#`."""
        return self._texts[0].partition("\n")[0].removeprefix("# ")

    @property
    def minutes(self) -> tuple[int, int]:
        """Minutes to read the core, and the depth."""
        found = TIME.search(self._texts[0])
        assert found is not None  # tests/length_rules.py asks for it
        return int(found[1]), int(found[2] or 0)

    @property
    def before(self) -> str:
        """What a learner must know, with links that lead from the guide."""
        found = BEFORE.search(self._texts[0])
        text = " ".join(found[1].split()) if found else ""
        return _from_guide(text)

    @property
    def aims(self) -> str:
        """What a learner can do afterwards, as a list."""
        found = AIMS.search(self._texts[0])
        return _from_guide(found[1]) if found else ""

    @cached_property
    def sections(self) -> list[str]:
        """The headings, in order."""
        return [
            heading.strip() for text in self._texts for heading in HEADING.findall(text)
        ]

    def section(self, wanted: str) -> str:
        """Return a link to a section, by its number or its whole heading."""
        for heading in self.sections:
            if heading == wanted or heading.startswith(f"{wanted}. "):
                return f"[{heading}]({self.page}#{anchor(heading)})"
        raise TeachingError(f"{self.name} has no section {wanted!r}: {self.sections}")

    def explorable(self, wanted: str) -> str:
        """Return a link to the place in the lesson where something can be moved."""
        heading = ""
        for text in self._texts:
            heading = ([heading, *HEADING.findall(text)])[-1].strip()
            if wanted in LIVE.findall(text):
                return f"[`explore.{wanted}()`]({self.page}#{anchor(heading)})"
        raise TeachingError(f"{self.name} has no explore.{wanted}()")

    @property
    def explorables(self) -> list[str]:
        """The names of what can be moved in it."""
        return [name for text in self._texts for name in LIVE.findall(text)]

    @cached_property
    def exercises(self) -> list[Exercise]:
        """The exercises of its sheet, in order; none if it has no sheet."""
        path = self.root / "exercises" / f"{self.name}.ipynb"
        return list(_exercises(_cells(path))) if path.is_file() else []

    def exercise(self, wanted: str) -> str:
        """Return a link to an exercise, with its minutes."""
        for each in self.exercises:
            if each.name == wanted:
                title = re.sub(r"^(\d+)\. ", r"exercise \1: ", each.title)
                link = f"[{title}]({self.sheet}#{anchor(each.title)})"
                return f"{link} ({each.minutes} minutes)"
        names = [each.name for each in self.exercises]
        raise TeachingError(f"{self.name} has no exercise {wanted!r}: {names}")

    @cached_property
    def measured(self) -> Mapping[str, Any]:
        """The figures and claims of the lesson on what is on board."""
        path = self.root / "aelesson" / "course" / "expected.json"
        kept = json.loads(path.read_text("utf-8"))[self.name]
        found: Mapping[str, Any] = kept.get("mnist-5k") or kept["own"]
        return found

    def figure(self, wanted: str, digits: int = 3) -> str:
        """Return the mean of a figure over the seeds, to some significant digits."""
        if wanted not in self.measured["figures"]:
            raise TeachingError(f"{self.name} has no figure {wanted!r}")
        values = self.measured["figures"][wanted]
        return _rounded(sum(values) / len(values), digits)

    def claim(self, wanted: str) -> str:
        """Return a claim as the lesson says it."""
        if wanted not in self.measured["claims"]:
            raise TeachingError(f"{self.name} does not claim {wanted!r}")
        return f"*{wanted}*"


def lessons(root: Path) -> dict[str, Lesson]:
    """Return every lesson by its number, such as `"01"`."""
    names = sorted(path.stem for path in (root / "sources/lessons").glob("*.py"))
    return {name[:2]: Lesson(root, name) for name in names}


def anchor(heading: str) -> str:
    """Return a heading's anchor as JupyterLab makes it, safe in a Markdown link."""
    return quote(heading.strip().replace(" ", "-"), safe="?!,.:;'*$")


def _cells(path: Path) -> list[NotebookNode]:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    cells: list[NotebookNode] = notebook.cells
    return cells


def _exercises(cells: list[NotebookNode]) -> Iterator[Exercise]:
    """Yield what has a heading and minutes; its check, if any, follows."""
    title, minutes, name, points = "", 0, "", 0
    for cell in [*cells, None]:
        headings = HEADING.findall(cell.source) if cell else [""]
        if headings and minutes:
            yield Exercise(name or title.partition(":")[0], title, minutes, points)
        if headings:
            title, minutes, name, points = headings[-1].strip(), 0, "", 0
        if cell and (asked := MINUTES.search(cell.source)):
            minutes = int(asked[1])
        if cell and cell.cell_type == "code" and (check := CHECK.search(cell.source)):
            name, points = check[1], cell.metadata.nbgrader.points


def _from_guide(text: str) -> str:
    """Let links of a lesson lead from the folder of the guides."""
    return re.sub(r"\]\((?=\w+\.ipynb)", "](../../notebooks/", text).replace(
        "](../docs/", "](../"
    )


def _rounded(value: float, digits: int) -> str:
    return (
        f"{value:,.0f}"
        if abs(value) >= 10**digits
        else f"{value:#,.{digits}g}".rstrip(".")
    )
