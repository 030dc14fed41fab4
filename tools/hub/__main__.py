"""Try out a class on this machine: a JupyterHub with a teacher and two students.

    python -m tools.hub [FOLDER] [--port 8000] [--sheets 01_basics]

Everything that they make lies in FOLDER, and is there again at the next start.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from tools.hub.folder import ROOT, USERS, lay_out
from tools.hub.loopback import free_port
from tools.site.modules import NpmMissingError, install

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
PROXY = MODULES / ".bin" / "configurable-http-proxy"


def main(
    folder: Annotated[Path, typer.Argument(help="Holds what users make.")] = Path(
        "my_hub"
    ),
    port: Annotated[int, typer.Option(help="The hub's port on loopback.")] = 8000,
    sheets: Annotated[
        list[str] | None, typer.Option(help="Sheets of the course; 01_basics without.")
    ] = None,
) -> None:
    """Make what is missing, then start the hub, until Ctrl-C."""
    try:
        install(HERE, MODULES, "the hub needs its proxy")
    except NpmMissingError as error:
        raise typer.BadParameter(str(error)) from None
    refuse_taken(port)
    lay_out(folder.resolve(), sheets or ["01_basics"])
    password = secrets.token_urlsafe(9)
    url = f"http://127.0.0.1:{port}"
    environment = hub_environment(folder.resolve(), url, password)
    welcome = f"{url}  users: {', '.join(USERS)}  password: {password}"
    raise SystemExit(run_hub(environment, welcome))


def refuse_taken(port: int) -> None:
    """Say so before anything is made, if somebody listens at the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise typer.BadParameter(
                f"port {port} cannot be used ({error.strerror}): name another, "
                f"make hub PORT={port + 1}"
            ) from None


def hub_environment(folder: Path, url: str, password: str) -> dict[str, str]:
    """Return what the settings read, and the paths of this Python and this course."""
    paths = (str(Path(sys.executable).parent), os.environ["PATH"])
    courses = (str(ROOT), os.environ.get("PYTHONPATH", ""))
    return os.environ | {
        "AELESSON_HUB": str(folder),
        "AELESSON_HUB_URL": url,
        "AELESSON_HUB_INNER_URL": f"http://127.0.0.1:{free_port()}",
        "AELESSON_HUB_PASSWORD": password,
        "AELESSON_HUB_PROXY": str(PROXY),
        "PATH": os.pathsep.join(paths),
        "PYTHONPATH": os.pathsep.join(filter(None, courses)),
    }


def run_hub(environment: dict[str, str], welcome: str) -> int:
    """Run JupyterHub until it ends; Ctrl-C reaches it by itself."""
    urls = [environment[f"AELESSON_HUB_{name}"] for name in ("INNER_URL", "URL")]
    settings = str(HERE / "jupyterhub_config.py")
    command = [sys.executable, "-m", "jupyterhub", "-f", settings]
    with subprocess.Popen(command, env=environment) as hub:
        while True:
            try:
                if all(await_answer(hub, f"{url}/hub/health") for url in urls):
                    print(welcome, flush=True)
                return hub.wait()
            except KeyboardInterrupt:
                continue  # it stops the users' servers first


def await_answer(hub: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the hub answers, or ends."""
    while hub.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


if __name__ == "__main__":
    typer.run(main)
