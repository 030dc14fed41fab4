"""Measure what open tasks are ranked by: `make scores`, or `make scores TASKS=name`.

Each reference of a task is made and measured, and so is the sheet's own solution. What
comes out is written to `aelesson/checks/scores.json`; nothing there is typed.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupytext
from tqdm import tqdm

from aelesson.checks import open_tasks
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.scored import MEASURED, Scored

ROOT = Path(__file__).resolve().parents[1]
OURS = "the course's best"


def solution(lesson: str, name: str) -> Callable[[], Any]:
    """Run a sheet up to the solution of a task, checks left out, and return it."""
    (path,) = (ROOT / "sources" / "exercises").glob(f"??_{lesson}.py")
    scope: dict[str, Any] = {}
    for cell in jupytext.read(path).cells:
        if cell.cell_type == "code" and not cell.source.startswith("checks."):
            exec(compile(cell.source, str(path), "exec"), scope)
        if name in scope:
            made: Callable[[], Any] = scope[name]
            return made
    raise LookupError(f"{path} defines no {name}")


def measure(lesson: str, task: Scored) -> dict[str, float]:
    """Return what each reference of a task reaches, to four digits."""
    makers = {**task.references, OURS: solution(lesson, task.name)}
    found = {}
    for label, make in tqdm(makers.items(), desc=task.name):
        with isolated():
            found[label] = float(f"{task.number(make()):.4g}")
    return found


def main(wanted: list[str]) -> None:
    """Measure tasks, by name; all of them if none is named."""
    kept = json.loads(MEASURED.read_text("utf-8")) if MEASURED.exists() else {}
    known = {task.name: (lesson, task) for lesson, task in open_tasks()}
    for name in wanted or known:
        if name not in known:
            sys.exit(f"there is no open task {name!r}; there are: {', '.join(known)}")
        kept[name] = measure(*known[name])
        kept = {name: kept[name] for name in sorted(kept)}
        MEASURED.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
