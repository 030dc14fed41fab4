"""What the judge measures with: the course's own, which all can see, or a class's.

A class's folder holds `judge.png`, `scores.json` and `seed.json`; `use` is called in
the judge's process alone, where no learner's code runs.
"""

import json
import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path

COURSE = Path(__file__).parents[1]
PICTURE, SCORES, SEED = "judge.png", "scores.json", "seed.json"

_used: dict[str, Path] = {}


def use(folder: str | Path | None) -> None:
    """Judge by a class's folder from now on, in this process; None: by the course's.

    Raises:
        FileNotFoundError: The folder lacks what a class's folder has.
    """
    _used.clear()
    if folder is None:
        return
    path = Path(folder).resolve()
    lacking = [n for n in (PICTURE, SCORES, SEED) if not (path / n).is_file()]
    if lacking:
        raise FileNotFoundError(
            f"folder: {path} has no {' and no '.join(lacking)}; expected a folder that "
            "aelesson.classroom.private.draw_private has made"
        )
    _used["folder"] = path


def folder() -> Path:
    """Return the folder of what is judged with."""
    return _used.get("folder", COURSE)


def seed(course: int) -> int:
    """Return the seed that stands for one of the course's: itself, or a class's own."""
    if "folder" not in _used:
        return course
    return _mixed(_secret(_used["folder"]), str(course))


def unknown(number: int) -> int:
    """Return a seed that no learner can know, also where the course's are used."""
    if "folder" in _used:
        return _mixed(_secret(_used["folder"]), f"unknown {number}")
    return _mixed(_by_chance(), str(number))


def _mixed(secret: int, what: str) -> int:
    digest = sha256(f"{secret} {what}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


@cache
def _secret(path: Path) -> int:
    return int(json.loads((path / SEED).read_text("utf-8"))["seed"])


@cache
def _by_chance() -> int:
    return secrets.randbits(60)
