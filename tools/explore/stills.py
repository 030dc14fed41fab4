"""Stills of the explorables, for readers whose page cannot move: docs/explorables."""

import functools
import http.server
import io
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from aelesson.explore import STATIC

WIDTH = 760  # of the page, in pixels
COLOURS = 64
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<link rel="icon" href="data:,">
<style>body {{ margin: 0; padding: 12px; font-family: sans-serif; background: #fff;
  color: #1c1c1c }}</style>
<div id="here"></div><script type="module">
  import {{ mount }} from "./{name}.js";
  mount(document.getElementById("here"));
</script></html>"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serve what browsers load, and a bare page for each explorable."""

    def do_GET(self) -> None:
        if not self.path.endswith(".html"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.format(name=self.path[1:-5]).encode())

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Give the address of a server of bare pages, `/NAME.html`."""
    handler = functools.partial(_Handler, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def write_stills(poses: Mapping[str, Callable[[Page], None]], folder: Path) -> None:
    """Write `NAME.png` of each explorable, in the state that its pose brings about."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, pose in poses.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            page.goto(f"{address}/{name}.html")
            page.locator("section.explorable").wait_for()
            pose(page)
            page.mouse.move(0, 0)
            (folder / f"{name}.png").write_bytes(_small(page.locator("body")))
            page.close()
        browser.close()


def _small(element: Locator) -> bytes:
    picture = Image.open(io.BytesIO(element.screenshot()))
    kept = io.BytesIO()
    picture.convert("RGB").quantize(COLOURS).save(kept, "PNG", optimize=True)
    return kept.getvalue()
