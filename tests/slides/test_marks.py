"""What a person decided fits the lessons as they are; what does not is refused."""

from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from tools.slides import __main__ as command
from tools.slides.blocks import blocks
from tools.slides.choice import definitions
from tools.slides.marks import PATH, MarkError, all_marks
from tools.slides.steps import printed, sections
from tools.slides.words import sentences, without_opening

ROOT = Path(__file__).resolve().parents[2]
MARKED = sorted(all_marks())


def marked(name, path=PATH):
    lesson = ROOT / "notebooks" / f"{name}.ipynb"
    assert lesson.is_file(), f"lessons.toml names {name}: no such lesson"
    found = sections(list(blocks(nbformat.read(lesson, as_version=4))))
    by_heading = {section.heading: section.blocks for section in found}
    for heading, marks in all_marks(path)[name].items():
        assert heading in by_heading, f"lessons.toml, {name}: no section {heading!r}"
        yield heading, marks, by_heading[heading]


def spoken(section):
    kinds = {"text", "read"}
    texts = [without_opening(each.text) for each in section if each.kind in kinds]
    return [part for text in texts for part in sentences(text)]


@pytest.fixture
def page_example(tmp_path):
    """Return the marks that the page for teachers shows."""
    page = (ROOT / "docs" / "teaching" / "slides.md").read_text("utf-8")
    path = tmp_path / "example.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], "utf-8")
    return path


def test_the_page_shows_marks_that_fit(page_example):
    assert len(all_marks(page_example)) == 2
    for name in all_marks(page_example):
        fits(name, page_example)


@pytest.mark.parametrize("name", MARKED)
def test_each_mark_fits_its_lesson(name):
    fits(name, PATH)


def fits(name, path):
    for heading, marks, section in marked(name, path):
        for start in (*(marks.say or ()), *(marks.read or ())):
            fitting = [part for part in spoken(section) if part.startswith(start)]
            assert len(fitting) == 1, (heading, start, fitting)
        lines = list(printed([each for each in section if each.kind == "proof"]))
        for start in marks.prove or ():
            assert [line for line in lines if line.startswith(start)], (heading, start)
        defined = {found for found, _ in definitions(section)}
        assert set(marks.code or ()) <= defined, heading


@pytest.mark.parametrize(
    "line", ["show = ['a']", "say = 'a sentence'", "leave = false", "code = 3"]
)
def test_a_key_that_is_none_is_named(tmp_path, line):
    path = tmp_path / "marks.toml"
    path.write_text(f'[08_vae."Break it"]\n{line}\n', "utf-8")
    with pytest.raises(
        MarkError, match=r"08_vae, 'Break it': \w+ = .*; a key is one of"
    ):
        all_marks(path)


def test_a_lesson_that_is_none_is_named(tmp_path):
    out = tmp_path / "slides"
    result = CliRunner().invoke(command.app, ["8_vae", "--out", str(out)])
    assert result.exit_code == 1
    assert "no lesson is called 8_vae; there are 00_start_here, 01_" in result.output
    assert not out.exists()
