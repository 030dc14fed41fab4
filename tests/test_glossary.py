"""Every word of the glossary is linked where a lesson uses it first."""

import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import glossary

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
WORDS = glossary.read_glossary(ROOT)
LINK = re.compile(r"\]\(\.\./docs/glossary\.md#([^)]*)\)")


def links_of(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return LINK.findall(text)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_links_entries_that_exist_once_each(path):
    headings = glossary.ENTRY.findall((ROOT / glossary.PAGE).read_text("utf-8"))
    anchors = {glossary.anchor(heading) for heading, _ in headings}
    links = Counter(links_of(path))
    assert set(links) <= anchors
    assert set(links.values()) == {1}


def test_every_entry_with_words_is_linked_by_a_lesson():
    linked = {target for path in LESSONS for target in links_of(path)}
    assert linked == set(WORDS.values())


def test_no_two_entries_claim_a_word():
    text = (ROOT / glossary.PAGE).read_text("utf-8")
    forms = [
        form.strip().lower()
        for forms in glossary.FORMS.findall(text.split("\n## ", 1)[1])
        for form in forms.split(",")
    ]
    assert [form for form, count in Counter(forms).items() if count > 1] == []


def test_entries_stand_with_their_lesson():
    text = (ROOT / glossary.PAGE).read_text("utf-8")
    for heading, body in glossary.ENTRY.findall(text):
        assert re.search(r"\[(0\d|1[0-4])\]\n|in 05 .* in 10 ", body, re.S), heading


TINY = {"code size": "code", "ELBO": "elbo"}


def linked(*texts):
    cells = [new_markdown_cell("# The code size"), *map(new_markdown_cell, texts)]
    notebook = new_notebook(cells=[*cells, new_code_cell("code size")])
    glossary.link_words(notebook, TINY)
    return [cell.source for cell in notebook.cells[1:-1]]


def test_the_first_use_in_prose_is_linked():
    assert linked("A code\nsize. The code size.", "ELBO") == [
        "A [code\nsize](../docs/glossary.md#code). The code size.",
        "[ELBO](../docs/glossary.md#elbo)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "## The ELBO",
        "`ELBO` and $ELBO$",
        "```\nELBO\n```",
        "[the ELBO](08.ipynb)",
        "<details><summary>Q</summary>ELBO</details>",
        "## References\n\nThe ELBO, again",
        "ELBOW, sub-ELBO",
    ],
)
def test_what_is_no_prose_is_left_alone(text):
    assert linked(text) == [text]


def test_without_a_page_nothing_is_linked(tmp_path):
    assert glossary.read_glossary(tmp_path) == {}
    assert glossary._link("ELBO", {}, set()) == "ELBO"


def test_anchors_are_those_of_the_viewers():
    assert glossary.anchor("PSNR, SSIM") == "psnr-ssim"
    assert glossary.anchor("Fréchet distance") == "fréchet-distance"
