"""The slides of one step: what is said, what is asked, what is seen, what it means."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from tools.slides import choice
from tools.slides.blocks import Block
from tools.slides.marks import Marks
from tools.slides.measure import HEIGHT, arrangement, height, pages, ratio
from tools.slides.slide import Part, Slide
from tools.slides.steps import Step, printed

LINES = 14  # of what was printed
SHORT = 170  # letters of a talk that goes on the slide of its figure
SAYS = 330  # letters that are set larger, alone on a slide
TIGHT = 150  # letters beside a figure whose question is long
STILL = 1.4  # the shape in which stills are shown
STAYS = 0.8  # of a figure's width, when words are added
PICTURES = {"figure", "still"}


def round_of(
    step: Step,
    heading: str,
    marks: Marks,
    library: Collection[str],
    first: bool,
    depth: bool,
) -> list[Slide]:
    """Return the slides of a step.

    Args:
        step: The step.
        heading: Its own, or that of its section.
        marks: What a person decided for the section.
        library: Names of the library that the lesson uses.
        first: Whether a section begins here.
        depth: Whether the section may be skipped.
    """
    shown = list(choice.said(step.talk, marks, first or bool(step.heading), depth))
    code = [] if depth else list(choice.functions(step.talk, marks, library))
    richer = code or marks.say or any(each.kind != "text" for each in shown)
    shown = shown if first or step.heading or richer else []
    talk = list(_talk(step, heading, [*shown, *code]))
    results = list(_results(step, heading, marks))
    if results and not talk:
        results[0].notes[:0] = spoken(step)
    return _joined(talk, results)


def spoken(step: Step) -> list[str]:
    """Return what is said before the result, for the notes."""
    return [each.text for each in step.talk if each.kind != "code"]


def _talk(step: Step, heading: str, shown: Sequence[Block]) -> Iterator[Slide]:
    notes = spoken(step)
    for number, page in enumerate(pages(shown)):
        parts = [Part(each.kind, each) for each in page]
        if parts:
            yield Slide(heading, "talk", parts, notes if not number else [])


def _results(step: Step, heading: str, marks: Marks) -> Iterator[Slide]:
    pictures = step.of(*PICTURES)
    asked = [Part("predict", each) for each in step.question]
    notes = list(_notes(step))
    if pictures:
        yield from _figures(step, pictures, asked, heading, marks)
    else:
        texts = [_cut(each) for each in choice.shown(step.of("output"), step)]
        parts = [*asked, *(Part("output", each, True) for each in texts)]
        parts += _ending(step, marks, choice.READ, not texts)
        if parts:
            yield Slide(heading, "talk", parts, notes)
    if not (pictures and _has_room(step, pictures, marks)):
        for part in _explained(step):
            yield Slide(heading, "say", [part], notes)


def _figures(
    step: Step, pictures: Sequence[Block], asked: list[Part], heading: str, marks: Marks
) -> Iterator[Slide]:
    for number, picture in enumerate(pictures):
        last = number == len(pictures) - 1
        ending = _ending(step, marks, choice.READ, False) if last else []
        shape = _shape(picture)
        layout, _ = arrangement(shape, [*asked, *ending])
        if layout == "wide" and shape < 2 and last:
            ending = _ending(step, marks, TIGHT, False)
            layout, _ = arrangement(shape, [*asked, *ending])
        if last and _has_room(step, pictures, marks):
            layout, ending = "split", [*ending, *_explained(step)]
        parts = [*asked, Part(picture.kind, picture, True), *ending]
        yield Slide(heading, layout, parts, list(_notes(step)) if last else [])
        asked = []


def _explained(step: Step) -> list[Part]:
    return [Part("explain", b, True) for b in step.reading if b.kind == "explain"]


def _has_room(step: Step, pictures: Sequence[Block], marks: Marks) -> bool:
    """Tell whether the task to explain fits beside the last figure."""
    asked = [Part("predict", each) for each in step.question]
    texts = [
        *(asked if len(pictures) == 1 else []),
        *_ending(step, marks, choice.READ, False),
    ]
    layout, _ = arrangement(_shape(pictures[-1]), [*texts, *_explained(step)])
    return layout == "split"


def _shape(picture: Block) -> float:
    return ratio(picture.png) if picture.png else STILL


def _ending(step: Step, marks: Marks, room: int, alone: bool) -> list[Part]:
    read = choice.read(step.reading, marks, room)
    proved = choice.proved(step.of("proof"), marks, alone)
    texts = {"read": " ".join(read), "proof": "\n".join(f"- {each}" for each in proved)}
    return [Part(role, Block(role, text), True) for role, text in texts.items() if text]


def _joined(talk: list[Slide], results: list[Slide]) -> list[Slide]:
    """Put a talk and its result on one slide where there is room for both."""
    if talk and results:
        last, result = talk[-1], results[0]
        if result.layout == "talk" and _fits([*last.parts, *result.parts]):
            last.parts += result.parts
            last.notes += result.notes
            results = results[1:]
        elif len(talk) == 1 and _prose(last) <= SHORT:
            lead = [replace(part, role="lead") for part in last.parts]
            layout = _with_lead(result, lead)
            if layout:
                result.parts[:0] = lead
                result.notes[:0] = last.notes
                result.layout = layout
                talk = []
    return talk + results


def tidy(slides: list[Slide]) -> list[Slide]:
    """Put slides without a figure or a question of their own on the one before."""
    found: list[Slide] = []
    for slide in slides:
        if found and _goes_on(found[-1], slide):
            found[-1].parts += slide.parts
            found[-1].notes += slide.notes
        elif found and slide.roles() == {"output"}:  # says nothing alone
            found[-1].notes += [*slide.notes, *map(_as_note, slide.parts)]
        else:
            found.append(slide)
    for slide in found:
        if _prose(slide) <= SAYS:
            slide.layout = "say"
    return found


def _as_note(part: Part) -> str:
    return f"```\n{part.block.text}\n```"


def _goes_on(before: Slide, slide: Slide) -> bool:
    same = before.layout == slide.layout == "talk" and before.heading == slide.heading
    more = set() if before.roles() == {"text"} else {"text"}
    begins = slide.roles() & {"predict", "formula", *more}
    return same and not begins and _fits([*before.parts, *slide.parts])


def _with_lead(result: Slide, lead: list[Part]) -> str:
    """Return the layout of a figure with some more words; none if it gets too small."""
    texts = [part for part in result.parts if part.role not in PICTURES]
    for part in result.parts:
        if part.role in PICTURES:
            shape = _shape(part.block)
            _, alone = arrangement(shape, texts)
            layout, width = arrangement(shape, [*lead, *texts])
            return layout if width >= STAYS * alone else ""
    return ""


def _fits(parts: Sequence[Part]) -> bool:
    return sum(height(part.block) for part in parts) <= HEIGHT


def _prose(slide: Slide) -> float:
    """Return how many letters of prose there are, if there is nothing else."""
    if slide.roles() == {"text"}:
        return sum(len(part.block.text) for part in slide.parts)
    return math.inf


def _cut(block: Block) -> Block:
    lines = [
        part
        for line in block.text.split("\n")
        for part in (
            wrap(line, choice.COLUMNS) if len(line) > choice.COLUMNS else [line]
        )
    ]
    lines = lines if len(lines) <= LINES else [*lines[:LINES], "..."]
    return replace(block, text="\n".join(lines))


def _notes(step: Step) -> Iterator[str]:
    yield from (each.text for each in [*step.question, *step.reading])
    lines = list(printed(step.of("proof")))
    if lines:
        yield "**Measured**\n\n" + "\n".join(f"- {line}" for line in lines)
