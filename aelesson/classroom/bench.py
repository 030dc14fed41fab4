"""Where submissions run: a process of its own, shut in by `sandbox` where possible.

It reads a job per line and writes a result per line, both JSON. What it says is not
trusted: students' cells run beside it. See `worker` for the other side.
"""

import base64
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from aelesson.classroom import forked
from aelesson.classroom.forked import Forked
from aelesson.classroom.system import adopt_orphans, shut
from aelesson.course.progress import Conduct, judge
from aelesson.course.sheets import Sheet

_SETS = ("begun", "stubs")
_SCRATCH = ("/tmp", "/dev/shm")
"""All that can be written in a sandbox."""

Litter = dict[Path, tuple[int, ...]]

GIVEN = ".given.json"
"""The file beside a sheet's cells with what the judge gives to open tasks."""
_PRELUDE = f"""\
import base64, json
from aelesson.checks.engine.scored import take
with open({GIVEN!r}) as _file:
    take({{name: base64.b64decode(each) for name, each in json.load(_file).items()}})
del base64, json, take, _file
"""


def to_job(
    sheet: Sheet,
    conduct: Mapping[str, float],
    files: Path,
    given: Mapping[str, bytes] = {},
) -> str:
    """Write a sheet as one line.

    Args:
        sheet: What is to be run.
        conduct: `timeout` and `limit` in seconds, and `megabytes`.
        files: The folder whose other files, small ones, the sheet's cells may read.
        given: What the judge gives to open tasks, by name.
    """
    told = asdict(sheet) | {"path": sheet.path.name}
    told |= {name: sorted(told[name]) for name in _SETS}
    beside = dict(_beside(files))
    text = json.dumps({name: _in_text(each) for name, each in given.items()})
    beside[GIVEN] = _in_text(text.encode())
    return json.dumps({"sheet": told, "conduct": dict(conduct), "files": beside})


def _in_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _beside(folder: Path, most: int = 20_000_000) -> Any:  # noqa: ANN401
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix != ".ipynb":
            size = path.stat().st_size
            if size <= most:
                most -= size
                yield path.name, _in_text(path.read_bytes())


def work(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run a sheet in a new folder, and say what came of it."""
    told = job["sheet"] | {n: frozenset(job["sheet"][n]) for n in _SETS}
    peaks: list[int] = []
    conduct = Conduct(
        job["conduct"]["timeout"],
        job["conduct"]["limit"],
        keep=True,
        testify=True,
        prelude=_PRELUDE,
        manager=partial(Forked, int(job["conduct"]["megabytes"]), peaks),
    )
    with _folder() as folder, _folder() as home:
        os.environ["HOME"] = home  # what lies there is run or read by every kernel
        for name, content in job["files"].items():
            (Path(folder) / name).write_bytes(base64.b64decode(content))
        path = Path(folder) / told["path"]
        exercises = tuple(told["exercises"])
        result = judge(Sheet(**told | {"path": path, "exercises": exercises}), conduct)
    return {
        "exercises": [asdict(each) for each in result.exercises],
        "outputs": [cell.get("outputs", []) for cell in told["cells"]],
        "problem": result.problem,
        "bytes": max(peaks, default=0),
    }


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(ignore_cleanup_errors=True)


def sweep(before: Litter) -> bool:
    """End and remove what a submission has left; the fork server stays.

    Args:
        before: What `litter` gave before the submission ran.

    Returns:
        Whether nothing is left of it that could reach the next one.
    """
    for _ in range(20):  # what forks all the time may outrun a few
        left = [p for p in psutil.Process().children(recursive=True) if _foreign(p)]
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        _reap(left)
        if not left:
            break
    else:
        return False
    if os.getpid() != 1:  # no sandbox: here are files of others, too
        return True
    for path in [path for path in litter() if path not in before]:
        with contextlib.suppress(OSError):  # a folder above it went first
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return litter() == before


def _foreign(process: psutil.Process) -> bool:
    return bool(process.pid != forked.server_pid())


def _reap(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):  # not ours to wait for, or gone
            process.wait(1)


def litter() -> Litter:
    """Return all that lies where submissions can write, and when it was changed."""
    found: Litter = {}
    for top in _SCRATCH if os.getpid() == 1 else ():
        for folder, folders, files in os.walk(top):
            folders[:] = [n for n in folders if not os.path.ismount(f"{folder}/{n}")]
            for name in (*folders, *files):
                path = Path(folder, name)
                with contextlib.suppress(OSError):
                    seen = path.lstat()
                    found[path] = (seen.st_ino, seen.st_mode, seen.st_mtime_ns)
    return found


def main() -> None:
    """Answer each line of the standard input by one line."""
    adopt_orphans()
    shut(True)
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anything prints is no answer
    jobs = os.fdopen(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no child can add a job
    for line in jobs:
        token, _, job = line.partition(" ")
        forked.warm_up()
        before = litter()
        answer = work(json.loads(job))
        clean = sweep(before) and not answer["problem"]
        json.dump(answer | {"token": token, "clean": clean}, told)
        told.write("\n")
        told.flush()


if __name__ == "__main__":
    main()
