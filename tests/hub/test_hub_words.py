"""What the trial hub refuses and leaves alone, and what was measured for others."""

import copy
import json
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest
import typer
import yaml

from tools.hub import __main__ as hub
from tools.hub import tables
from tools.hub.folder import ROOT, SETTINGS, lay_out
from tools.hub.loopback import NotLoopbackError, free_port, refuse_others

FOUND = json.loads(tables.MEASURED.read_text("utf-8"))
DOCKERFILE = ROOT / "tools" / "hub" / "image" / "Dockerfile"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000"])
def test_this_machine_alone_is_served(url):
    refuse_others(url)


@pytest.mark.parametrize(
    "url",
    ["http://:8000", "http://0.0.0.0:8000", "http://10.1.2.3", "http://a.org", ""],
)
def test_any_other_address_is_refused_in_words(url):
    with pytest.raises(NotLoopbackError, match="set up a real hub"):
        refuse_others(url)


@pytest.mark.slow
@pytest.mark.parametrize("option", ["bind_url", "hub_bind_url"])
def test_an_option_of_jupyterhub_does_not_get_round_it(tmp_path, option):
    lay_out(tmp_path, [])
    environment = hub.hub_environment(tmp_path, "http://127.0.0.1:1", "long enough")
    settings = str(hub.HERE / "jupyterhub_config.py")
    command = [sys.executable, "-m", "jupyterhub", "-f", settings]
    command += [f"--JupyterHub.{option}=http://0.0.0.0:{free_port()}"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 1
    assert "'0.0.0.0', which is not this machine alone" in done.stderr


def test_a_port_that_is_taken_is_named_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(typer.BadParameter, match=f"make hub PORT={port + 1}"):
            hub.refuse_taken(port)
    hub.refuse_taken(free_port())


def test_without_npm_it_says_what_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(hub, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr("tools.site.modules.shutil.which", lambda name: None)
    with pytest.raises(typer.BadParameter, match="npm is not installed: the hub needs"):
        hub.main(tmp_path / "hub", free_port(), [])
    assert not (tmp_path / "hub").exists()


@pytest.mark.slow
def test_a_second_start_leaves_what_users_made(tmp_path):
    lay_out(tmp_path, ["01_basics"])
    mine = tmp_path / "home/ada/notebooks/01_basics.ipynb"
    sheet = tmp_path / "home/teacher/course/source/01_basics/01_basics.ipynb"
    for path in (mine, sheet):
        path.write_text("mine")
    lay_out(tmp_path, ["01_basics"])
    assert mine.read_text() == sheet.read_text() == "mine"


def test_every_sheet_and_lesson_was_measured():
    paths = [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")]
    names = {f"{path.parent.name}/{path.stem}" for path in paths}
    assert names == set(tables.notebooks(FOUND)), "python -m tools.hub.sizes --keep"


def test_the_page_and_the_limits_are_what_was_measured(tmp_path):
    for path in (tables.PAGE, tables.VALUES):
        shutil.copy(path, tmp_path)
    page, values = (tmp_path / path.name for path in (tables.PAGE, tables.VALUES))
    tables.write(FOUND, page, values)
    assert page.read_text() == tables.PAGE.read_text()
    assert values.read_text() == tables.VALUES.read_text()
    larger = copy.deepcopy(FOUND)
    larger["notebooks/01_basics"]["memory_mb"] += 5000
    tables.write(larger, page, values)
    assert page.read_text() != tables.PAGE.read_text()
    limits = yaml.safe_load(values.read_text())["singleuser"]["memory"]
    assert limits["limit"] == tables.limits(larger)["memory.limit"]


def test_limits_cover_a_lesson_and_its_sheet_side_by_side():
    most = yaml.safe_load(tables.VALUES.read_text())["singleuser"]["memory"]["limit"]
    for name in {name.partition("/")[2] for name in tables.notebooks(FOUND)}:
        both = [FOUND.get(f"{kind}/{name}") for kind in ("notebooks", "solutions")]
        need = sum(
            each["memory_mb"] for each in [FOUND["JupyterLab"], *filter(None, both)]
        )
        assert need * 1e6 <= float(most[:-1]) * tables.GIGA


def test_settings_for_users_are_those_that_the_cluster_and_the_server_name():
    (code,) = yaml.safe_load(tables.VALUES.read_text())["hub"]["extraConfig"].values()
    compile(code, "extraConfig", "exec")
    server = (hub.HERE / "server" / "jupyterhub_config.py").read_text()
    for text in (code, server):
        named = set(re.findall(r"/etc/aelesson/(\w+)", text))
        assert named == {path.name for path in SETTINGS.iterdir()}


def test_the_image_copies_what_is_there_and_no_solution():
    copied = re.findall(r"^COPY (.*) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert all((ROOT / name).exists() for name in names)
    tops = {os.path.normpath(name).split(os.sep)[0] for name in names}
    assert not tops & {"solutions", "sources", "tests"}
