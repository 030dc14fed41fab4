"""Kernels that are forked from a process in which everything is imported already.

To start Python and import PyTorch takes seconds for each student; a fork takes a few
hundredths of one. The processes are made by Python's own fork server.
"""

import contextlib
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from queue import Empty
from time import monotonic

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from aelesson.classroom import system

MEGABYTE = 2**20
FILE_MEGABYTES = 200
"""How large a file may grow that a cell writes."""


@cache
def _server() -> ForkServerContext:
    """Return the fork server; it imports what `warm` does before its first fork."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["aelesson.classroom.warm"])
    return context


def warm_up() -> None:
    """Start the fork server, and wait until it has imported what it should."""
    process = _server().Process(target=os.getpid)
    process.start()
    process.join()


def server_pid() -> int | None:
    """Return the fork server's process, if it runs."""
    pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    return pid


class _Client(BlockingKernelClient):
    """Asks the process whether it is alive: its heart beats late on a busy machine."""

    process: ForkServerProcess | None = None

    async def _async_is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on both channels; Jupyter's own waits longer.

        Raises:
            RuntimeError: If it does not in so many seconds, or ends.
        """
        end = monotonic() + (timeout or math.inf)
        while monotonic() < end and self.process and self.process.is_alive():
            with contextlib.suppress(TimeoutError, Empty):
                self.kernel_info(reply=True, timeout=1)
                self.get_iopub_msg(timeout=0.1)  # it may have been missed: once more
                return
        raise RuntimeError("it did not answer")


class Forked:
    """Starts and ends one kernel, as Jupyter's `KernelManager` does.

    Args:
        megabytes: Of memory that its cells may have beside what is imported.
        peaks: Gets the most memory that the kernel had, in bytes, when it ends.
    """

    def __init__(self, megabytes: int, peaks: list[int]) -> None:
        self._megabytes, self._peaks = megabytes, peaks
        self._process: ForkServerProcess | None = None
        self._file = ""

    @property
    def has_kernel(self) -> bool:
        """Whether a kernel was started."""
        return self._process is not None

    def start_kernel(
        self,
        *,
        cwd: str,
        env: dict[str, str],
        extra_arguments: list[str],
        stdout: int,
        stderr: int,
    ) -> None:
        """Fork a kernel.

        Args:
            cwd: Where its cells run.
            env: Its environment.
            extra_arguments: Settings of ipykernel.
            stdout: Where its output goes; here always nowhere, as `stderr`'s.
            stderr: See `stdout`.
        """
        self._file, _info = write_connection_file()
        options = ["-f", self._file, *extra_arguments]
        self._process = _server().Process(
            target=_kernel, args=(cwd, env, options, self._megabytes)
        )
        self._process.start()

    def blocking_client(self) -> BlockingKernelClient:
        """Return what talks to the kernel."""
        client = _Client(connection_file=self._file)
        client.process = self._process
        client.load_connection_file()
        return client

    def is_alive(self) -> bool:
        """Tell whether the kernel runs."""
        return self._process is not None and self._process.is_alive()

    def interrupt_kernel(self) -> None:
        """Have the kernel stop its cell."""
        self._send(os.kill, signal.SIGINT)

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the kernel, and all processes that it has started."""
        if self._process and self._process.pid:
            with contextlib.suppress(OSError):  # it has ended already
                self._peaks.append(memory("VmHWM", str(self._process.pid)))
        self._send(os.killpg, signal.SIGKILL)
        if self._process:
            self._process.join()
        self._process = None
        Path(self._file).unlink(missing_ok=True)

    def _send(self, send: Callable[[int, int], None], number: int) -> None:
        if self._process and self._process.pid and self._process.is_alive():
            try:
                send(self._process.pid, number)
            except ProcessLookupError:  # it ended, or is no group yet
                self._process.kill()


def _kernel(
    folder: str, env: dict[str, str], options: list[str], megabytes: int
) -> None:
    """Become a kernel; this runs in the forked process."""
    system.shut(False)  # a learner's own programs may look at themselves
    os.setsid()
    os.chdir(folder)
    os.environ.update(env)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    with contextlib.suppress(OSError):  # elsewhere than on Linux there is no limit
        limit(megabytes)
    sys.argv = ["kernel"]
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(options)


def limit(megabytes: int) -> None:
    """Let this process have no more memory than it has, and so much.

    Raises:
        OSError: If the system does not say how much it has: it is not Linux.
    """
    bound = memory("VmData") + megabytes * MEGABYTE
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    most = FILE_MEGABYTES * MEGABYTE
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def memory(name: str, process: str = "self") -> int:
    """Return an entry of a process's status, such as VmData, in bytes.

    Raises:
        OSError: If there is no such process or entry, or the system is not Linux.
    """
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"the status of process {process} has no {name}")
