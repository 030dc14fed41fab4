"""Try what lessons claim on longer trainings: `python -m tools.stress [LESSONS...]`.

Runs lessons with every training 4 times as long and, where a claim is marked with
`any_width`, with networks half and twice as wide: three seeds each, two lessons at a
time. What held where is kept beside the seeds in `aelesson/course/expected.json`, once
every claim of the lesson holds, or names its budget. Runs are kept in `build/stress`
until the code of their lesson changes, so that a command that was stopped goes on.
"""

import ast
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple

import typer
from rich.table import Table

from aelesson.course.expected import LONGER, STRESS_SEEDS, WIDTHS, demanded
from tools import expected
from tools.expected import Row, console

SCRATCH = expected.ROOT / "build" / "stress"
CELLS = expected.ROOT / "tools" / "cells.py"
SETTINGS = {
    LONGER: {"AELESSON_LONGER": "4"},
    WIDTHS[0]: {"AELESSON_WIDER": "0.5"},
    WIDTHS[1]: {"AELESSON_WIDER": "2"},
}
MARKS = ("budget", "any_width")
app = typer.Typer(add_completion=False)


class Marked(NamedTuple):
    """A claim as a lesson's text writes it."""

    pattern: str  # of its sentence, a regular expression
    variations: list[str]  # in which it must hold


class Job(NamedTuple):
    """One run of a lesson."""

    lesson: str
    variation: str
    seed: int


class Refused(NamedTuple):
    """A claim that does not hold where it must."""

    lesson: str
    sentence: str
    variation: str
    held: int  # of STRESS_SEEDS


def claim_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of `proven.claim` in a lesson's text."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="claim")):
                yield node


def read_claims(text: str) -> list[Marked]:
    """Return the claims of a lesson's text.

    Raises:
        ValueError: If a sentence is not written in the call.
    """
    found = []
    for call in claim_calls(ast.parse(text)):
        marks = {each.arg: each.value for each in call.keywords}
        variations = demanded(*(_is_set(marks.get(mark)) for mark in MARKS))
        found.append(Marked(_pattern(call.args[0]), variations))
    return found


def _is_set(mark: ast.expr | None) -> bool:
    """Tell whether a mark is there: what is computed is neither "" nor False."""
    return bool(mark.value) if isinstance(mark, ast.Constant) else mark is not None


def _pattern(sentence: ast.expr) -> str:
    pattern = ""
    for part in sentence.values if isinstance(sentence, ast.JoinedStr) else [sentence]:
        if isinstance(part, ast.Constant):
            pattern += re.escape(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            pattern += ".*"
        else:
            told = f"line {part.lineno}: write the sentence of a claim in its call"
            raise ValueError(told)
    return pattern


def demands(sentence: str, claims: Iterable[Marked]) -> list[str]:
    """Return the variations in which a sentence must hold, as its lesson marks it."""
    fits = [claim for claim in claims if re.fullmatch(claim.pattern, sentence)]
    asked = {variation for claim in fits for variation in claim.variations}
    return [each for each in SETTINGS if each in asked or (each == LONGER and not fits)]


def refused(lesson: str, entry: dict[str, Any], claims: list[Marked]) -> list[Refused]:
    """Return the claims of a lesson that do not hold where they must.

    Args:
        lesson: Such as `"01_basics"`.
        entry: What was measured on one data set, as in `expected.json`.
        claims: As the lesson's text marks them.
    """
    tried = entry.get("stress", {})
    return [
        Refused(lesson, sentence, variation, held)
        for sentence in entry["claims"]
        for variation in demands(sentence, claims)
        if (held := tried.get(variation, {}).get(sentence, 0)) < STRESS_SEEDS
    ]


def code_digest(text: str) -> str:
    """Hash what a lesson computes: neither its prose, nor how its claims are marked."""
    tree = ast.parse(text)
    for call in claim_calls(tree):
        call.keywords = [each for each in call.keywords if each.arg not in MARKS]
    told = ast.dump(tree) + os.environ.get("AELESSON_DATASET", "")
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def list_jobs(lesson: str) -> list[Job]:
    """Return the runs of a lesson: of other widths only if a claim asks for them."""
    asked = {each for claim in read_claims(_text(lesson)) for each in claim.variations}
    variations = [each for each in SETTINGS if each in asked or each == LONGER]
    return [Job(lesson, each, s) for each in variations for s in range(STRESS_SEEDS)]


def run_lesson(job: Job) -> list[Row]:
    """Run a lesson, stretched; with other widths, past the cells that cannot run."""
    runner = CELLS if job.variation in WIDTHS else None
    settings = SETTINGS[job.variation]
    return expected.run_lesson(job.lesson, job.seed, runner=runner, **settings)


def run(job: Job) -> list[Row] | str:
    """Return what a run recorded, or in words why it failed; done only once."""
    path = SCRATCH / f"{job.lesson}-{job.variation.replace(' ', '-')}-{job.seed}.json"
    digest = code_digest(_text(job.lesson))
    kept = expected.read_json(path)
    if kept.get("code") != digest:
        started = time.perf_counter()
        try:
            rows = run_lesson(job)
        except RuntimeError as error:
            return f"{job.variation}: {error}"
        seconds = round(time.perf_counter() - started, 1)
        kept = {"code": digest, "seconds": seconds, "rows": rows}
        path.parent.mkdir(parents=True, exist_ok=True)
        expected.write_json(path, kept)
    return [tuple(row) for row in kept["rows"]]


def held_where(runs: dict[Job, list[Row]]) -> dict[str, dict[str, dict[str, int]]]:
    """Return data set -> variation -> claim -> seeds, of the runs of one lesson."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for variation in dict.fromkeys(job.variation for job in runs):
        chosen = [rows for job, rows in runs.items() if job.variation == variation]
        for datasets in expected.gather(chosen).values():
            for dataset, entry in datasets.items():
                found.setdefault(dataset, {})[variation] = entry["claims"]
    return found


def conclude(lesson: str, runs: dict[Job, list[Row]], record: bool) -> list[Refused]:
    """Return what fails in a lesson; if nothing does, keep what held where."""
    kept, claims = expected.read_json(expected.KEPT), read_claims(_text(lesson))
    failures = []
    for dataset, stress in held_where(runs).items():
        made = {claim: 0 for held in stress.values() for claim in held}
        entry = kept.get(lesson, {}).get(dataset, {"claims": made})
        entry["stress"] = expected.still_claimed(stress, entry["claims"])
        failures += refused(lesson, entry, claims)
    if record and lesson in kept and not failures:
        expected.write_json(expected.KEPT, kept)
    return failures


def _text(lesson: str) -> str:
    return (expected.LESSONS / f"{lesson}.py").read_text("utf-8")


@app.command()
def stress(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="Such as 01_basics; by default all.")
    ] = None,
    record: Annotated[bool, typer.Option(help="Keep what held, if all holds.")] = True,
) -> None:
    """Try the claims of lessons on longer trainings and other widths."""
    names = expected.choose(lessons)
    jobs = [job for name in names for job in list_jobs(name)]
    found = dict(zip(jobs, expected.in_parallel(run, jobs), strict=True))
    broken = {job.lesson: each for job, each in found.items() if isinstance(each, str)}
    failures = []
    for name in [each for each in names if each not in broken]:
        runs = {
            job: each
            for job, each in found.items()
            if job.lesson == name and not isinstance(each, str)
        }
        failures += conclude(name, runs, record)
    say(failures, list(broken.values()))
    if failures or broken:
        raise typer.Exit(1)


def say(failures: list[Refused], broken: list[str]) -> None:
    """Print what must be mended."""
    if broken:
        console.print(*broken, sep="\n", markup=False)
    if failures:
        console.print("Rewrite these claims, or let their sentences name a budget:")
        table = Table("lesson", "claim", "where", "held")
        for each in failures:
            table.add_row(*each[:3], f"{each.held} of {STRESS_SEEDS}")
        console.print(table)
    if not (failures or broken):
        console.print("Every claim holds where it must.")


if __name__ == "__main__":
    app()
