"""Every slide in a real browser: all is in sight, can be read, and comes from here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
LOOK = Path(__file__).with_name("look.mjs").read_text("utf-8")
LETTERS = 20  # pixels: what the last row of a room reads
AREA = 0.14  # of the slide, at least, is the figure


@pytest.fixture(scope="session")
def slides(tmp_path_factory):
    """Return the folder of slides that were just made, once for all workers."""
    pytest.importorskip("nbconvert", reason="slides need what `make slides` installs")
    if not shutil.which("npm"):
        pytest.skip("no npm: reveal.js comes from there")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    out = shared / "slides"
    with FileLock(shared / "slides.lock"):
        if not (built := out / "built").exists():
            command = [sys.executable, "-m", "tools.slides", "--out", out]
            subprocess.run(command, cwd=ROOT, check=True)
            built.touch()
    return out


@pytest.fixture
def context(browser):
    """Return a window that reaches files alone, and what it asked of others."""
    opened = browser.new_context(viewport={"width": 1280, "height": 720})
    opened.asked, opened.said = [], []

    def only_files(route):
        if route.request.url.startswith(("file:", "data:")):
            return route.continue_()
        opened.asked.append(route.request.url)
        return route.abort()

    opened.route("**/*", only_files)
    opened.on("console", lambda m: m.type == "error" and opened.said.append(m.text))
    opened.on("weberror", lambda error: opened.said.append(str(error.error)))
    yield opened
    opened.close()


def show(context, slides, name):
    page = context.new_page()
    page.goto(f"{slides.as_uri()}/{name}")
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    return page


@pytest.mark.parametrize("name", LESSONS)
def test_every_slide_can_be_read(context, slides, name):
    page = show(context, slides, f"{name}.html")
    assert page.evaluate(LOOK, {"least": LETTERS, "area": AREA}) == []
    assert page.locator("mjx-merror").count() == 0
    text = page.evaluate("document.querySelector('.slides').innerText")
    assert "$" not in text, "a formula that was not set"
    fonts = page.evaluate(
        "[...document.fonts].filter((f) => f.status === 'error').length"
    )
    assert (fonts, context.said, context.asked) == (0, [], [])


def test_the_question_waits_for_the_figure(context, slides):
    page = show(context, slides, "02_losses.html")
    place = page.evaluate(
        """() => {
          const asks = (s) => s.querySelector(".predict + .fragment figure");
          const slide = Reveal.getSlides().find(asks);
          const {h, v} = Reveal.getIndices(slide);
          Reveal.slide(h, v, -1);
          return Reveal.getState();
        }"""
    )
    now = page.locator(
        "section.present section.present, section.present:not(.stack)"
    ).last
    assert now.locator(".predict").is_visible()
    assert now.locator(".fragment.visible").count() == 0
    page.keyboard.press("Space")
    assert now.locator(".fragment.visible figure").count() == 1
    after = page.evaluate("Reveal.getState()")
    assert (after["indexh"], after["indexv"]) == (place["indexh"], place["indexv"])


def test_the_speaker_sees_notes_and_formulas(context, slides):
    page = show(context, slides, "08_vae.html")
    notes = page.evaluate(
        """() => {
          const asks = (s) => s.textContent.includes("What is a VAE asked");
          const slide = Reveal.getSlides().find(asks);
          const {h, v} = Reveal.getIndices(slide);
          Reveal.slide(h, v);
          return slide.querySelector("aside.notes").textContent;
        }"""
    )
    with context.expect_page() as opening:
        page.keyboard.press("s")
    words = opening.value.locator(".speaker-controls-notes .value")
    words.get_by_text("So the encoder says where to look").wait_for()
    assert "So the encoder says where to look" in notes
    assert words.locator("math").count() > 3
    assert context.asked == []


def test_a_deck_prints_on_a_page_for_each_slide(context, slides):
    page = show(context, slides, "09_beyond_vae.html?print-pdf")
    page.locator(".pdf-page").first.wait_for()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert sheets == page.evaluate("Reveal.getTotalSlides()") > 15


def test_the_list_leads_to_every_deck(context, slides):
    page = context.new_page()
    page.goto((slides / "index.html").as_uri())
    links = page.locator("li a").evaluate_all("all => all.map((each) => each.href)")
    assert [Path(link).stem for link in links] == LESSONS
    assert all((slides / Path(link).name).is_file() for link in links)
