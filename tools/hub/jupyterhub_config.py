"""Settings of a trial hub on one machine; `make hub` starts it with them.

Users are no accounts of the machine: each has a folder, and all run as whoever started
the hub. So it is for trying out a class, never for one: docs/teaching/jupyterhub.md
says what a real one needs.
"""

import os
import sys
from pathlib import Path

from jupyterhub.spawner import Spawner

from tools.hub.folder import SETTINGS, TEACHER, USERS
from tools.hub.loopback import OneMachine, free_port

c = get_config()  # type: ignore[name-defined]  # noqa: F821
folder = Path(os.environ["AELESSON_HUB"])  # everything that users make lies below


def settings_of(spawner: Spawner) -> str:
    """Return where a user's programs find settings: students see less."""
    parts = (
        ("everybody",) if spawner.user.name == TEACHER else ("everybody", "students")
    )
    return os.pathsep.join(str(SETTINGS / part) for part in parts)


# Who comes in, and where.
c.JupyterHub.bind_url = os.environ["AELESSON_HUB_URL"]
c.JupyterHub.hub_bind_url = os.environ["AELESSON_HUB_INNER_URL"]
c.JupyterHub.authenticator_class = OneMachine
c.OneMachine.user_password = os.environ["AELESSON_HUB_PASSWORD"]
c.OneMachine.allowed_users = set(USERS)

# The hub's own files, and its proxy. Only warnings are told.
c.JupyterHub.log_level = "WARN"
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub' / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "hub" / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(folder / "hub" / "proxy.pid")
c.ConfigurableHTTPProxy.command = [os.environ["AELESSON_HUB_PROXY"]]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.log_level = "warn"

# A user's JupyterLab, of this very Python.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "home" / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--log-level=WARN"]
if os.geteuid() == 0:
    c.Spawner.args = ["--log-level=WARN", "--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 120  # on a busy machine
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "AELESSON_EXCHANGE": str(folder / "exchange"),
    "AELESSON_TEACHERS": TEACHER,
    "JUPYTER_CONFIG_PATH": settings_of,
    "OMP_NUM_THREADS": "1",
}
