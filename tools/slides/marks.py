"""What a person decided where the rule gave a bad slide: `lessons.toml`.

Below a lesson and a heading, each key replaces the rule's choice for that section:

    say     sentences shown before the result
    read    sentences shown beside the result
    prove   claims and numbers shown
    code    names of functions and classes shown
    leave   true: no slide at all

Sentences are named by their beginnings, so that a lesson's text is never written twice.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("lessons.toml")
KEYS = {"say", "read", "prove", "code"}


class MarkError(ValueError):
    """A mark that does not fit its lesson."""


@dataclass(frozen=True)
class Marks:
    """The marks of one section; None leaves the choice to the rule."""

    say: tuple[str, ...] | None = None
    read: tuple[str, ...] | None = None
    prove: tuple[str, ...] | None = None
    code: tuple[str, ...] | None = None
    leave: bool = False


NONE = Marks()


@cache
def all_marks(path: Path = PATH) -> dict[str, dict[str, Marks]]:
    """Read the marks: by lesson, by heading.

    Raises:
        MarkError: If a key or a value is none that is known.
    """
    table = tomllib.loads(path.read_text("utf-8"))
    return {
        lesson: {
            heading: _marks(marks, f"{path.name}, {lesson}, {heading!r}")
            for heading, marks in below.items()
        }
        for lesson, below in table.items()
    }


def _marks(marks: dict[str, object], where: str) -> Marks:
    found: dict[str, tuple[str, ...] | bool] = {}
    for key, value in marks.items():
        if key == "leave" and value is True:
            found[key] = True
        elif key in KEYS and isinstance(value, list):
            found[key] = tuple(map(str, value))
        else:
            known = ", ".join(sorted(KEYS))
            raise MarkError(
                f"{where}: {key} = {value!r}; a key is one of {known}, with a list, "
                "or leave = true"
            )
    return Marks(**found)  # type: ignore[arg-type]


def named(texts: Iterable[str], beginnings: Iterable[str]) -> list[str]:
    """Return the texts that begin so, in their own order."""
    starts = tuple(beginnings)
    return [text for text in texts if starts and text.startswith(starts)]
