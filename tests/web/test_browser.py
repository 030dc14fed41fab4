"""The site in a real browser: errors, requests, widths, access for everybody."""

import functools
import http.server
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aelesson.explore import STATIC

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tools" / "site" / "node_modules" / "axe-core" / "axe.min.js"
SAMPLES = (
    "index.html",
    "explorables.html",
    "notebooks/08_vae.html",
    "exercises/08_vae.html",
    "docs/results.html",
    "api/losses.html",
)
LIVE = re.compile(r'data-explorable="(\w+)"')
PARTS = 16  # of the pages: a test each, so that two workers share them
WIDTHS = (360, 768, 1280, 1600)
JUDGE = """async rules => (await axe.run({runOnly: rules, resultTypes: ["violations"]}))
    .violations"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def address(html):
    handler = functools.partial(Quiet, directory=html)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass
class Visit:
    """What happened when a page was opened."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    wider: list[int] = field(default_factory=list)
    barriers: dict[str, list[object]] = field(default_factory=dict)
    alive: list[str] = field(default_factory=list)
    formulas: int = 0
    unread: int = 0


def visit(browser, url):
    seen = Visit()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda m: m.type == "error" and seen.said.append(m.text))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("response", lambda r: r.status >= 400 and seen.missing.append(r.url))
    page.goto(url, wait_until="networkidle")
    seen.alive = wake(page)
    seen.formulas = page.locator("mjx-container").count()
    seen.unread = page.locator("mjx-merror").count()
    page.add_script_tag(path=AXE)
    for rule in page.evaluate(JUDGE, RULES):
        seen.barriers[rule["id"]] = [node["target"] for node in rule["nodes"]]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            seen.wider.append(width)
    page.close()
    return seen


def wake(page):
    """Bring every explorable of a page into view; return their names when they came."""
    places = page.locator("[data-explorable]")
    for n in range(places.count()):
        places.nth(n).scroll_into_view_if_needed()
        places.nth(n).locator("section.explorable").wait_for()
    page.wait_for_load_state("networkidle")
    return places.evaluate_all("all => all.map((each) => each.dataset.explorable)")


@pytest.mark.parametrize("part", range(PARTS))
def test_pages_are_whole_and_for_everybody(html, address, browser, part):
    """No error, no outside request, nothing wider than the screen, no barrier."""
    names = sorted(str(path.relative_to(html)) for path in html.rglob("*.html"))
    here = (address, "data:", "blob:")
    for name in names[part::PARTS]:
        seen = visit(browser, f"{address}/{name}")
        assert not seen.said, name
        assert not seen.missing, name
        assert all(url.startswith(here) for url in seen.asked), name
        assert not seen.unread, name
        assert not seen.wider, name
        assert not seen.barriers, name


def test_every_explorable_comes(html, address, browser):
    names = sorted(path.stem for path in STATIC.glob("*.js"))
    assert sorted(visit(browser, f"{address}/explorables.html").alive) == names
    lessons = [path.read_text("utf-8") for path in (html / "notebooks").glob("*.html")]
    shown = [name for text in lessons for name in LIVE.findall(text)]
    assert sorted(shown) == names


def test_formulas_are_set(html, address, browser):
    assert visit(browser, f"{address}/notebooks/08_vae.html").formulas > 50
    assert visit(browser, f"{address}/api/losses.html").formulas > 5


@pytest.mark.parametrize("name", SAMPLES)
def test_letters_stand_out_in_the_dark(html, address, browser, name):
    """Colours are the theme's: a page of each kind shows them all."""
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{address}/{name}", wait_until="networkidle")
    wake(page)
    page.add_script_tag(path=AXE)
    found = page.evaluate(JUDGE, RULES)
    page.close()
    assert not [(each["id"], each["nodes"][0]["target"]) for each in found]
