"""The site, built once for all workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def html(tmp_path_factory):
    """Return the folder of a site that was just built."""
    pytest.importorskip("sphinx", reason="the site needs what `make site` installs")
    if not shutil.which("npm"):
        pytest.skip("no npm: the site's MathJax comes from there")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    out = shared / "site"
    with FileLock(shared / "site.lock"):
        if not (built := out / "built").exists():  # a build that failed left none
            command = [sys.executable, "-m", "tools.site", "build", "--out", out]
            subprocess.run(command, cwd=ROOT, check=True)
            built.touch()
    return out / "html"
