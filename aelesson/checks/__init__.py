"""Checks that tell a learner right from wrong, and why: one module per lesson.

A lesson's checks are read when they are first asked for: nobody waits for the others'.

>>> from aelesson import checks
>>> checks.start_here.double(lambda x: 2 * x)
✓ double: right in 3 cases
"""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from aelesson.checks.engine import CheckFailed
from aelesson.checks.engine.scored import Score, Scored, last_score

if TYPE_CHECKING:
    from aelesson.checks import (
        applications,
        basics,
        beyond_vae,
        clinic,
        conv,
        denoising,
        interpretability,
        linear,
        losses,
        regularised,
        sequences,
        stacked,
        start_here,
        vae,
        your_data,
    )

__all__ = [
    "CheckFailed",
    "applications",
    "basics",
    "beyond_vae",
    "clinic",
    "conv",
    "denoising",
    "interpretability",
    "last_score",
    "linear",
    "losses",
    "open_tasks",
    "regularised",
    "scored",
    "sequences",
    "stacked",
    "start_here",
    "vae",
    "your_data",
]
_OWN = ("CheckFailed", "last_score", "open_tasks", "scored")
LESSONS = tuple(name for name in __all__ if name not in _OWN)
"""The lessons that have checks: each is a module here."""


def __getattr__(name: str) -> ModuleType:
    """Import the checks of a lesson when they are first asked for."""
    if name in LESSONS:
        return import_module(f"aelesson.checks.{name}")
    raise AttributeError(f"module 'aelesson.checks' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name the lessons also where nobody has asked for them yet."""
    return __all__


def open_tasks() -> Iterator[tuple[str, Scored]]:
    """Yield the name of a lesson and an open task of it, for all of them."""
    for lesson in LESSONS:
        for value in list(vars(__getattr__(lesson)).values()):
            if isinstance(value, Scored):
                yield lesson, value


def scored(task: Scored, answer: object) -> Score | None:
    """Measure an answer to an open task: its number, its place, its points.

    The same as calling the task, `checks.basics.sixteen_numbers(answer)`.

    Raises:
        CheckFailed: It is no model, breaks a rule of the task, has seen the judge's
            images, or does not beat the baseline.
        TypeError: `task` is no open task.
    """
    if not isinstance(task, Scored):
        raise TypeError(
            f"task: got {type(task).__name__}, expected an open task such as "
            "checks.basics.sixteen_numbers; the answer comes second"
        )
    return task(answer)
