"""Judge answers by what they do; nothing here knows an exercise.

An exercise is a reference, cases, what is observed, and mistakes:

    from aelesson.checks.engine import Exercise, returned

    check = Exercise(reference, cases, returned())
    check.mistakes({"the sentence that helps.": wrong_answer})

`python -m aelesson.checks.engine FILE` prints what its mistakes look like to it.
"""

from aelesson.checks.engine.compare import FINE, Finding, Note, Share, Within
from aelesson.checks.engine.exercise import Exercise, ExerciseError
from aelesson.checks.engine.failures import CheckFailed
from aelesson.checks.engine.observe import returned

__all__ = [
    "FINE",
    "CheckFailed",
    "Exercise",
    "ExerciseError",
    "Finding",
    "Note",
    "Share",
    "Within",
    "returned",
]
