"""The hub of one server: real users of the machine, in a machine made for the test."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from people import Hub

from tools.hub.__main__ import HERE, MODULES, await_answer
from tools.hub.folder import ROOT, SETTINGS
from tools.hub.loopback import free_port
from tools.site.modules import install

pytestmark = pytest.mark.slow
USERS = {"teacher": (20001, "teachers"), "ada": (20007, "students")}
PASSWORD = "correct horse"


def lay_machine(folder):
    """Make what a bare machine has, and what docs/teaching/jupyterhub.md adds to it."""
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    hashed = subprocess.check_output(["openssl", "passwd", "-6", PASSWORD], text=True)
    for user, (number, group) in USERS.items():
        home = folder / "home" / user
        home.mkdir(parents=True)
        home.chmod(0o700)
        shutil.chown(home, number, 100)
        add(folder, "passwd", f"{user}:x:{number}:100::/home/{user}:/bin/bash")
        add(folder, "shadow", f"{user}:{hashed.strip()}:20000:0:99999:7:::")
        add(folder, "group", f"{group}:x:{number}:{user}")
    shutil.copytree(SETTINGS, folder / "etc/aelesson")
    shutil.copy(HERE / "server" / "jupyterhub_config.py", folder / "etc/aelesson")
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o1777)


def add(folder, name, line):
    with (folder / "etc" / name).open("a") as file:
        file.write(f"{line}\n")


@pytest.fixture
def hub(tmp_path, box):
    install(HERE, MODULES, "the hub needs its proxy")
    lay_machine(tmp_path)
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    box += ["--bind", tmp_path / "etc", "/etc", "--bind", tmp_path / "home", "/home"]
    box += ["--tmpfs", "/var/lib", "--dir", "/var/lib/jupyterhub", "--tmpfs", "/srv"]
    box += ["--bind", tmp_path / "exchange", "/srv/exchange", "--tmpfs", "/opt"]
    box += ["--perms", "0755", "--dir", "/opt/aelesson"]
    box += ["--ro-bind", ROOT / "tools", "/opt/aelesson/tools"]
    box += ["--symlink", sys.prefix, "/opt/aelesson/.venv", "--die-with-parent"]
    url, inner, api = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
    command = ["/opt/aelesson/.venv/bin/python", "-m", "jupyterhub"]
    command += [
        "-f",
        "/etc/aelesson/jupyterhub_config.py",
        f"--JupyterHub.bind_url={url}",
    ]
    command += [f"--JupyterHub.hub_bind_url={inner}"]
    command += [f"--ConfigurableHTTPProxy.api_url={api}"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*box, "--unshare-pid", "--proc", "/proc", *command], stderr=log, stdout=log
        )
        try:
            for each in (inner, url):
                assert await_answer(process, f"{each}/hub/health"), log.name
            yield Hub(url, list(USERS), PASSWORD, tmp_path)
        finally:
            process.terminate()
            process.wait()


def test_users_of_the_machine_get_a_jupyterlab_of_their_own(hub, browser):
    stranger = replace(hub, password="wrong").visit(browser, "ada", "lab")
    stranger.wait_for_selector("text=Invalid username or password")
    for user in USERS:
        tab = hub.visit(browser, user, "lab")
        tab.wait_for_selector(".lm-MenuBar-itemLabel:text-is('Nbgrader')")
        listed = tab.goto(f"{hub.url}/user/{user}/assignments?course_id=aelesson")
        assert json.loads(listed.text()) == {"success": True, "value": []}
        formgrader = tab.goto(f"{hub.url}/user/{user}/formgrader")
        assert formgrader.status == (200 if user == "teacher" else 404)
    owners = {
        (hub.folder / "home" / user / ".local").stat().st_uid: user for user in USERS
    }
    assert owners == {number: user for user, (number, _) in USERS.items()}
