"""Where submissions run: a process of its own, shut in by `sandbox` where possible.

It reads a job per line and writes a result per line, both JSON. What it says is not
trusted: students' cells run beside it. See `worker` for the other side.
"""

import base64
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from aelesson.classroom.forked import Forked
from aelesson.classroom.system import adopt_orphans
from aelesson.course.progress import Conduct, judge
from aelesson.course.sheets import Sheet

_SETS = ("begun", "stubs")
_KEPT = ("multiprocessing.forkserver", "multiprocessing.resource_tracker")


GIVEN = ".given.json"
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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
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


def sweep() -> None:
    """End what a submission has left running; the fork server stays."""
    own = {os.getpid()}
    for child in psutil.Process().children():
        if any(name in "".join(_words(child)) for name in _KEPT):
            own.add(child.pid)
    for process in psutil.Process().children(recursive=True):
        if process.pid not in own:
            process.kill()


def _words(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return words


def main() -> None:
    """Answer each line of the standard input by one line."""
    adopt_orphans()
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what anything prints is no answer
    for line in sys.stdin:
        json.dump(work(json.loads(line)), told)
        told.write("\n")
        told.flush()
        sweep()


if __name__ == "__main__":
    main()
