"""Buttons that open a notebook elsewhere, and the first cell of Colab's copies."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

from tools.site import launch
from tools.site.launch import Home

ROOT = Path(__file__).resolve().parents[2]
HOME = Home("someone/course", "abc123")


def test_without_a_repository_there_is_the_download_alone():
    assert launch.home({}) is None
    line = launch.offer("notebooks", "01_basics.ipynb", None)
    assert line.count("<a ") == 2
    assert "../files/notebooks/01_basics.ipynb" in line
    assert "../slides/01_basics.html" in line
    assert "slides" not in launch.offer("exercises", "01_basics.ipynb", None)


def test_the_workflow_names_the_repository():
    known = launch.home({"GITHUB_REPOSITORY": "a/b-c.d", "GITHUB_SHA": "12"})
    assert known == Home("a/b-c.d", "12")
    with pytest.raises(ValueError, match="GITHUB_REPOSITORY is 'a b'; it must be"):
        launch.home({"GITHUB_REPOSITORY": "a b"})


def test_a_sheet_opens_where_a_learner_works():
    line = launch.offer("exercises", "01_basics.ipynb", HOME)
    colab = "someone/course/blob/colab/exercises/01_basics.ipynb"
    assert f"https://colab.research.google.com/github/{colab}" in line
    assert "someone/course/abc123?urlpath=lab/tree/workbook/01_basics.ipynb" in line


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colab")
    launch.lay_colab(ROOT, folder, HOME)
    return folder


def test_every_notebook_has_a_copy_that_installs_the_course_first(copies):
    for name in ("notebooks", "exercises"):
        for path in (ROOT / name).glob("*.ipynb"):
            cells = nbformat.read(copies / name / path.name, as_version=4).cells
            first = next(cell for cell in cells if cell.cell_type == "code")
            assert "%pip install" in first.source
            assert f"git+{HOME.address}@abc123" in first.source


def test_links_of_a_copy_lead_out_of_colab(copies):
    for path in copies.rglob("*.ipynb"):
        text = path.read_text("utf-8")
        assert "](../" not in text, path.name
    text = (copies / "notebooks" / "01_basics.ipynb").read_text("utf-8")
    sheet = "github/someone/course/blob/colab/exercises/01_basics.ipynb)"
    assert f"](https://colab.research.google.com/{sheet}" in text


@pytest.mark.slow
def test_the_first_cell_works_where_the_course_is_not_installed(tmp_path):
    """In an environment of its own: the packages of this one, without the course."""
    asked = [sys.executable, "-m", "venv", str(tmp_path / "env")]
    subprocess.run(asked, check=True)
    python = tmp_path / "env" / "bin" / "python"
    layout = {"base": str(tmp_path / "env"), "platbase": str(tmp_path / "env")}
    site = Path(sysconfig.get_path("purelib", "venv", layout))
    # A .pth file adds a folder, but not the .pth files in it: no course that is edited.
    (site / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    asked = ["git", "rev-parse", "HEAD"]
    commit = subprocess.check_output(asked, cwd=ROOT, text=True).strip()
    home = Home("someone/course", commit)
    launch.lay_colab(ROOT, tmp_path / "colab", home)
    copy = tmp_path / "colab" / "notebooks" / "00_start_here.ipynb"
    text = copy.read_text("utf-8")
    address = f"git+{home.address}@"
    assert address in text
    copy.write_text(text.replace(address, f"git+file://{ROOT}@"), "utf-8")
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "clean", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel))
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    env["JUPYTER_PATH"] = str(tmp_path / "jupyter")
    (tmp_path / "empty").mkdir()
    run = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(copy)]
    done = subprocess.run(
        run, cwd=tmp_path / "empty", env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert list(site.glob("aelesson-*.dist-info"))
    assert not (site / "torch").exists()
