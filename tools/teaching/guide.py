"""Fill a page: what stands in double brackets is taken from the course.

| in the text | what stands there |
| --- | --- |
| `[[title]]`, `[[facts]]`, `[[aims]]`, `[[mistakes]]` | of the page's lesson |
| `[[section 4]]`, `[[section Break it]]` | a link to a section |
| `[[explore train]]`, `[[exercise psnr]]` | a link to an explorable, to an exercise |
| `[[figure NAME]]`, `[[figure NAME; 2]]` | the mean of five seeds, to 3 or 2 digits |
| `[[claim SENTENCE]]` | the sentence, if the lesson asserts it |
| `[[lessons 00 01]]` | links to lessons; then minutes: |
| `[[reading 00 01]]`, `[[depth 00 01]]`, `[[sheets 00 01]]` | core, depth, exercises |
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.teaching.course import Lesson, TeachingError, lessons
from tools.teaching.mistakes import mistakes

SOURCES = Path("sources/teaching")
PAGES = Path("docs/teaching")
BEGINNING = re.compile(r"(?:[.?!]|\n)\s$")  # of a sentence
DOUBLED = re.compile(r"(\?\]\([^()\s]*\))\.")  # a link to a question ends its sentence
WANTED = re.compile(r"\[\[(\w+)(?:\s+([^\[\]]+))?\]\]")


def pages(root: Path) -> dict[Path, str]:
    """Return every page that is made, by its path in the repository."""
    course = lessons(root)
    return {
        PAGES / path.name: filled(path, course)
        for path in sorted((root / SOURCES).glob("*.md"))
    }


def filled(path: Path, course: dict[str, Lesson]) -> str:
    """Return a page with all that stands in double brackets put in.

    Raises:
        TeachingError: The page asks for what the course does not have.
    """
    own, text = course.get(path.stem[:2]), path.read_text("utf-8")

    def put(found: re.Match[str]) -> str:
        what = " ".join((found[2] or "").split())
        try:
            value = _value(found[1], what, own, course)
            return _begun(value) if BEGINNING.search(text[: found.start()]) else value
        except TeachingError as error:
            raise TeachingError(f"{path.name}: {found[0]}: {error}") from None

    made = (
        f"<!-- Made by `make teaching` from {SOURCES / path.name}: edit that. -->\n\n"
    )
    return made + DOUBLED.sub(r"\1", WANTED.sub(put, text))


def _begun(value: str) -> str:
    """Let a claim begin a sentence."""
    return re.sub(r"^\*\w", lambda first: first[0].upper(), value)


def _value(kind: str, what: str, own: Lesson | None, course: dict[str, Lesson]) -> str:
    if kind in OF_SEVERAL:
        return OF_SEVERAL[kind](_chosen(what, course))
    if kind not in OF_ONE:
        raise TeachingError(f"expected one of {sorted({*OF_ONE, *OF_SEVERAL})}")
    if own is None:
        raise TeachingError("only the guide of a lesson has that")
    return OF_ONE[kind](own, what)


def _chosen(numbers: str, course: dict[str, Lesson]) -> list[Lesson]:
    if unknown := [number for number in numbers.split() if number not in course]:
        raise TeachingError(f"no lesson {unknown[0]!r}: there are {', '.join(course)}")
    return [course[number] for number in numbers.split()]


def _facts(lesson: Lesson, _: str) -> str:
    core, depth = lesson.minutes
    deep = f", and {depth} for the depth" if depth else ""
    text = f"[The lesson]({lesson.page}) takes {core} minutes to read{deep}"
    if lesson.exercises:
        total = _sheets([lesson])
        count = len(lesson.exercises)
        text += f"; [its sheet]({lesson.sheet}) has {count} exercises, {total} minutes"
    return f"{text}. Before it: {lesson.before}"


def _figure(lesson: Lesson, what: str) -> str:
    name, _, digits = what.rpartition("; ")
    return lesson.figure(name, int(digits)) if name else lesson.figure(what)


def _links(chosen: Iterable[Lesson]) -> str:
    return ", ".join(f"[{each.title}]({each.page})" for each in chosen)


def _sheets(chosen: Iterable[Lesson]) -> str:
    return str(sum(e.minutes for each in chosen for e in each.exercises))


OF_ONE: dict[str, Callable[[Lesson, str], str]] = {
    "title": lambda lesson, _: lesson.title,
    "facts": _facts,
    "aims": lambda lesson, _: lesson.aims,
    "mistakes": lambda lesson, _: mistakes(lesson),
    "section": Lesson.section,
    "explore": Lesson.explorable,
    "exercise": Lesson.exercise,
    "figure": _figure,
    "claim": Lesson.claim,
}
OF_SEVERAL: dict[str, Callable[[list[Lesson]], str]] = {
    "lessons": _links,
    "reading": lambda chosen: str(sum(each.minutes[0] for each in chosen)),
    "depth": lambda chosen: str(sum(each.minutes[1] for each in chosen)),
    "sheets": _sheets,
}
