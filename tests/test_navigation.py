"""Every lesson shows the way: back, on, and to its sections."""

from pathlib import Path

import nbformat
import pytest

from tools import navigation
from tools.source import parse_source

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_links_its_neighbours_and_its_sections(path):
    way = nbformat.read(path, as_version=4).cells[1]
    assert way.metadata["tags"] == [navigation.TAG]
    steps, *sections = way.source.splitlines()
    place = LESSONS.index(path)
    around = [*LESSONS[max(place - 1, 0) : place], *LESSONS[place + 1 : place + 2]]
    for neighbour in around:
        assert f"]({neighbour.name})" in steps
    assert ("[all lessons](00_start_here.ipynb)" in steps) == (place > 0)
    assert sum(line.startswith("- [") for line in sections) >= 3


@pytest.fixture
def lessons(tmp_path):
    for name, title in (("00_a", "A"), ("01_b", "B"), ("02_c", "C")):
        text = f"# %% [markdown]\n# # {title}\n#\n# ## 1. Is it (so)?\n#\n# ## Next\n"
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_the_way_lies_between_the_neighbours(lessons):
    path = lessons / "01_b.py"
    source = parse_source(path.read_text(), path)
    source = navigation.add_way(source, path)
    assert source.notebook.cells[1].source == (
        "← [A](00_a.ipynb) | [all lessons](00_start_here.ipynb) | [C](02_c.ipynb) →\n\n"
        "- [1. Is it (so)?](#1.-Is-it-%28so%29?)"
    )
    assert source.lines == (1, 1)
    assert len({cell.id for cell in source.notebook.cells}) == 2


def test_a_text_without_sections_has_no_way(lessons):
    path = lessons / "03_d.py"
    path.write_text("# %% [markdown]\n# # D\n")
    source = parse_source(path.read_text(), path)
    assert navigation.add_way(source, path) is source
