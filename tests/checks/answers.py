"""The pattern that the tests of every lesson's checks share.

Each `test_<lesson>.py` has two tables, with the exercise's name as key: `RIGHT`,
answers of different style that must pass, the reference first; and `WRONG`, at least
five mistakes that people make, each with a telling part of its diagnosis.
`test_every_check.py` holds all lessons to it.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest

from aelesson.checks import CheckFailed


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, and a part of the diagnosis that names its mistake."""

    answer: object
    says: str


def cases(table: dict[str, list]) -> pytest.MarkDecorator:
    """Parametrise a test with `exercise` and `answer`, once for each entry."""
    return pytest.mark.parametrize(
        ("exercise", "answer"),
        [
            pytest.param(exercise, answer, id=f"{exercise}-{_name(answer)}-{i}")
            for exercise, answers in table.items()
            for i, answer in enumerate(answers)
        ],
    )


def assert_passes(lesson: ModuleType, exercise: str, answer: Callable, capsys) -> None:
    assert getattr(lesson, exercise)(answer) is None
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"✓ {exercise}: right ")


def assert_named(lesson: ModuleType, exercise: str, wrong: Wrong, capsys) -> None:
    message = diagnosis(lesson, exercise, wrong.answer)
    assert wrong.says in message, message
    assert message.startswith(f"{exercise}: ")
    assert len(message.splitlines()) <= 3, message
    assert not re.search(r"\*[a-z]+\*", message), "no markdown in messages"
    assert "✓" not in capsys.readouterr().out


def diagnosis(lesson: ModuleType, exercise: str, answer: object) -> str:
    """Return what the check says of an answer that must not pass."""
    with pytest.raises(CheckFailed) as failure:
        getattr(lesson, exercise)(answer)
    return str(failure.value)


def _name(answer: object) -> str:
    if isinstance(answer, Wrong):
        answer = answer.answer
    while isinstance(answer, functools.partial):
        answer = answer.args[0] if answer.args else answer.func
    return getattr(answer, "__name__", "value").replace("<lambda>", "lambda")
