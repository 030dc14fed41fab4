"""What students get: the archive of the teacher's page has no answers."""

import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "teaching" / "index.md"
TEXT = PAGE.read_text("utf-8").replace("\\\n", " ")
COMMAND = re.search(r"^git archive .+$", TEXT, re.MULTILINE)[0]
ANSWERS = (
    "solutions/",
    "sources/exercises/",
    "sources/teaching/",
    "tests/",
    "docs/teaching/",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone"),
]


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The archive, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    words = shlex.split(COMMAND.replace("course.zip", str(folder / "course.zip")))
    subprocess.run(words, cwd=ROOT, check=True)
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder / "course")
    return folder / "course"


def test_it_holds_no_solution(handed_out):
    files = [p for p in handed_out.rglob("*") if p.is_file()]
    names = [path.relative_to(handed_out).as_posix() for path in files]
    assert not [name for name in names if name.startswith(ANSWERS)]
    sheets = [path for path in files if path.parent.name == "exercises"]
    assert len(sheets) == 14
    for path in files:
        if path.suffix in (".ipynb", ".py") and path.name != "sheets.py":
            assert "BEGIN SOLUTION" not in path.read_text("utf-8"), path


def test_a_server_for_a_class_closes_what_the_archive_leaves_out_and_the_history():
    page = (PAGE.parent / "jupyterhub.md").read_text("utf-8")
    (closed,) = re.findall(r"^closed='(.+)'", page, re.MULTILINE)
    left_out = [name.rstrip("/") for name in ANSWERS]
    assert sorted(closed.split()) == sorted([".git", *left_out])
    assert "\nchgrp -R teachers $closed && chmod -R o-rwx $closed\n" in page


def test_it_still_holds_what_the_page_says(handed_out):
    """The page is honest about right answers that cannot be left out."""
    page = " ".join(TEXT.split())
    assert "**What it still holds:** the lessons, which derive" in page
    psnr = handed_out / "aelesson" / "checks" / "denoising" / "psnr.py"
    assert "def psnr" in psnr.read_text("utf-8")


def test_a_student_gets_a_workbook_from_it(handed_out):
    done = subprocess.run(
        [sys.executable, "-m", "aelesson", "workbook"],
        cwd=handed_out,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert len(list((handed_out / "workbook").glob("*.ipynb"))) == 14
