"""Run cells one by one in a real kernel, whatever they do to it.

The tools that run whole notebooks stop at a cell that ends its kernel or does not end
itself. Here such a cell becomes a `Trouble`, and the cells after it still run wherever
that is possible. How a cell ended is in the kernel's reply; outputs are kept only on
demand, and what a cell prints is cut in the kernel itself: no flood fills the memory.
"""

import ast
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from time import monotonic
from typing import Any, Protocol

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat.v4 import output_from_msg

START_SECONDS = 60.0
"""How long a kernel may take until it answers."""

GRACE_SECONDS = 5.0
"""How long a kernel may take to come back after its cell was interrupted."""

PRINTED = 100_000
"""Characters that a cell may print to a stream; more is cut."""

_ALIVE_SECONDS = 0.5
"""How often to look whether a kernel that does not answer is still there."""

_HUSH = f"import aelesson.course.hush as _; _.hush({PRINTED}); del _"
_OUTPUTS = {"stream", "display_data", "execute_result", "error"}


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


class Manager(Protocol):
    """What starts and ends a kernel's process, as Jupyter's `KernelManager` does."""

    @property
    def has_kernel(self) -> bool:
        """Whether a process was started."""

    def start_kernel(
        self,
        *,
        cwd: str,
        env: dict[str, str],
        extra_arguments: list[str],
        stdout: int,
        stderr: int,
    ) -> None:
        """Start the process."""

    def blocking_client(self) -> BlockingKernelClient:
        """Return what talks to it."""

    def is_alive(self) -> bool:
        """Tell whether it runs."""

    def interrupt_kernel(self) -> None:
        """Have it stop its cell."""

    def shutdown_kernel(self, now: bool = False) -> None:
        """End it."""


def jupyters_own() -> Manager:
    """Return a manager that starts Python anew for each kernel."""
    manager: Manager = KernelManager(kernel_name="python3")
    return manager


class Kernel:
    """A running kernel; `start` makes one.

    Attributes:
        outputs: What the last cell showed, as a notebook holds it; empty unless `start`
            was told to keep it.
    """

    def __init__(
        self, folder: Path, keep: bool, manager: Callable[[], Manager]
    ) -> None:
        self._folder, self._keep, self._make = folder, keep, manager
        self._manager: Manager | None = None
        self._client: BlockingKernelClient | None = None
        self.outputs: list[dict[str, Any]] = []
        self.ended = True

    def begin(self) -> None:
        """Start the kernel's process, or start it anew, and wait until it answers.

        Raises:
            KernelError: If it does not start.
        """
        self.end()
        self._manager = self._make()
        try:
            self._manager.start_kernel(**_start_options(self._folder))
            self._client = self._manager.blocking_client()
            self._client.start_channels()
            self._client.wait_for_ready(timeout=START_SECONDS)
        except (RuntimeError, OSError, LookupError) as error:
            raise KernelError(f"no kernel could be started: {error}") from error
        if not self._keep:
            self._client.iopub_channel.stop()
        self.ended = False
        self.run(_HUSH, START_SECONDS)  # a kernel of another Python does without

    def end(self) -> None:
        """End the kernel's process, if there is one."""
        if self._client:
            self._client.stop_channels()
        if self._manager and self._manager.has_kernel:
            self._manager.shutdown_kernel(now=True)
        self._client = None
        self.ended = True

    def run(self, source: str, timeout: float) -> Trouble | None:
        """Run the source of a code cell.

        Args:
            source: As typed into a notebook; magics are allowed.
            timeout: Seconds after which it is interrupted.

        Returns:
            What went wrong, or None if it ran to its end.
        """
        self.outputs = []
        if self.ended:
            return Trouble(Kind.LOST, "", "the kernel had ended before")
        try:
            source.encode()
        except UnicodeEncodeError:  # half of a surrogate pair: legal in JSON only
            return Trouble(Kind.ERROR, "SyntaxError", "it holds half a character")
        try:
            reply = self._execute(source, timeout)
        except TimeoutError:
            self._interrupt()
            return Trouble(Kind.ENDLESS, "", f"it ran longer than {timeout:g} s")
        except ConnectionError:
            self.ended = True
            return Trouble(Kind.DIED, "", "the kernel ended while this ran")
        return self._trouble(reply)

    def _trouble(self, reply: Mapping[str, Any]) -> Trouble | None:
        """Read from the kernel's reply what went wrong."""
        if any(_asks_to_end(payload) for payload in reply.get("payload", [])):
            self.ended = True  # in a moment, while some later cell would run
            return Trouble(Kind.DIED, "", "it ended the kernel, by exit() or quit()")
        if reply["status"] == "ok":
            return None
        error, text = reply.get("ename", reply["status"]), reply.get("evalue", "")
        return Trouble(Kind.ERROR, error, text)

    def ask(self, expression: str) -> str:
        """Return the value of an expression, a string; "" if it has none."""
        if self.ended:
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
        assert self._client  # only a kernel that was begun comes here
        assert self._manager
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
                self._collect(request)
                return content
        raise TimeoutError

    def _collect(self, request: str) -> None:
        """Keep what a cell has shown, until the kernel says that this was all."""
        while self._keep and self._client:
            try:
                message = self._client.get_iopub_msg(timeout=GRACE_SECONDS)
            except Empty:
                return
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return
            if kind in _OUTPUTS:
                output: dict[str, Any] = output_from_msg(message)  # type: ignore[no-untyped-call]
                self.outputs.append(output)

    def _interrupt(self) -> None:
        """End a cell; give the kernel up if it does not come back."""
        assert self._manager
        self._manager.interrupt_kernel()
        try:
            self._execute("pass", GRACE_SECONDS)
        except (TimeoutError, ConnectionError):
            self.ended = True


def _asks_to_end(payload: Mapping[str, Any]) -> bool:
    return payload.get("source") == "ask_exit" and not payload.get("keepkernel")


@contextmanager
def start(
    folder: Path, keep: bool = False, manager: Callable[[], Manager] = jupyters_own
) -> Iterator[Kernel]:
    """Start the kernel that notebooks get here, and end it whatever happens.

    Args:
        folder: Where its cells run.
        keep: Keep what cells show.
        manager: Returns what starts and ends its process.

    Raises:
        KernelError: If it does not start.
    """
    kernel = Kernel(folder, keep, manager)
    try:
        kernel.begin()
        yield kernel
    finally:
        kernel.end()


def _start_options(folder: Path) -> dict[str, Any]:
    # Strict is for the build: to a learner a missed interval is a hint, not an error.
    environment = {k: v for k, v in os.environ.items() if k != "AELESSON_STRICT"}
    return {
        "cwd": str(folder.resolve()),
        "env": environment | {"OMP_NUM_THREADS": "1"},
        # The learner's own history of commands stays theirs.
        # What its cells have other programs print is not caught, so that it cannot
        # pile up either.
        "extra_arguments": [
            "--HistoryManager.hist_file=:memory:",
            "--IPKernelApp.capture_fd_output=False",
        ],
        # Whatever the process itself prints would tear the progress bar apart.
        "stdout": DEVNULL,
        "stderr": DEVNULL,
    }
