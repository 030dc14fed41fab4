"""The rule: which words of a step stand on a slide. All others become notes."""

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from tools.slides.blocks import Block
from tools.slides.marks import Marks, named
from tools.slides.steps import Step, printed
from tools.slides.words import is_key, is_whole, sentences, without_opening

SAID = 420  # letters of prose on a slide, about five lines
OPENING, BRIEF = 240, 165  # of the paragraph that opens a section; of a depth
READ = 230  # beside a figure
CODE = 16  # lines of a function that a slide can hold
NUMBERS = 3
COLUMNS = 96  # letters of what was printed in a line
PRINTED = 400  # letters of a line that is still worth reading
QUOTED = re.compile(r"'[^'\n]*'")
SHOWN = {"list", "table", "formula"}


def said(
    talk: Sequence[Block], marks: Marks, first: bool, depth: bool
) -> Iterator[Block]:
    """Yield what is shown of a talk: key sentences, formulas, lists and tables.

    Args:
        talk: Blocks before the result.
        marks: What a person decided for this section.
        first: Whether the section begins here: then its first sentences are shown.
        depth: Whether it may be skipped: then less is.
    """
    room, opening = (BRIEF, BRIEF) if depth else (SAID, OPENING)
    texts = [block for block in talk if block.kind == "text"]
    for place, block in enumerate(talk):
        after = talk[place + 1].kind if place + 1 < len(talk) else ""
        before = talk[place - 1].kind if place else ""
        if block.kind in SHOWN:
            yield block
        elif block.kind == "text":
            parts = sentences(block.text)
            if marks.say is not None:
                chosen = named(parts, marks.say)
            else:
                start = opening if first and block is texts[0] else 0
                chosen = list(_chosen(parts, start, room, before, after))
            room -= sum(map(len, chosen))
            if chosen:
                yield Block("text", " ".join(chosen), cell=block.cell)


def _chosen(
    parts: list[str], start: int, room: int, before: str, after: str
) -> Iterator[str]:
    for place, part in enumerate(parts):
        leads = after in SHOWN and place == len(parts) - 1
        follows = before == "formula" and not place and part[:1].islower()
        opens = start and (not place or sum(map(len, parts[: place + 1])) <= start)
        key = is_key(part) and len(part) <= room
        if leads or follows or (is_whole(part) and (opens or key)):
            yield part
            room -= len(part)


def read(reading: Sequence[Block], marks: Marks, room: int = READ) -> list[str]:
    """Return the sentences that stand beside a result, at most `room` letters."""
    parts = [
        part
        for block in reading
        if block.kind in {"read", "text"}
        for part in sentences(without_opening(block.text))
    ]
    if marks.read is not None:
        return named(parts, marks.read)
    chosen: list[str] = []
    for part in parts:
        if not is_whole(part) or sum(map(len, chosen)) + len(part) > room:
            break
        chosen.append(part)
    return chosen or [part for part in parts[:1] if is_whole(part)]


def proved(proofs: Sequence[Block], marks: Marks, alone: bool) -> list[str]:
    """Return what was proved, without its range: a claim, or else some numbers.

    Args:
        proofs: The verdicts of a step.
        marks: What a person decided for this section.
        alone: Whether no picture shows the result: then there are numbers and a claim.
    """
    lines = list(printed(proofs))
    if marks.prove is not None:
        return [_short(line) for line in named(lines, marks.prove)]
    claims = [line for line in lines if ": yes" in line and not line.startswith("and ")]
    numbers = [line for line in lines if ": yes" not in line]
    shown = numbers[:NUMBERS] + claims[:1] if alone or not claims else claims[:1]
    return [_short(line) for line in shown]


def shown(outputs: Sequence[Block], step: Step) -> list[Block]:
    """Return what was printed, if it answers something and can be read."""
    asks = step.question or step.reading or any("?" in each.text for each in step.talk)
    return [
        replace(each, text=_unquoted(each.text))
        for each in outputs
        if (asks or "\n" in each.text) and each.text not in {"[]", "None"}
        if max(map(len, each.text.split("\n"))) <= PRINTED
    ]


def _unquoted(text: str) -> str:
    return str(ast.literal_eval(text)) if QUOTED.fullmatch(text) else text


def _short(line: str) -> str:
    text, _, rest = line.rpartition(": ")
    value, _, _ = rest.partition(" (")
    return text if value == "yes" else f"{text}: {value}"


def functions(
    talk: Sequence[Block], marks: Marks, library: Collection[str]
) -> Iterator[Block]:
    """Yield short definitions that a later cell proves equal to the library's."""
    for name, block in definitions(talk):
        by_rule = name in library and block.text.count("\n") < CODE
        if name in marks.code if marks.code is not None else by_rule:
            yield block


def definitions(talk: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Yield functions and classes of visible cells, each with its name."""
    for block in talk:
        if block.kind == "code":
            for node in ast.parse(_python(block.text)).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    text = ast.get_source_segment(block.text, node) or ""
                    yield node.name, replace(block, text=text)


def _python(text: str) -> str:
    lines = text.split("\n")
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)
