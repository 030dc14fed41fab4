"""Kept results: one file per row, with what each run came from."""

import json
import os
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks import machine
from benchmarks.reproduce.rows import Outcome, Row

PACKAGES = ("torch", "numpy", "scikit-learn")
CODE = ("aelesson", "benchmarks", "constraints.txt")  # what decides about figures
WRITTEN = "aelesson/course/results.json"  # by the command itself, for lessons


@dataclass(frozen=True)
class Kept:
    """One run of a row, and where it came from.

    Attributes:
        seed: The run's seed.
        value: The row's figure.
        seconds: Of training.
        beside: Baselines of the same run.
        notes: Other figures of it.
        settings: Those of the row at that time.
        commit: Of the repository at the start, with a "+" if code had changed since.
        versions: Of the packages that decide about figures.
        machine: Processor or GPU, and threads.
        curves: Its curves, by name.
    """

    seed: int
    value: float
    seconds: float
    beside: dict[str, float]
    notes: dict[str, float]
    settings: str
    commit: str
    versions: dict[str, str]
    machine: str
    curves: dict[str, list[list[float]]] = field(default_factory=dict)


def read(folder: Path, row: Row) -> list[Kept]:
    """Return the kept runs of a row that have its present settings, by seed."""
    path = folder / f"{row.name}.json"
    if not path.exists():
        return []
    runs = [Kept(**run) for run in json.loads(path.read_text(encoding="utf-8"))]
    return sorted(
        (run for run in runs if run.settings == row.settings),
        key=lambda run: run.seed,
    )


def keep(folder: Path, row: Row, run: Kept) -> None:
    """Add a run to those of its row, in the place of one of the same seed.

    Runs with other settings than the row's are dropped.
    """
    others = [other for other in read(folder, row) if other.seed != run.seed]
    runs = sorted([*others, run], key=lambda each: each.seed)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(each) for each in runs], indent=1, ensure_ascii=False)
    write_whole(folder / f"{row.name}.json", text + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file aside and then put it in place: an interrupt loses nothing."""
    aside = path.with_suffix(".part")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)


def describe(
    row: Row, seed: int, outcome: Outcome, device: torch.device, commit: str
) -> Kept:
    """Return an outcome together with what it came from."""
    return Kept(
        seed=seed,
        value=float(outcome.value),
        seconds=round(outcome.seconds, 1),
        beside={name: float(value) for name, value in outcome.beside.items()},
        notes={name: float(value) for name, value in outcome.notes.items()},
        settings=row.settings,
        commit=commit,
        versions={name: version(name) for name in PACKAGES},
        machine=machine.describe(device),
        curves={
            k: [[*map(float, p)] for p in each] for k, each in outcome.curves.items()
        },
    )


def current_commit() -> str:
    """Return the repository's commit, with a "+" if its code has changed since."""
    try:
        name = _git("rev-parse", "--short", "HEAD")
        places = [*(f":/{path}" for path in CODE), f":(top,exclude){WRITTEN}"]
        changed = _git("status", "--porcelain", "--", *places)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}+" if changed else name


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
