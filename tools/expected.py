"""Measure what lessons should show: `python -m tools.expected [LESSONS...]`.

Runs every lesson with five training seeds, two at a time, and keeps the figures
and claims in `aelesson/course/expected.json`, from which `aelesson.course.expected`
computes its intervals.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track

from aelesson.course.expected import SEEDS

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "sources" / "lessons"
KEPT = ROOT / "aelesson" / "course" / "expected.json"

Row = tuple[str, str, str, str, float | bool]  # lesson, data set, kind, name, value
Job = TypeVar("Job")
Found = TypeVar("Found")
WORKERS = 2  # lessons at a time
console = Console()
app = typer.Typer(add_completion=False)


def run_lesson(
    name: str, seed: int, *, runner: Path | None = None, **settings: str
) -> list[Row]:
    """Run a lesson's text as a program and return what it recorded.

    Args:
        name: Such as `"01_basics"`.
        seed: Of the trainings.
        runner: A program that runs the text; by default Python itself.
        settings: Further variables of its environment.

    Raises:
        RuntimeError: If the lesson fails; the message ends with its last lines.
    """
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "rows.jsonl"
        environment = os.environ | {
            "AELESSON_DEVICE": "cpu",  # as in the build that quotes the intervals
            "AELESSON_SEED": str(seed),
            "AELESSON_RECORD": str(record),
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
        }
        for unwanted in ("AELESSON_STRICT", "AELESSON_LONGER", "AELESSON_WIDER"):
            environment.pop(unwanted, None)
        done = subprocess.run(
            [sys.executable, *([runner] if runner else []), LESSONS / f"{name}.py"],
            cwd=ROOT / "notebooks",
            env=environment | settings,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            last_lines = "\n".join(done.stderr.splitlines()[-5:])
            raise RuntimeError(f"{name} with seed {seed} failed:\n{last_lines}")
        lines = record.read_text("utf-8").splitlines() if record.exists() else []
    return [tuple(json.loads(line)) for line in lines]


def gather(runs: Iterable[list[Row]]) -> dict[str, Any]:
    """Return lesson -> data set -> figures (one value per seed) and claims (held).

    Raises:
        ValueError: If a run recorded two numbers or claims of one name.
    """
    runs = list(runs)
    for run in runs:
        times = Counter(f"{lesson}: {name}" for lesson, _, _, name, _ in run)
        if twice := [name for name, count in times.items() if count > 1]:
            raise ValueError(f"recorded more than once in a run: {'; '.join(twice)}")
    kept: dict[str, Any] = {}
    for lesson, dataset, kind, name, value in (row for run in runs for row in run):
        entry = kept.setdefault(lesson, {}).setdefault(
            dataset, {"figures": {}, "claims": {}}
        )
        if kind == "figure":
            entry["figures"].setdefault(name, []).append(float(f"{value:.6g}"))
        else:
            entry["claims"][name] = entry["claims"].get(name, 0) + bool(value)
    return kept


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the old figures with those of newly measured lessons and sets replaced.

    What `make stress` found stays, for the claims that are still made.
    """
    merged = {lesson: dict(datasets) for lesson, datasets in old.items()}
    for lesson, datasets in new.items():
        for dataset, entry in datasets.items():
            before = merged.setdefault(lesson, {}).get(dataset, {})
            stress = still_claimed(before.get("stress", {}), entry["claims"])
            merged[lesson][dataset] = entry | ({"stress": stress} if stress else {})
    return dict(sorted(merged.items()))


def still_claimed(stress: dict[str, Any], claims: dict[str, int]) -> dict[str, Any]:
    """Return variation -> claim -> seeds, without claims that are no longer made."""
    return {
        variation: {claim: held[claim] for claim in claims if claim in held}
        for variation, held in stress.items()
    }


def failed_claims(kept: dict[str, Any]) -> list[str]:
    """Return the claims that did not hold with every seed."""
    return [
        f"{lesson} on {dataset}: {claim} ({held} of {SEEDS} seeds)"
        for lesson, datasets in kept.items()
        for dataset, entry in datasets.items()
        for claim, held in entry["claims"].items()
        if held < SEEDS
    ]


def choose(lessons: list[str] | None) -> list[str]:
    """Return the lessons that were asked for, or all.

    Raises:
        typer.BadParameter: If there is no such lesson.
    """
    names = lessons or sorted(path.stem for path in LESSONS.glob("*.py"))
    if missing := [name for name in names if not (LESSONS / f"{name}.py").is_file()]:
        raise typer.BadParameter(f"no such lesson in sources/lessons: {missing}")
    return list(dict.fromkeys(names))


def in_parallel(run: Callable[[Job], Found], jobs: Sequence[Job]) -> list[Found]:
    """Do jobs, two at a time, under a bar; return what each found, in their order."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        found = pool.map(run, jobs)
        return list(track(found, "measuring", total=len(jobs), console=console))


def read_json(path: Path) -> dict[str, Any]:
    """Return what a file holds; nothing if there is none."""
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return kept


def write_json(path: Path, kept: dict[str, Any]) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    os.replace(part, path)


@app.command()
def measure(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Such as 01_basics; by default all.")
    ] = None,
) -> None:
    """Run lessons with five seeds and keep what they measured."""
    jobs = [(name, seed) for name in choose(lessons) for seed in range(SEEDS)]
    measured = gather(in_parallel(lambda job: run_lesson(*job), jobs))
    write_json(KEPT, merge(read_json(KEPT), measured))
    if failures := failed_claims(measured):
        console.print("[red]Claims that must not be made:[/red]", *failures, sep="\n")
        raise typer.Exit(1)
    console.print(f"kept in {KEPT.relative_to(ROOT)}")


if __name__ == "__main__":
    app()
