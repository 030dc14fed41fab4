"""environment.yml, pyproject.toml and constraints.txt say the same."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA = ("lab", "site", "class", "test")
ALSO = ("browser", "hub", "dev")  # by pip alone: they need programs of the machine
CONDA_NAMES = {
    "torch": "pytorch",
    "matplotlib": "matplotlib-base",
    "jupyter-client": "jupyter_client",
}


def requirements(*extras):
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return [r for r in map(Requirement, lines) if r.name != "aelesson"]


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def conda(environment):
    """From conda name to the version specifier, parsed as conda does."""
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    specs = {line: MatchSpec(line, strict=True) for line in lines}
    return {
        spec.name.normalized: line.partition(" ")[2] for line, spec in specs.items()
    }


def test_only_conda_forge_is_asked(environment):
    assert environment["channels"] == ["conda-forge"]
    assert environment["name"] == PROJECT["name"]


def test_pip_installs_the_course_alone(environment):
    nested = [line for line in environment["dependencies"] if isinstance(line, dict)]
    assert nested == [{"pip": ["-e ."]}]


@pytest.mark.parametrize("wanted", requirements(*CONDA), ids=str)
def test_conda_asks_for_the_same_versions(conda, wanted):
    name = CONDA_NAMES.get(wanted.name, wanted.name)
    assert SpecifierSet(conda[name].replace(" ", "")) == wanted.specifier


def test_conda_asks_for_nothing_else(conda):
    names = {CONDA_NAMES.get(r.name, r.name) for r in requirements(*CONDA)}
    assert set(conda) == names | {"python", "pip"}
    assert SpecifierSet(conda["python"]) == SpecifierSet(PROJECT["requires-python"])


@pytest.fixture(scope="module")
def pins():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("wanted", requirements(*CONDA, *ALSO), ids=str)
def test_every_requirement_is_pinned_within_its_range(pins, wanted):
    pinned = {name.lower().replace("_", "-"): v for name, v in pins.items()}
    assert Version(pinned[wanted.name.lower()]) in wanted.specifier


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_every_pinned_package_runs_on_every_python_that_is_promised(pins, python):
    asked = {
        found.name: found.metadata.get("Requires-Python") or ">=3"
        for found in distributions()
        if found.version == pins.get(found.name)
    }
    assert len(asked) > 100
    assert not [name for name, ask in asked.items() if python not in SpecifierSet(ask)]


def test_constraints_name_no_host_and_no_path():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert re.fullmatch(r"([A-Za-z0-9._-]+==[A-Za-z0-9.+!]+\n)+", text)


def test_every_dependency_is_justified():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    listed = [line for line in lines if re.match(r'    "[a-z].*[<>=]', line)]
    assert len(listed) == len(requirements(*CONDA, *ALSO))
    assert all("  # " in line for line in listed)


def test_on_binder_the_exercise_sheets_are_laid_out(tmp_path):
    for name in ("exercises", "notebooks"):
        (tmp_path / name).mkdir()
    sheet = ROOT / "exercises" / "01_basics.ipynb"
    shutil.copy(sheet, tmp_path / "exercises")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path}
    subprocess.run([ROOT / "postBuild"], cwd=tmp_path, env=env, check=True)
    copy = tmp_path / "workbook" / sheet.name
    assert copy.read_bytes() == sheet.read_bytes()


def test_jupyterlab_is_started_for_the_whole_course_everywhere():
    """Served from `notebooks/`, the learner's `workbook/` could not be opened."""
    for name in ("README.md", "Makefile"):
        text = (ROOT / name).read_text("utf-8").replace("\\\n", "")
        starts = re.findall(r".*jupyter ?lab .*00_start_here.*", text)
        assert starts
        assert all("--ServerApp.root_dir=" in line for line in starts)
