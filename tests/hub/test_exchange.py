"""The exchange as on many machines: users with numbers that have no name anywhere."""

import os
import shutil
import subprocess
import sys

import pytest

from tools.hub.folder import ROOT, SETTINGS, lay_class

pytestmark = pytest.mark.slow
SHEET = "01_basics"
NUMBERS = {"teacher": 20001, "ada": 20007, "ben": 20008}  # as values.yaml gives them
GROUP = 100
PLACE = "/mnt"  # where users find the folder of the test, which only root may enter


@pytest.fixture
def run(tmp_path, box):
    """Return a function: a user and a command -> exit code and what it said."""
    tmp_path.chmod(0o755)
    lay_class(tmp_path / "teacher" / "course", [SHEET])
    release = tmp_path / "teacher" / "course" / "release" / SHEET
    release.mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / f"{SHEET}.ipynb", release)
    shutil.copytree(SETTINGS, tmp_path / "settings")
    for user, number in NUMBERS.items():
        (tmp_path / user).mkdir(exist_ok=True)
        subprocess.run(
            ["chown", "-R", f"{number}:{GROUP}", tmp_path / user], check=True
        )
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o1777)

    def call(user, *command):
        place = ["--bind", str(tmp_path), PLACE, "--chdir", f"{PLACE}/{user}"]
        number = ["setpriv", f"--reuid={NUMBERS[user]}", f"--regid={GROUP}"]
        env = {
            "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
            "HOME": f"{PLACE}/{user}",
            "USER": user,
            "JUPYTERHUB_USER": user,
            "AELESSON_TEACHERS": "teacher",
            "AELESSON_EXCHANGE": f"{PLACE}/exchange",
            "JUPYTER_CONFIG_PATH": f"{PLACE}/settings/everybody",
        }
        done = subprocess.run(
            [*box, *place, *number, "--clear-groups", *command],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return call


def test_what_was_handed_in_is_seen_by_its_author_and_the_teacher_alone(run, tmp_path):
    def nbgrader(user, *words):
        code, said = run(user, sys.executable, "-m", "nbgrader", *words)
        assert code == 0, said

    nbgrader("teacher", "release_assignment", SHEET)
    nbgrader("ada", "fetch_assignment", SHEET)
    nbgrader("ada", "submit", SHEET)
    inbound = f"{PLACE}/exchange/aelesson/inbound"
    assert run("ben", "ls", inbound)[0] != 0
    assert run("ben", "rm", "-r", f"{PLACE}/exchange/aelesson")[0] != 0
    nbgrader("teacher", "collect", SHEET)
    assert (tmp_path / f"teacher/course/submitted/ada/{SHEET}/{SHEET}.ipynb").is_file()
    (handed_in,) = (tmp_path / "exchange/aelesson/inbound").iterdir()
    assert handed_in.name.startswith("ada+")
    assert handed_in.stat().st_uid == NUMBERS["ada"]
