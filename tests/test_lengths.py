"""Lessons have a core that an hour is enough for, and a depth that can be skipped."""

import re
from pathlib import Path

import length_rules as rules
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


@each(LESSONS)
def test_a_lesson_folds_its_books_and_can_be_read_without_its_depth(path):
    notebook = nbformat.read(path, as_version=4)
    complaints = [
        *rules.books_are_folded(notebook),
        *rules.depth_can_be_skipped(notebook),
    ]
    assert not complaints, "\n".join(complaints)


@each(LESSONS)
def test_a_core_takes_an_hour_and_the_minutes_are_counted(path):
    notebook = nbformat.read(path, as_version=4)
    complaints = [*rules.core_is_short(notebook), *rules.time_is_counted(notebook)]
    assert not complaints, "\n".join(complaints)


@each(LESSONS)
@pytest.mark.parametrize("page", ["README.md", "sources/lessons/00_start_here.py"])
def test_the_maps_say_the_minutes_of_the_core(path, page):
    stated = rules.TIME.search(nbformat.read(path, as_version=4).cells[0].source)
    row = re.search(rf"{path.stem}\.ipynb\) \|[^|]*\| (\d+)", (ROOT / page).read_text())
    if row or page == "README.md":
        assert row.group(1) == stated.group(1)


# The rules themselves


def lesson(core="one two", depth="three", code="x = 1", deep="y = x"):
    text = f"# T\n\n**Time:** 5 minutes, and 5 for the depth.\n\n## 1. A\n\n{core}"
    return new_notebook(
        cells=[
            new_markdown_cell(text),
            new_code_cell(code, metadata={"alt": "a line"}),
            new_code_cell("proven.claim('x', x == 1)\nproven.verdict()"),
            new_markdown_cell(f"## 2. Depth: B\n\n{depth}"),
            new_code_cell(deep),
            new_markdown_cell("## Summary\n\nfour"),
            new_code_cell("x"),
        ]
    )


ALL = (
    rules.books_are_folded,
    rules.core_is_short,
    rules.time_is_counted,
    rules.depth_can_be_skipped,
)


@pytest.mark.parametrize("rule", ALL)
def test_no_rule_complains_of_a_good_lesson(rule):
    assert rule(lesson()) == []


def test_a_section_in_the_middle_of_a_cell_ends_the_depth():
    core, depth = rules.parts(lesson(depth="three\n\n## Summary\n\nfive"))
    assert (core.figures, core.lines, depth.lines) == (1, ["x = 1", "y = x", "x"], [])
    assert depth.words == 5


FIGURES = [new_code_cell("x", metadata={"alt": "a"}) for _ in range(6)]


@pytest.mark.parametrize(
    ("rule", "changes", "complaint"),
    [
        (rules.books_are_folded, {"code": "proven.claim('x', 1)"}, "1 of 3 visible"),
        (rules.core_is_short, {"core": "word " * 2000}, "words, not 2000"),
        (rules.core_is_short, {"code": "x = 1\n" * 720}, "minutes, not 60"),
        (rules.time_is_counted, {"core": "word " * 800}, "**Time:** 10 minutes, and 5"),
        (rules.time_is_counted, {"depth": "word " * 800}, "5 minutes, and 10 for"),
        (rules.depth_can_be_skipped, {"deep": "x2 = 1", "code": "x2"}, "needs 'x2'"),
        (rules.depth_can_be_skipped, {"deep": "def f(): pass", "code": "f()"}, "'f'"),
        (rules.depth_can_be_skipped, {"deep": "import a.b", "code": "a"}, "needs 'a'"),
    ],
)
def test_a_doctored_lesson_is_noticed(rule, changes, complaint):
    assert any(complaint in said for said in rule(lesson(**changes)))


def test_too_many_figures_are_noticed():
    notebook = lesson()
    notebook.cells[1:1] = FIGURES
    assert rules.core_is_short(notebook) == [
        "the core has 7 figures, not 6: what can be skipped is depth"
    ]
