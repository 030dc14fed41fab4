"""A lesson's deck: its title, its sections, and what it ends with."""

import re
from collections.abc import Collection, Iterator, Sequence

from tools.slides import choice
from tools.slides.blocks import Block
from tools.slides.marks import NONE, Marks
from tools.slides.measure import pages
from tools.slides.rounds import round_of, spoken, tidy
from tools.slides.slide import Part, Slide
from tools.slides.steps import Section, sections, steps

DEPTH = 2  # slides of a section that may be skipped
PLAIN = 3  # a slide without figure, formula or question
SUMMARY = re.compile(r"<summary>(.*?)</summary>(.*)</details>", re.DOTALL)
NOT_SHOWN = {"References", "Glossary", "What we claimed", "Next"}


def deck(lesson: Sequence[Block], marks: dict[str, Marks]) -> list[Slide]:
    """Return the slides of a lesson; `marks` are those of its sections."""
    title, *rest = sections(lesson)
    library = _of_library(lesson)
    found = [_title(title)]
    for section in rest:
        own = marks.get(section.heading, NONE)
        if own.leave or section.heading in NOT_SHOWN:
            continue
        made = list(_slides(section, own, library, rest))
        made[0].down, made[0].heading = False, section.heading
        found += made
    return found


def _slides(
    section: Section, marks: Marks, library: Collection[str], rest: Sequence[Section]
) -> Iterator[Slide]:
    if section.heading == "Check yourself":
        yield _questions(section)
    elif section.heading == "Summary":
        made = list(_plain(section.heading, section.blocks))
        made[-1].parts += [Part("proof", each) for each in _count(rest)]
        yield from made
    elif section.heading == "Exercises":
        ends = [each for end in rest if end.heading == "Next" for each in end.blocks]
        yield from _plain(section.heading, [*section.blocks, *ends])
    else:
        made = _section(section, marks, library)
        yield from _depth(made) if "Depth" in section.heading else made


def _of_library(lesson: Sequence[Block]) -> set[str]:
    """Return the names that a lesson takes from the library's modules."""
    code = "\n".join(block.text for block in lesson if block.kind == "code")
    lines = re.findall(r"^from aelesson import (.*)$", code, re.MULTILINE)
    modules = "|".join(re.findall(r"\w+", " ".join(lines)))
    return set(re.findall(rf"\b(?:{modules})\.(\w+)", code))


def _title(section: Section) -> Slide:
    promise = next(each for each in section.blocks if each.kind == "text")
    aims = next(each for each in section.blocks if each.kind == "list")
    said = [each.text for each in section.blocks if each.kind in {"text", "list"}]
    parts = [Part("promise", promise), Part("aims", aims)]
    return Slide(section.heading, "title", parts, said[1:], down=False)


def _questions(section: Section) -> Slide:
    folded = [
        found
        for block in section.blocks
        if block.kind == "folded" and (found := SUMMARY.search(block.text))
    ]
    asked = "\n".join(" ".join(found[1].split()) for found in folded)
    notes = [f"**{found[1].strip()}**\n\n{found[2].strip()}" for found in folded]
    return Slide(
        section.heading, parts=[Part("list", Block("list", asked))], notes=notes
    )


def _plain(heading: str, blocks: Sequence[Block]) -> Iterator[Slide]:
    shown = [each for each in blocks if each.kind in {"text", *choice.SHOWN}]
    for page in pages(shown):
        yield Slide(heading, parts=[Part(each.kind, each) for each in page])


def _count(rest: Sequence[Section]) -> Iterator[Block]:
    """Yield what the last verdict says: how much of what is claimed holds."""
    for section in rest:
        if section.heading == "What we claimed":
            for block in section.blocks:
                if block.kind == "proof":
                    count = block.text.split("\n")[0].removeprefix("✓ ")
                    yield Block("proof", f"- {count} in this lesson")


def _section(section: Section, marks: Marks, library: Collection[str]) -> list[Slide]:
    found: list[Slide] = []
    depth = "Depth" in section.heading
    for number, step in enumerate(steps(section)):
        heading = step.heading or section.heading
        made = round_of(step, heading, marks, library, not number, depth)
        if found and not made:
            found[-1].notes += spoken(step)
        found += made
    return tidy(found)


def _depth(slides: list[Slide]) -> list[Slide]:
    """Return the best slides; what was said on the others goes into the notes."""
    best = sorted(slides, key=_worth)[:DEPTH]
    kept = [each for each in slides if each in best and _worth(each) < PLAIN] or best[
        :1
    ]
    last = kept[0]
    for slide in slides:
        last = slide if slide in kept else last
        if slide is not last:
            last.notes += slide.notes
    return kept


def _worth(slide: Slide) -> int:
    order = [{"figure", "still"}, {"formula"}, {"predict"}]
    ranks = [rank for rank, roles in enumerate(order) if roles & slide.roles()]
    return min(ranks, default=PLAIN)
