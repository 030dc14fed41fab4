"""Who may come in on a trial hub: whoever has its password, from this machine alone."""

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from jupyterhub.authenticators.shared import SharedPasswordAuthenticator


class NotLoopbackError(SystemExit):
    """The trial hub would listen where other machines reach it."""


class OneMachine(SharedPasswordAuthenticator):  # type: ignore[misc]
    """One password for all users: right for a trial on loopback, and only there.

    The address is asked for when all settings are read, so that no option of JupyterHub
    gets round it.
    """

    def check_allow_config(self) -> None:
        """Refuse to start where another machine could come in."""
        super().check_allow_config()
        for url in (self.parent.bind_url, self.parent.hub_bind_url):
            refuse_others(url or "http://127.0.0.1")


def refuse_others(url: str) -> None:
    """Raise `NotLoopbackError` unless a hub at `url` can be reached from here alone."""
    host = urlsplit(url).hostname or ""
    if not is_loopback(host):
        raise NotLoopbackError(
            f"The trial hub would listen at {host or 'every address'!r}, which is not "
            "this machine alone: its users share one password and one account. "
            "Use 127.0.0.1, or set up a real hub: docs/teaching/jupyterhub.md."
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host is an address of loopback (a name may stand for any)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
