"""`python -m aelesson.checks.engine FILE ...`: what an exercise's mistakes look like.

It exits with 1 if a mistake passes, or is told anything but its own sentence.
"""

import runpy
import sys
from pathlib import Path

from aelesson.checks.engine.exercise import Exercise, ExerciseError
from aelesson.checks.engine.matrix import matrix, report


def exercise_in(path: Path) -> Exercise:
    """Return the exercise that a file defines as `check`.

    Raises:
        ExerciseError: There is no such file, it does not run, or has no `check`.
    """
    if not path.is_file():
        raise ExerciseError(f"there is no file {path}")
    try:
        found = runpy.run_path(str(path)).get("check")
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise ExerciseError(f"{path} does not run: {told}") from error
    if not isinstance(found, Exercise):
        raise ExerciseError(f"{path} has no `check = Exercise(...)`")
    return found


def main(paths: list[str]) -> int:
    """Print the matrix of every file; return the exit code."""
    if not paths:
        print(__doc__)
        return 2
    sound = True
    for path in map(Path, paths):
        try:
            exercise = exercise_in(path)
            print(report(exercise))
            sound &= matrix(exercise).sound
        except ExerciseError as error:
            print(f"✗ {error}")
            sound = False
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
