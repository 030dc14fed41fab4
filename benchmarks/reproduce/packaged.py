"""What lessons show of the results: the kept runs in one file of the package."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.reproduce import kept
from benchmarks.reproduce.kept import Kept
from benchmarks.reproduce.rows import Row

T = TypeVar("T")
FROM_ROW = (
    "title",
    "unit",
    "digits",
    "higher_is_better",
    "settings",
    "remark",
    "data",
    "judged",
    "along",
)


def write(rows: Sequence[Row], results: Path, path: Path) -> None:
    """Write all rows that have a kept run, as `aelesson.course.results` reads them."""
    found = [(row, kept.read(results, row)) for row in rows]
    measured = {row.name: _entry(row, runs) for row, runs in found if runs}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(measured, indent=1, ensure_ascii=False)
    kept.write_whole(path, text + "\n")


def _entry(row: Row, runs: Sequence[Kept]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in FROM_ROW},
        "ours": [run.value for run in runs],
        "seconds": [run.seconds for run in runs],
        "beside": by_name([run.beside for run in runs]),
        "published": dict(row.published),
        "notes": by_name([run.notes for run in runs]),
        "curves": by_name([run.curves for run in runs]),
    }


def by_name(runs: Sequence[dict[str, T]]) -> dict[str, list[T]]:
    """Return what each name stands for, in the order of the runs that have it."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: [run[name] for run in runs if name in run] for name in names}
