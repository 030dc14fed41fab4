"""The rule that makes slides: tried on small texts, and held by every lesson."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.slides.blocks import blocks
from tools.slides.deck import NOT_SHOWN, deck
from tools.slides.lay import read_deck
from tools.slides.marks import NONE, all_marks
from tools.slides.steps import sections, steps
from tools.slides.words import broken, sentences, without_links

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TITLE = """# 99 What is tried?

It promises something.

- do a thing;
- do another."""
BEGINS = """## 1. Why?

The **code** is short. Nobody needs this sentence.

And this is a second paragraph of no interest.

**Predict:** how short?"""
READS = """**Read it.** As short as that.

## Summary

- It was short."""
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def small():
    """Return a lesson of one question and one figure."""
    cell = new_code_cell("plt.show()", metadata={"alt": "A line."})
    cell.outputs = [new_output("display_data", {"image/png": PIXEL})]
    cells = [new_markdown_cell(TITLE), new_markdown_cell(BEGINS), cell]
    return list(blocks(new_notebook(cells=[*cells, new_markdown_cell(READS)])))


def test_a_step_is_talk_question_result_and_reading(small):
    (step,) = steps(sections(small)[1])
    assert [each.kind for each in step.talk] == ["text", "text", "code"]
    assert step.question[0].text == "**Predict:** how short?"
    assert [each.kind for each in step.results] == ["figure"]
    assert step.reading[0].text == "**Read it.** As short as that."


def test_the_question_is_seen_before_the_figure(small):
    title, asked, summary = deck(small, {})
    assert title.layout == "title"
    assert summary.heading == "Summary"
    comes = {part.role: part.fragment for part in asked.parts}
    assert comes == {"lead": False, "predict": False, "figure": True, "read": True}
    assert asked.parts[0].block.text.startswith("The **code** is short.")
    assert "And this is a second paragraph of no interest." in asked.notes


def test_a_mark_replaces_the_rule(small):
    marks = NONE.__class__(say=("And this",), read=())
    asked = deck(small, {"1. Why?": marks})[1]
    shown = [part.block.text for part in asked.parts if part.role != "figure"]
    assert shown[0] == "And this is a second paragraph of no interest."
    assert "As short as that." not in shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        (
            "See Ba et al. (2016). *Then* $a. B$ is.",
            ["See Ba et al. (2016).", "*Then* $a. B$ is."],
        ),
        ('He said "no." Call `f. G`.', ['He said "no."', "Call `f. G`."]),
        ("A (one. Two) b.", ["A (one. Two) b."]),
    ],
)
def test_sentences_end_where_they_end(text, parts):
    assert sentences(text) == parts


def test_links_become_words_and_sheets_are_named():
    text = "[codes](../docs/glossary.md#code) in [your sheet](../workbook/08_vae.ipynb)"
    assert without_links(text) == "codes in your sheet (`workbook/08_vae.ipynb`)"


def test_a_long_formula_has_a_line_for_each_equation():
    assert broken("$$a = b, \\qquad c = d$$") == "$$a = b, \\qquad c = d$$"
    long = broken(f"$$a = {'b' * 120}, \\qquad c = d$$")
    assert long.count("\\\\\n") == 1
    assert "quad" not in long


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    notebook = nbformat.read(request.param, as_version=4)
    return request.param.stem, list(blocks(notebook)), read_deck(request.param)


def test_a_lesson_fills_an_hour(lesson):
    """15 to 30 slides; the first lesson takes a quarter of an hour."""
    name, _, slides = lesson
    assert (10 if name == "00_start_here" else 15) <= len(slides) <= 30


def test_every_section_is_there(lesson):
    name, all_blocks, slides = lesson
    marks = all_marks().get(name, {})
    _, *rest = sections(all_blocks)
    left = NOT_SHOWN | {heading for heading in marks if marks[heading].leave}
    wanted = [each.heading for each in rest if each.heading not in left]
    assert [slide.heading for slide in slides[1:] if not slide.down] == wanted


def test_every_core_figure_is_shown_and_described(lesson):
    _, all_blocks, slides = lesson
    core = [each for each in sections(all_blocks) if "Depth" not in each.heading]
    wanted = [b.png for each in core for b in each.blocks if b.kind == "figure"]
    parts = [part for slide in slides for part in slide.parts]
    shown = {part.block.png for part in parts if part.role == "figure"}
    assert set(wanted) <= shown
    assert all(p.block.alt for p in parts if p.role in {"figure", "still"})


def test_no_result_comes_before_its_question(lesson):
    _, _, slides = lesson
    for slide in slides:
        roles = [part.role for part in slide.parts]
        for part in slide.parts:
            if part.role in {"figure", "still", "output", "read", "explain"}:
                assert part.fragment or part.role == "explain", slide.heading
        if "predict" in roles and "figure" in roles:
            assert roles.index("predict") < roles.index("figure")


def test_the_speaker_has_the_prose(lesson):
    """All of the core but formulas and code: what is not shown stands in the notes."""
    _, all_blocks, slides = lesson
    notes = "\n".join(note for slide in slides for note in slide.notes)
    shown = " ".join(part.block.text for slide in slides for part in slide.parts)
    for section in sections(all_blocks)[1:]:
        if (
            section.heading in {"Check yourself", *NOT_SHOWN}
            or "Depth" in section.heading
        ):
            continue
        for block in section.blocks:
            if block.kind in {"text", "read", "explain", "list", "table"}:
                assert block.text in notes or block.text in shown, block.text


def test_every_question_of_the_core_is_asked(lesson):
    _, all_blocks, slides = lesson
    shown = {part.block.text for slide in slides for part in slide.parts}
    for section in sections(all_blocks):
        if "Depth" not in section.heading:
            for block in section.blocks:
                if block.kind in {"predict", "explain"}:
                    assert block.text in shown, block.text


def test_answers_are_for_the_speaker_alone(lesson):
    _, _, slides = lesson
    shown = [part.block.text for slide in slides for part in slide.parts]
    assert not [text for text in shown if "<details>" in text or "Our answer" in text]
    (questions,) = [slide for slide in slides if slide.heading == "Check yourself"]
    asked = re.findall(r"^\d\.", questions.parts[0].block.text, re.MULTILINE)
    assert len(asked) == len(questions.notes) >= 3
