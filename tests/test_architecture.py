"""The modules import each other only as CONTRIBUTING.md allows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "aelesson"


def allowed_imports():
    """Read the table of CONTRIBUTING.md: module -> modules that it may import."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", text, flags=re.M)
    return {module: set(re.findall(r"`(\w+)`", cell)) for module, cell in rows}


def own_imports(source):
    """Return the modules of aelesson that a source text imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if "aelesson." in a.name}
        elif isinstance(node, ast.ImportFrom) and node.module == "aelesson":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            found |= {parts[1]} if parts[0] == "aelesson" else set()
    return found


def module_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


SOURCES = [p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem[0] != "_"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_module_imports_what_the_table_allows(path):
    module = module_of(path)
    imported = own_imports(path.read_text("utf-8")) - {module}
    assert imported <= allowed_imports()[module]


def test_the_table_names_every_module_and_no_other():
    assert {module_of(path) for path in SOURCES} == set(allowed_imports())


def test_own_imports_are_found_in_every_form():
    source = (
        "import aelesson.data\nfrom aelesson import losses, plots\n"
        "from aelesson.training import fit\nfrom aelesson.checks.harness import x\n"
        "import torch\ndef f():\n    from aelesson import files\n"
    )
    names = {"data", "losses", "plots", "training", "checks", "files"}
    assert own_imports(source) == names


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300
