"""What students get wrong: sentences of the checks, chosen by a rule.

Of each exercise the first ones, in the order of its author. How often learners make a
mistake has not been counted, so no other order would mean more.
"""

import re
from collections.abc import Iterator
from types import ModuleType

from aelesson import checks
from aelesson.checks.engine import Exercise as Check
from aelesson.checks.engine.scored import Scored, measured
from tools.teaching.course import Exercise, Lesson

MOST = 4  # sentences of an exercise
RULE = f"""\
What checks say, at most {MOST} sentences for each exercise, in the order of its author.
Nobody has counted how often learners make which mistake."""


def mistakes(lesson: Lesson) -> str:
    """Return, folded by exercise, what its check says of the mistakes it knows."""
    return "\n\n".join([RULE, *(_folded(lesson, each) for each in lesson.exercises)])


def _folded(lesson: Lesson, exercise: Exercise) -> str:
    room: ModuleType = getattr(checks, lesson.topic)
    check = getattr(room, exercise.name, None)
    if isinstance(check, Check):
        says = list(dict.fromkeys(mistake.says for mistake in check.known))
        head, lines = _told(exercise.name, says), [_plain(each) for each in says[:MOST]]
    elif isinstance(check, Scored):
        head, lines = f"Judged by {check.unit}", list(_ranking(check))
    else:
        head, lines = (
            "diagnosis alone",
            ["No function is mended here: see the answers."],
        )
    listed = "\n".join(f"- {line}" for line in lines)
    title = _plain(exercise.title)
    return f"<details><summary>{title} {head}</summary>\n\n{listed}\n\n</details>"


def _told(name: str, says: list[str]) -> str:
    shown = min(MOST, len(says))
    return f"<code>{name}</code>: {shown} of the {len(says)} sentences of its check"


def _ranking(task: Scored) -> Iterator[str]:
    """Yield what references reach, and what earns the points."""
    for name, value in measured()[task.name].items():
        goal = ": what must be beaten" if name == task.baseline else ""
        yield f"{_plain(name)}: {value:.4g}{goal}"


def _plain(text: str) -> str:
    """Let Markdown and HTML show a sentence as it is; code stays code."""
    parts = " ".join(text.split()).split("`")
    parts[::2] = [_escaped(part) for part in parts[::2]]
    return "`".join(parts)


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\*_$\[\]|~#])", r"\\\1", text)
