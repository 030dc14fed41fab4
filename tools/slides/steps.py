"""A lesson as sections, and a section as steps: talk, question, result, reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tools.slides.blocks import Block

RESULTS = {"figure", "still", "output", "proof"}
READING = {"read", "explain", "folded"}


@dataclass
class Section:
    """A heading of level 2 and what stands below it."""

    heading: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Step:
    """One round of teaching.

    Attributes:
        heading: Of level 3, if the step has one.
        talk: What is said and shown before the result: prose, formulas, code.
        question: What learners are asked before they see the result, mostly one.
        results: Figures, stills, what was printed, and what was proved.
        reading: What the result means.
    """

    heading: str = ""
    talk: list[Block] = field(default_factory=list)
    question: list[Block] = field(default_factory=list)
    results: list[Block] = field(default_factory=list)
    reading: list[Block] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Block]:
        """Return the results of some kinds."""
        return [each for each in self.results if each.kind in kinds]


def sections(lesson: Sequence[Block]) -> list[Section]:
    """Cut a lesson at its headings; the first section is its title."""
    found: list[Section] = []
    for block in lesson:
        if block.kind == "heading" and block.level < 3:
            found.append(Section(block.text))
        else:
            found[-1].blocks.append(block)
    return found


def steps(section: Section) -> list[Step]:
    """Cut a section into steps: a new one begins where a result has been read."""
    found = [Step()]
    for place, block in enumerate(section.blocks):
        later = section.blocks[place + 1 :]
        if _begins(block, found[-1], later):
            found.append(Step(found[-1].heading))
        _add(block, found[-1], later)
    return [step for step in found if step.talk or step.results or step.question]


def _begins(block: Block, step: Step, later: Sequence[Block]) -> bool:
    if block.kind == "heading":
        return True
    if block.kind == "predict":
        return bool(step.results or step.reading)
    if block.kind in READING:
        return False
    if block.kind in RESULTS:
        return bool(step.reading)
    if not (step.results or step.reading):
        return False
    if block.kind == "code":
        return bool(step.reading)
    return _next(later) in ({*RESULTS, "predict"} - {"proof"})


def _next(later: Sequence[Block]) -> str:
    """Return the kind of the next block that is neither prose nor code."""
    ends = {*RESULTS, "predict", "heading", "read"}
    return next((each.kind for each in later if each.kind in ends), "")


def _add(block: Block, step: Step, later: Sequence[Block]) -> None:
    if block.kind == "heading":
        step.heading = block.text
    elif block.kind == "predict":
        step.question.append(block)
    elif block.kind in RESULTS:
        step.results.append(block)
    elif block.kind in READING or _explains(block, step, later):
        step.reading.append(block)
    else:
        step.talk.append(block)


def _explains(block: Block, step: Step, later: Sequence[Block]) -> bool:
    """Tell whether prose behind a result says what it means."""
    if block.kind == "code" or not (step.results or step.reading):
        return False
    return bool(step.reading) or _next(later) not in {"proof", "read"}


def printed(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines below the verdicts: each a claim or a number with its range."""
    for block in blocks:
        for line in block.text.split("\n")[1:]:
            yield line.strip().removeprefix("✓").strip()
