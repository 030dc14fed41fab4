"""`make lab`: what it makes, makes anew and never removes. Python is a stand-in."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not here")

# Answers as Python would: the version is right, `-m venv` copies this very script, the
# rest is written down. An environment's own `pip` and `aelesson` are files beside it.
PYTHON = """#!/bin/sh
here=$(dirname "$0")
case "$*" in
    *"-m venv"*)
        for folder; do :; done
        echo made >> "$LOG"
        rm -rf "$folder"/* && mkdir -p "$folder/bin" || exit 1
        echo > "$folder/pyvenv.cfg"
        cp "$0" "$folder/bin/python"
        [ "$NO_PIP" ] && exit 1
        touch "$folder/bin/has_pip" ;;
    *"import pip"*) [ -e "$here/has_pip" ] ;;
    *find_spec*) [ "$(cat "$here/installed" 2>/dev/null)" = "$PWD" ] ;;
    *"pip install"*) echo installed >> "$LOG"; echo "$PWD" > "$here/installed" ;;
    *"-m "*) echo "$*" >> "$LOG" ;;
esac
"""


class Course:
    """A folder with the course's Makefile, and a Python that only writes down."""

    def __init__(self, folder):
        self.folder, self.log = folder / "course", folder / "log"
        self.folder.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.folder)
        self.python = folder / "python"
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def make(self, *words, **environment):
        """Run make; return its exit code, what it complained of and what Python did."""
        self.log.write_text("")
        line = ["make", *words, f"PYTHON={self.python}"]
        env = os.environ | {"LOG": str(self.log)} | environment
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            env.pop(name, None)
        run = {"capture_output": True, "text": True, "check": False}
        done = subprocess.run(line, cwd=self.folder, env=env, **run)
        did = [each.split(" --")[0] for each in self.log.read_text().splitlines()]
        return done.returncode, done.stderr, did


WORKS = ["-m aelesson workbook", "-m jupyterlab"]


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def test_the_first_call_makes_everything_and_the_second_only_opens(course):
    assert course.make("lab") == (0, "", ["made", "installed", *WORKS])
    assert course.make("lab") == (0, "", WORKS)


@pytest.mark.parametrize("pip", ["", "1"])
def test_a_folder_of_somebody_is_refused_and_left_alone(course, tmp_path, pip):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("years")
    for target in ("lab", "clean"):
        code, said, did = course.make(target, f"VENV={tmp_path / 'mine'}", NO_PIP=pip)
        assert (code, did) == (2, [])
        assert "yourself" in said
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis"]


def test_an_environment_of_somebody_is_used_but_never_removed(course, tmp_path):
    venv = tmp_path / "mine"
    (venv / "bin").mkdir(parents=True)
    shutil.copy(course.python, venv / "bin" / "python")
    (venv / "bin" / "has_pip").touch()
    (venv / "pyvenv.cfg").touch()
    assert course.make("lab", f"VENV={venv}")[::2] == (0, ["installed", *WORKS])
    assert course.make("clean", f"VENV={venv}")[0] == 2
    (venv / "bin" / "has_pip").unlink()
    assert course.make("lab", f"VENV={venv}")[::2] == (2, [])
    assert (venv / "bin" / "python").exists()


def test_an_environment_that_could_not_be_made_is_made_by_the_next_call(course):
    assert course.make("lab", NO_PIP="1")[::2] == (2, ["made"])
    assert course.make("lab")[::2] == (0, ["made", "installed", *WORKS])


def test_after_an_upgrade_of_python_packages_are_installed_again(course):
    course.make("lab")
    (course.folder / ".venv" / "bin" / "has_pip").unlink()
    assert course.make("lab")[::2] == (0, ["made", "installed", *WORKS])
    (course.folder / ".venv" / "bin" / "python").unlink()
    assert course.make("lab")[::2] == (0, ["made", "installed", *WORKS])


def test_a_moved_course_finds_itself_again(course, tmp_path):
    course.make("lab")
    course.folder = course.folder.rename(tmp_path / "moved")
    assert course.make("lab")[::2] == (0, ["installed", *WORKS])
    assert course.make("lab")[::2] == (0, WORKS)


def test_clean_removes_what_was_made_here(course, tmp_path):
    course.make("lab", "VENV=other")
    assert course.make("clean", "VENV=other")[0] == 0
    assert not (course.folder / "other").exists()
