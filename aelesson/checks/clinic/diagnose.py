"""The diagnoses of the clinic: twelve choices, and what speaks for and against each."""

import tomllib
from pathlib import Path

from aelesson.checks.engine import CheckFailed

EVIDENCE = tomllib.loads(Path(__file__).with_name("evidence.toml").read_text("utf-8"))
CHOICES = EVIDENCE.pop("choices")
OPEN = "..."  # what the sheet has in place of a choice


def diagnose(patient, *choices):
    """Judge a diagnosis: print one line if it is right, or raise what speaks against.

    Args:
        patient: its number in the sheet.
        *choices: what is wrong with it, by name; none, to list the twelve choices.

    Raises:
        CheckFailed: It is not that, or not only that; the message says why.
    """
    __tracebackhide__ = True  # IPython then shows only the learner's lines
    if str(patient) not in EVIDENCE:
        raise CheckFailed(f"got patient {patient!r}: there are 1 to {len(EVIDENCE)}.")
    if not choices:
        print("\n".join(f"{name:10} {says}" for name, says in CHOICES.items()))
    elif OPEN in choices:
        print(f"· patient {patient}: write your diagnosis in place of the dots")
    else:
        print(_judged(f"patient {patient}", EVIDENCE[str(patient)], choices))


def _judged(name, evidence, choices):
    """Return the line for a right diagnosis."""
    faults, named = evidence["faults"], [str(c).strip().lower() for c in choices]
    if unknown := [c for c in named if c not in CHOICES]:
        raise CheckFailed(
            f"{name}: {unknown[0]!r} is none of the choices: {', '.join(CHOICES)}."
        )
    if wrong := [c for c in named if c not in faults]:
        raise CheckFailed(f"{name}: {wrong[0]} is not it: {evidence[wrong[0]]}")
    if len(set(named)) < len(faults):
        raise CheckFailed(f"{name}: {evidence[named[0]]}")
    return f"✓ {name}: {' and '.join(faults)}: {evidence['mend']}"
