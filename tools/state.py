"""Tell, without running anything, whether a notebook is in step with its text."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from aelesson.course.workbook import is_untouched
from tools.glossary import link_words, read_glossary
from tools.navigation import add_way
from tools.outputs import normalise
from tools.records import expected_digest, rows_digest, text_digest
from tools.sheets import make_stub, mark_sheet
from tools.source import BuildError, Source, from_bytes, is_run, read_source, to_bytes

SOURCE_NAME = re.compile(r"\d\d_[a-z0-9_]+")
LESSONS, SHEETS = Path("sources/lessons"), Path("sources/exercises")
# Where what is built lies, by the folder of its source; the first one is executed.
PRODUCTS = {LESSONS: ("notebooks",), SHEETS: ("solutions", "exercises")}


@dataclass(frozen=True)
class Job:
    """One text and the notebooks that come of it."""

    root: Path
    path: Path  # of the text

    @property
    def label(self) -> str:
        """The path of the text, as messages name it."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def is_sheet(self) -> bool:
        """Whether the text is an exercise sheet, and not a lesson."""
        return self.path.parent == self.root / SHEETS

    @property
    def executed(self) -> Path:
        """The notebook that is run: the lesson, or the sheet's solution."""
        folder = PRODUCTS[self.path.parent.relative_to(self.root)][0]
        return self.root / folder / f"{self.path.stem}.ipynb"

    @property
    def stub(self) -> Path:
        """The sheet that learners get."""
        return self.root / PRODUCTS[SHEETS][1] / f"{self.path.stem}.ipynb"

    def read(self) -> Source:
        """Read the text; a sheet gets nbgrader's metadata, a lesson its links."""
        source = read_source(self.path, self.root)
        if self.is_sheet:
            return mark_sheet(source)
        link_words(source.notebook, read_glossary(self.root))
        return add_way(source, self.path)

    def record(self, source: Source) -> dict[str, str]:
        """Return what the executed notebook must say about where it comes from."""
        expected = None if self.is_sheet else expected_digest(self.path.stem)
        digests = {
            "text": text_digest(source.notebook),
            "expected": expected,
            "results": rows_digest(source.notebook),
        }
        return {name: digest for name, digest in digests.items() if digest}


@dataclass(frozen=True)
class Finding:
    """One notebook that is not as its text wants it, and what to do about it.

    Attributes:
        path: The notebook, below the repository.
        problem: What is wrong.
        remedy: A command, or what else to do.
        by_hand: Whether it is only that somebody ran or changed it since.
    """

    path: str
    problem: str
    remedy: str
    by_hand: bool = False


def find_jobs(root: Path) -> list[Job]:
    """List every text under `sources/`, lessons first, each in the course's order.

    Raises:
        BuildError: if a file's name does not say which lesson it belongs to.
    """
    jobs = []
    for folder in PRODUCTS:
        for path in sorted((root / folder).glob("*.py")):
            if not SOURCE_NAME.fullmatch(path.stem):
                raise BuildError(
                    f"{folder.as_posix()}/{path.name}: name it like 01_basics.py, "
                    "two digits and lower-case words"
                )
            jobs.append(Job(root, path))
    return jobs


def find_orphans(root: Path, jobs: list[Job]) -> Iterator[Finding]:
    """Yield the notebooks that no text stands for."""
    wanted = {job.executed for job in jobs} | {job.stub for job in jobs if job.is_sheet}
    for source_folder, folders in PRODUCTS.items():
        for folder in folders:
            for path in sorted((root / folder).glob("*.ipynb")):
                if path not in wanted:
                    text = f"{source_folder.as_posix()}/{path.stem}.py"
                    yield Finding(
                        f"{folder}/{path.name}",
                        f"an orphan: there is no {text}",
                        "remove it, or write its text",
                    )


def executed_problem(job: Job, source: Source) -> str | None:
    """Say why the executed notebook must be built again, or None if it need not."""
    if not job.executed.exists():
        return "missing"
    raw = job.executed.read_bytes()
    try:
        notebook = from_bytes(raw)
    except BuildError:
        return "damaged: not a notebook of format 4"
    return (
        _difference(source, notebook)
        or _record_problem(notebook, job.record(source))
        or _run_problem(notebook)
        or _form(notebook, raw)
    )


def _difference(source: Source, notebook: NotebookNode) -> str | None:
    wanted, found = source.notebook.cells, notebook.cells
    for index, cell in enumerate(wanted):
        if index >= len(found) or _inputs(cell) != _inputs(found[index]):
            return f"stale: differs from {source.where(index)}"
    if len(found) > len(wanted):
        return f"stale: has {len(found)} cells, {source.path} has {len(wanted)}"
    return None


def _inputs(cell: NotebookNode) -> tuple[str, str, str, str]:
    metadata = json.dumps(cell.metadata, sort_keys=True)
    return cell.cell_type, cell.get("id", ""), cell.source, metadata


def _record_problem(notebook: NotebookNode, wanted: dict[str, str]) -> str | None:
    recorded = notebook.metadata.get("aelesson")
    if recorded == wanted:
        return None
    if isinstance(recorded, dict) and recorded.get("text") == wanted["text"]:
        return "stale: measured again since it was built"
    return "stale: does not say that it was built from this text"


def _run_problem(notebook: NotebookNode) -> str | None:
    code = [cell for cell in notebook.cells if is_run(cell)]
    counts = [cell.execution_count for cell in code]
    if None in counts:
        return f"unexecuted: {counts.count(None)} of {len(code)} cells have not run"
    if counts != list(range(1, len(code) + 1)):
        return "run by hand: its cells were not run once each from top to bottom"
    outputs = (output for cell in code for output in cell.outputs)
    if any(output.output_type == "error" for output in outputs):
        return "failed: holds an error output"
    return None


def _form(notebook: NotebookNode, raw: bytes) -> str | None:
    normal = deepcopy(notebook)
    normalise(normal)
    return None if to_bytes(normal) == raw else "saved by another program"


def stub_problem(job: Job, source: Source) -> str | None:
    """Say why the sheet must be written again, or None; every byte is compared."""
    if not job.stub.exists():
        return "missing"
    same = job.stub.read_bytes() == to_bytes(make_stub(source))
    return None if same else f"stale: not what {source.path} makes"


def work_to_keep(job: Job) -> str | None:
    """Say what to do with a sheet that may hold somebody's answers, or None.

    A sheet that cannot be read may hold some, too.
    """
    if not job.is_sheet or not job.stub.exists() or is_untouched(job.stub):
        return None
    name = job.stub.relative_to(job.root).as_posix()
    return (
        "if it holds answers, move it to workbook/ (and over no other sheet there); "
        f"if not, git restore {name}"
    )


def is_changed_by_hand(job: Job, source: Source, path: Path) -> bool:
    """Tell whether a notebook was built from this very text, and changed since.

    That is what a learner does who runs a lesson and saves it; git brings it back.
    """
    is_stub = job.is_sheet and path == job.stub
    wanted = make_stub(source).metadata["aelesson"] if is_stub else job.record(source)
    try:
        notebook = from_bytes(path.read_bytes())
    except (BuildError, OSError):
        return False
    return bool(notebook.metadata.get("aelesson") == wanted)


def find_problems(job: Job) -> Iterator[Finding]:
    """Yield what is out of step with one text; nothing is run."""
    remedy = f"python -m tools.build build {job.path.stem}"
    try:
        source = job.read()
        job.record(source)  # refuses a row without a name, even before the first build
        found = [(job.executed, executed_problem(job, source))]
        if job.is_sheet:
            found.append((job.stub, stub_problem(job, source)))
    except BuildError as error:
        yield Finding(job.label, str(error), f"mend {job.label}")
        return
    for path, problem in found:
        if problem:
            by_hand = is_changed_by_hand(job, source, path)
            name = path.relative_to(job.root).as_posix()
            cure = f"git restore {name}" if by_hand else remedy
            if path == job.stub:
                cure = work_to_keep(job) or cure
            yield Finding(name, problem, cure, by_hand)
