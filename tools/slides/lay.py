"""Write decks, their list, and what they need, where a browser finds them."""

import html
import shutil
from collections.abc import Collection
from pathlib import Path

import nbformat

from tools.site.modules import MODULES, lay_mathjax
from tools.slides.blocks import blocks
from tools.slides.deck import deck
from tools.slides.export import page
from tools.slides.marks import all_marks
from tools.slides.slide import Slide

HERE = Path(__file__).parent
LIST = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Slides</title>
<style>
  body {{ font: 18px/1.6 sans-serif; margin: auto; max-width: 40rem; padding: 1rem }}
</style>
<h1>Slides</h1>
<p>Space: the next step. Right: the next section. S: your notes. Esc: all slides.</p>
<ul>
{lines}
</ul>
</html>
"""


class NoLessonError(ValueError):
    """A lesson was named that is none."""


def read_deck(path: Path) -> list[Slide]:
    """Return the deck of a lesson's notebook."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return deck(list(blocks(notebook)), all_marks().get(path.stem, {}))


def lay_decks(
    root: Path, folder: Path, static: str, names: Collection[str] = ()
) -> None:
    """Write a page for each lesson, and one that lists them all.

    Args:
        root: The repository.
        folder: Where pages go.
        static: Where reveal.js and MathJax lie, seen from there.
        names: Lessons to be made; if none is named, all.

    Raises:
        NoLessonError: If a name is that of no lesson.
    """
    lessons = {path.stem: path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    if unknown := set(names) - set(lessons):
        raise NoLessonError(
            f"no lesson is called {', '.join(sorted(unknown))}; "
            f"there are {', '.join(lessons)}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or lessons:
        slides = read_deck(lessons[name])
        (folder / f"{name}.html").write_text(page(name, slides, static), "utf-8")
    lines = [_line(path, lessons) for path in sorted(folder.glob("[0-9]*.html"))]
    (folder / "index.html").write_text(LIST.format(lines="\n".join(lines)), "utf-8")


def _line(path: Path, lessons: dict[str, Path]) -> str:
    heading = html.escape(read_deck(lessons[path.stem])[0].heading)
    return f'<li><a href="{path.name}">{heading}</a></li>'


def lay_static(folder: Path) -> None:
    """Bring reveal.js, its theme of ours, and MathJax."""
    shutil.rmtree(folder, ignore_errors=True)
    lay_reveal(folder)
    lay_mathjax(folder / "mathjax")


def lay_reveal(folder: Path) -> None:
    """Bring reveal.js with our theme: only what a deck asks for."""
    source, reveal = MODULES / "reveal.js" / "dist", folder / "reveal" / "dist"
    for part in ("plugin", "theme"):
        (reveal / part).mkdir(parents=True)
    for name in ("reveal.js", "reveal.css", "plugin/notes.js"):
        shutil.copy(source / name, reveal / name)
    shutil.copy(HERE / "aelesson.css", reveal / "theme")
    shutil.copy(HERE / "slides.js", folder)
