"""The modules import each other only as CONTRIBUTING.md allows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "aelesson"


def read_table():
    """Read the table of CONTRIBUTING.md: module -> modules that it may import."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]* \| ([^|]*) \|$", text, flags=re.M)
    return {module: set(re.findall(r"`([\w.]+)`", cell)) for module, cell in rows}


ALLOWED = read_table()
ROOMS = {module.split(".")[0] for module in ALLOWED if "." in module}


def own_imports(source):
    """Return what a source text imports from below aelesson, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import: write it out"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    below = {name for name in found if name.startswith("aelesson.")}
    return {name.removeprefix("aelesson.") for name in below}


def row_of(name):
    """Find the row that a dotted name belongs to: `training.fit` to `training`."""
    while name not in ALLOWED and "." in name:
        name = name.rpartition(".")[0]
    return name


def module_of(path):
    """Name a file as the table must: in a room by itself, else by its package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    inside = [part for part in parts if part != "__init__"]
    return ".".join(inside) if parts[0] in ROOMS else parts[0]


SOURCES = [p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_what_the_table_allows(path):
    module = module_of(path)
    imported = {row_of(name) for name in own_imports(path.read_text("utf-8"))}
    assert imported - {module} <= ALLOWED[module]


def test_the_table_names_every_module_and_no_other():
    assert {module_of(path) for path in SOURCES} == set(ALLOWED)


def test_no_row_of_the_table_allows_what_stands_below_it():
    above = set()
    for module, allowed in ALLOWED.items():
        assert allowed <= above, module
        above.add(module)


def test_own_imports_are_found_in_every_form():
    source = (
        "import aelesson.data\nfrom aelesson import losses, fit\n"
        "from aelesson.training import fit, terms\n"
        "from aelesson.training.loop import evaluate\n"
        "from aelesson.checks.engine import x\nimport torch, aelesson\n"
        "def f():\n    from aelesson.data import files, load\n"
    )
    rows = {"data", "losses", "fit", "training", "training.terms", "training.loop"}
    assert {row_of(n) for n in own_imports(source)} == rows | {"checks", "data.files"}


def test_a_relative_import_is_refused():
    with pytest.raises(AssertionError, match="write it out"):
        own_imports("from . import loop")


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300
