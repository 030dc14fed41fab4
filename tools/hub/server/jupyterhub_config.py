"""Settings of a hub for a class on one Linux server: users are users of the machine.

Lay this file and `../settings` where docs/teaching/jupyterhub.md says. The hub runs as
root, since it starts each user's JupyterLab as that user; a reverse proxy speaks TLS.
"""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821
course = "/opt/aelesson"
teachers = {"teacher"}
everybody, students = "/etc/aelesson/everybody", "/etc/aelesson/students"

c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = "sqlite:////var/lib/jupyterhub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "/var/lib/jupyterhub/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "/var/lib/jupyterhub/proxy.pid"
c.ConfigurableHTTPProxy.command = [
    f"{course}/tools/hub/node_modules/.bin/configurable-http-proxy"
]

# Who has a password on this machine, and is in one of these groups. For accounts of a
# university, take OAuthenticator or LTIAuthenticator in its place.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students", "teachers"}

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [f"{course}/.venv/bin/python", "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "PATH": f"{course}/.venv/bin:{os.environ['PATH']}",
    "AELESSON_EXCHANGE": "/srv/exchange",
    "AELESSON_TEACHERS": ",".join(sorted(teachers)),
    "JUPYTER_CONFIG_PATH": lambda spawner: (
        everybody if spawner.user.name in teachers else f"{everybody}:{students}"
    ),
    "OMP_NUM_THREADS": "1",
}
