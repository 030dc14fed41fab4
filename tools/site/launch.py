"""Open a notebook elsewhere: in Colab, on Binder, or on one's own machine.

Where the course lives is known to the workflow that publishes it: `GITHUB_REPOSITORY`,
"owner/name", and `GITHUB_SHA`. Without them a page offers the download alone.

Colab opens notebooks of a repository and knows no course: its copies begin with a cell
that installs it, and the workflow puts them on a branch of their own.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

COLAB = "https://colab.research.google.com/github"
COLAB_BRANCH = "colab"
BINDER = "https://mybinder.org/v2/gh"
NAME = re.compile(r"[\w.-]+/[\w.-]+")
RELATIVE = re.compile(r"(\]\()(\.\./|(?=[\w-]+\.ipynb))([^)\s]*\))")
INSTALL = """\
# Installs the course here, once. It keeps the PyTorch that is there.
%pip install --quiet anywidget git+{address}@{commit}
import sys
if "google.colab" in sys.modules:
    from google.colab import output
    output.enable_custom_widget_manager()"""


@dataclass(frozen=True)
class Home:
    """The repository that readers' machines can reach.

    Attributes:
        name: Owner and name, such as "someone/autoencoders".
        commit: The commit that the site is made of.
    """

    name: str
    commit: str

    @property
    def address(self) -> str:
        """Where it is cloned from."""
        return f"https://github.com/{self.name}"

    def in_colab(self, path: str) -> str:
        """Return the address that opens a notebook of the course in Colab."""
        return f"{COLAB}/{self.name}/blob/{COLAB_BRANCH}/{path}"

    def shows(self, path: str) -> str:
        """Return the address that shows a file: a notebook in Colab, all else bare."""
        suffix = Path(path.split("#")[0]).suffix
        if suffix == ".ipynb":
            return self.in_colab(path)
        kind = "raw" if suffix == ".png" else "blob"
        return f"{self.address}/{kind}/{self.commit}/{path}"


def home(environment: Mapping[str, str] = os.environ) -> Home | None:
    """Return where the course lives, if the environment names it.

    Raises:
        ValueError: If a name is there, and is none.
    """
    name = environment.get("GITHUB_REPOSITORY")
    if not name:
        return None
    if not NAME.fullmatch(name):
        raise ValueError(f"GITHUB_REPOSITORY is {name!r}; it must be owner/name")
    return Home(name, environment.get("GITHUB_SHA") or "main")


def offer(folder: str, notebook: str, home: Home | None) -> str:
    """Return the line of a page that offers its notebook."""
    ways = [f'<a href="../files/{folder}/{notebook}" download>Download</a>']
    if folder == "notebooks":
        ways.append(f'<a href="../slides/{Path(notebook).stem}.html">Slides</a>')
    if home:
        learner = "workbook" if folder == "exercises" else folder
        binder = f"{home.name}/{home.commit}?urlpath=lab/tree/{learner}/{notebook}"
        ways += [
            f'<a href="{home.in_colab(f"{folder}/{notebook}")}">Open in Colab</a>',
            f'<a href="{BINDER}/{binder}">Open on Binder</a>',
        ]
    return f'<p class="offer">{" · ".join(ways)}</p>'


def lay_colab(root: Path, folder: Path, home: Home) -> None:
    """Write copies of all lessons and sheets that install the course first."""
    for name in ("notebooks", "exercises"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for path in sorted((root / name).glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            for cell in notebook.cells:
                if cell.cell_type == "markdown":
                    cell.source = _from_anywhere(cell.source, name, home)
            install = INSTALL.format(address=home.address, commit=home.commit)
            cell = new_code_cell(install, id="install")  # type: ignore[no-untyped-call]
            notebook.cells.insert(1, cell)
            nbformat.write(notebook, folder / name / path.name)  # type: ignore[no-untyped-call]


def _from_anywhere(text: str, folder: str, home: Home) -> str:
    """Return text whose links and pictures are found from outside the repository."""

    def whole(found: re.Match[str]) -> str:
        path = found[3] if found[2] else f"{folder}/{found[3]}"
        return f"{found[1]}{home.shows(path.rstrip(')'))})"

    return RELATIVE.sub(whole, text.replace("../workbook/", "../exercises/"))
