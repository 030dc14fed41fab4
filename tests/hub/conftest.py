"""A hub on a free port of loopback, and people who use it in a real browser."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from people import Hub

from tools.hub.folder import ROOT
from tools.hub.loopback import free_port

SAYS = re.compile(r"(http://\S+)  users: (.*)  password: (\S+)")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Start a hub with the very command of `make hub`; stop it as Ctrl-C does."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"no {program}: the hub's proxy is a program of node")
    folder = tmp_path_factory.mktemp("class")
    command = [sys.executable, "-m", "tools.hub", folder, "--port", str(free_port())]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            yield started(process, folder)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=60)


def started(process, folder):
    """Wait for the line that names the address."""
    for line in process.stdout:
        if found := SAYS.search(line):
            url, users, password = found.groups()
            return Hub(url, users.split(", "), password, folder)
    pytest.fail((folder / "log").read_text())


@pytest.fixture
def box():
    """Return the start of a command that may become other users, as only root may.

    Python may lie in root's home, which others cannot enter: there it is shown to them.
    """
    if os.geteuid() != 0 or not shutil.which("bwrap"):
        pytest.skip("only root with bubblewrap can be several users")
    start = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--tmpfs", "/root"]
    for parent in reversed(Path(sys.base_prefix).parents):
        if Path("/root") in parent.parents:
            start += ["--perms", "0755", "--dir", str(parent)]
    return [*start, "--ro-bind", sys.base_prefix, sys.base_prefix]
