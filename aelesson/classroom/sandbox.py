"""How what students wrote is kept apart from the machine that grades it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import aelesson

PROGRAM = ("-m", "aelesson.classroom.bench")
LIBRARY = Path(aelesson.__file__).resolve().parent
SCRATCH_BYTES = 2 * 2**30
_SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/lib32",
    "/etc/alternatives",
    "/etc/fonts",
)
_IMPORT = "from aelesson.course import guard; guard.load()"


@dataclass(frozen=True)
class Sandbox:
    """One way to run the bench.

    Attributes:
        name: In a word.
        shuts_in: What submissions cannot do there, in a sentence for the teacher.
        command: Starts the bench.
        user: Whom it runs as, or None for who grades.
        safe: Whether a submission cannot reach the gradebook.
    """

    name: str
    shuts_in: str
    command: tuple[str, ...]
    user: str | None = None
    safe: bool = True

    def start(self, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start the bench with pipes to it.

        Args:
            variables: Of its environment, beside the few that it needs.
        """
        return subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment() | dict(variables),
            user=self.user,
            extra_groups=[] if self.user else None,
            start_new_session=True,
        )

    @cached_property
    def works(self) -> bool:
        """Whether it starts here, and finds the library inside."""
        command = [*self.command[: -len(PROGRAM)], "-c", _IMPORT]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=120,
                cwd="/",
                env=_environment(),
                user=self.user,
                extra_groups=[] if self.user else None,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0


LESSONS = "AELESSON_WARM"
"""The variable that names modules of `aelesson.checks`, with spaces between: what is
started has them ready, see `warm`."""

_EVERYWHERE = {
    "HOME": "/tmp",
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # or the debugger warns across the bar
}


def _environment() -> dict[str, str]:
    return _EVERYWHERE | {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(LIBRARY.parent),  # the library that grades, and no other
        "LANG": "C.UTF-8",
    }


def choose(image: str = "") -> Sandbox:
    """Return the best sandbox that works here.

    Args:
        image: Of a container that has this library; without, containers are not used.
    """
    found = [*_containers(image), *_bubblewrap(), *_another_user()]
    return next((each for each in found if each.works), bare())


def bare() -> Sandbox:
    """Return no sandbox at all."""
    return Sandbox(
        "none",
        "Submissions run as you, on your machine: they can read and write all that you "
        "can. Install bubblewrap (Linux), or name a container's image in "
        "nbgrader_config.py: c.RunExercises.image = '...'.",
        (sys.executable, *PROGRAM),
        safe=False,
    )


def _bubblewrap() -> list[Sandbox]:
    program = shutil.which("bwrap")
    if not program:
        return []
    command = [program, "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    command += ["--dev", "/dev", "--proc", "/proc", "--as-pid-1"]
    for path in ("/dev/shm", "/tmp"):  # first, as a course may lie in /tmp
        command += ["--size", str(SCRATCH_BYTES), "--tmpfs", path]
    for path in [*_SYSTEM, *_python()]:
        if Path(path).exists():
            command += ["--ro-bind", path, path]
    command += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    command += [sys.executable, *PROGRAM]
    told = "Submissions run in bubblewrap: no network, nothing of yours is seen."
    return [Sandbox("bubblewrap", told, tuple(command))]


def _python() -> list[str]:
    """List the folders of this Python, of its packages, and of the library."""
    links = [str(Path(sys.executable).resolve().parents[1])]
    folders = [sys.base_prefix, *links, sys.prefix, str(LIBRARY)]
    return list(dict.fromkeys(folders))


def _containers(image: str) -> list[Sandbox]:
    if not image:
        return []
    found = []
    for name in ("podman", "docker"):
        if program := shutil.which(name):
            command = [program, "run", "--rm", "--interactive", "--network", "none"]
            command += ["--read-only", "--tmpfs", f"/tmp:size={SCRATCH_BYTES}"]
            command += ["--cap-drop", "ALL", "--pids-limit", "512"]
            command += ["--security-opt", "no-new-privileges", "--env", LESSONS]
            for name_and_value in map("=".join, _EVERYWHERE.items()):
                command += ["--env", name_and_value]
            command += [image, "python", *PROGRAM]
            told = f"Submissions run in {name}'s image {image}, without a network."
            found.append(Sandbox(name, told, tuple(command)))
    return found


def _another_user() -> list[Sandbox]:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    told = "Submissions run as the user `nobody`: they read what everybody may read."
    return [Sandbox("user", told, (sys.executable, *PROGRAM), "nobody")]
