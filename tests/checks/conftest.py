"""Tests of one exercise run one after the other, in one process where there are two."""

from aelesson.checks.engine import Exercise


def pytest_collection_modifyitems(items):
    """Bring together the tests of an exercise: its mistakes are then watched once."""
    places = [n for n, item in enumerate(items) if _exercise(item)]
    together = sorted((items[n] for n in places), key=_exercise)
    for place, item in zip(places, together, strict=True):
        items[place] = item


def _exercise(item):
    """Return the name of the exercise that a test is about, or ""."""
    callspec = getattr(item, "callspec", None)
    exercise = callspec and callspec.params.get("exercise")
    if not isinstance(exercise, Exercise):
        return ""
    return f"{exercise.reference.__module__}.{exercise.name}"
