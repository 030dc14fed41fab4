"""The page about an exercise of one's own, done as it stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "teaching" / "own_exercise.md").read_text("utf-8")
FILES = re.findall(
    r"`((?:aelesson|sources)/\S+\.py)`[^`]*?(?:`[^`]*`[^`]*?)*?```python\n(.*?)```",
    PAGE,
    re.S,
)
JUDGE, BUILD, RELEASE = re.findall(r"```bash\n(.*?)```", PAGE, re.S)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with the exercise of the page, not built yet."""
    root = tmp_path_factory.mktemp("course")
    unused = shutil.ignore_patterns("__pycache__", "static", "node_modules")
    for folder in ("aelesson", "tools"):
        shutil.copytree(ROOT / folder, root / folder, ignore=unused)
    for folder in ("notebooks", "exercises", "solutions"):
        (root / folder).mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, root)
    assert [name for name, _ in FILES] == [
        "aelesson/checks/basics/spread.py",
        "sources/exercises/15_own.py",
    ]
    for name, code in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(code, "utf-8")
    return root


def run(lines, root):
    """Run lines of the page as a shell does."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    own = {"PATH": os.pathsep.join(folders), "PYTHONPATH": str(root)}
    command = ["bash", "-e", "-c", lines]
    return subprocess.run(
        command, cwd=root, env=os.environ | own, capture_output=True, text=True
    )


def test_the_exercise_is_that_of_the_guide_for_contributors():
    assert FILES[0][1] in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_it_tells_its_mistakes_apart(course):
    done = run(JUDGE, course)
    assert done.returncode == 0, done.stderr
    assert re.search(r"(\d+) of \1 mistakes get their own", done.stdout)


def test_it_is_built(course):
    done = run(BUILD, course)
    assert done.returncode == 0, done.stdout + done.stderr
    sheet = (course / "exercises" / "15_own.ipynb").read_text("utf-8")
    assert "Replace this line with your code." in sheet
    assert "square()" not in sheet
    outputs = json.loads((course / "solutions" / "15_own.ipynb").read_text())["cells"][
        -1
    ]
    assert "spread: right in 3 cases" in str(outputs["outputs"])


def test_it_is_released_to_a_class(course):
    done = run(BUILD, course)
    assert done.returncode == 0, done.stdout + done.stderr
    sheet = (course / "exercises" / "15_own.ipynb").read_text("utf-8")
    done = run(RELEASE, course)
    assert done.returncode == 0, done.stdout + done.stderr
    released = course / "my_class" / "release" / "15_own" / "15_own.ipynb"
    ours, theirs = (json.loads(text)["cells"] for text in (sheet, released.read_text()))
    assert ours == theirs
