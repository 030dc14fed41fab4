"""Run cells one by one in a real kernel, whatever they do to it.

The tools that run whole notebooks stop at a cell that ends its kernel or does not end
itself. Here such a cell becomes a `Trouble`, and the cells after it still run wherever
that is possible. Outputs are not collected: how a cell ended is in the kernel's reply.
"""

import ast
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from time import monotonic
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

START_SECONDS = 60.0
"""How long a kernel may take until it answers."""

GRACE_SECONDS = 5.0
"""How long a kernel may take to come back after its cell was interrupted."""

_ALIVE_SECONDS = 0.5
"""How often to look whether a kernel that does not answer is still there."""


class KernelError(RuntimeError):
    """No kernel could be started."""


class Kind(Enum):
    """How a cell failed."""

    ERROR = "it raised an error"
    ENDLESS = "it ran too long"
    DIED = "the kernel ended while it ran"
    LOST = "the kernel had ended before"


@dataclass(frozen=True)
class Trouble:
    """A cell that did not end well.

    Attributes:
        kind: How it failed.
        error: Name of the exception, if it raised one.
        text: Message of the exception, or what happened.
    """

    kind: Kind
    error: str
    text: str


class Kernel:
    """A running kernel; `start` makes one."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager = manager
        self._client = client
        self._ended = False

    def run(self, source: str, timeout: float) -> Trouble | None:
        """Run the source of a code cell.

        Args:
            source: As typed into a notebook; magics are allowed.
            timeout: Seconds after which it is interrupted.

        Returns:
            What went wrong, or None if it ran to its end.
        """
        if self._ended:
            return Trouble(Kind.LOST, "", "the kernel had ended before")
        try:
            reply = self._execute(source, timeout)
        except TimeoutError:
            self._interrupt()
            return Trouble(Kind.ENDLESS, "", f"it ran longer than {timeout:g} s")
        except ConnectionError:
            self._ended = True
            return Trouble(Kind.DIED, "", "the kernel ended while this ran")
        if reply["status"] == "ok":
            return None
        error, text = reply.get("ename", reply["status"]), reply.get("evalue", "")
        return Trouble(Kind.ERROR, error, text)

    def ask(self, expression: str) -> str:
        """Return the value of an expression, a string; "" if it has none."""
        if self._ended:
            return ""
        try:
            reply = self._execute("", GRACE_SECONDS, {"it": expression})
        except (TimeoutError, ConnectionError):
            return ""
        found = reply.get("user_expressions", {}).get("it", {})
        text = found.get("data", {}).get("text/plain", "")
        return str(ast.literal_eval(text)) if text else ""

    def _execute(
        self, source: str, timeout: float, ask: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Have a cell run and return the kernel's reply.

        Raises:
            TimeoutError: If it does not come in time.
            ConnectionError: If the kernel is gone.
        """
        request = self._client.execute(
            source,
            allow_stdin=False,
            stop_on_error=False,
            user_expressions=dict(ask or {}),
        )
        deadline = monotonic() + timeout
        while (left := deadline - monotonic()) > 0:
            try:
                reply = self._client.get_shell_msg(timeout=min(left, _ALIVE_SECONDS))
            except Empty:
                if not self._manager.is_alive():
                    raise ConnectionError from None
                continue
            if reply["parent_header"].get("msg_id") == request:  # no late answer
                content: dict[str, Any] = reply["content"]
                return content
        raise TimeoutError

    def _interrupt(self) -> None:
        """End a cell; give the kernel up if it does not come back."""
        self._manager.interrupt_kernel()
        try:
            self._execute("pass", GRACE_SECONDS)
        except (TimeoutError, ConnectionError):
            self._ended = True


@contextmanager
def start(folder: Path) -> Iterator[Kernel]:
    """Start the kernel that notebooks get here, and end it whatever happens.

    Args:
        folder: Where its cells run.

    Raises:
        KernelError: If it does not start.
    """
    manager = KernelManager(kernel_name="python3")
    try:
        client = _connect(manager, folder)
        try:
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def _connect(manager: KernelManager, folder: Path) -> BlockingKernelClient:
    """Start the kernel's process and wait until it answers."""
    try:
        manager.start_kernel(**_start_options(folder))
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=START_SECONDS)
    except (RuntimeError, OSError, LookupError) as error:
        raise KernelError(f"no kernel could be started: {error}") from error
    client.iopub_channel.stop()  # nobody listens, so no flood of printing piles up
    return client


def _start_options(folder: Path) -> dict[str, Any]:
    # Strict is for the build: to a learner a missed interval is a hint, not an error.
    environment = {k: v for k, v in os.environ.items() if k != "AELESSON_STRICT"}
    return {
        "cwd": str(folder.resolve()),
        "env": environment | {"OMP_NUM_THREADS": "1"},
        # The learner's own history of commands stays theirs.
        "extra_arguments": ["--HistoryManager.hist_file=:memory:"],
        # Whatever the process itself prints would tear the progress bar apart.
        "stdout": DEVNULL,
        "stderr": DEVNULL,
    }
