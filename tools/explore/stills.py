"""Pictures of the explorables for pages that cannot move, or move by themselves.

They lie in docs/explorables: a still of each, and of some a picture that moves once.
"""

import functools
import http.server
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from aelesson.explore import STATIC
from tools.explore.browser import opened

WIDTH = 760  # of the page, in pixels
COLOURS = 64
FRAMES, FRAME = 32, 200  # of a moving picture: how many, and milliseconds of one
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


@contextmanager
def shown(script: str = "") -> Iterator[Callable[[str], Page]]:
    """Give a function that opens an explorable in a browser, by its name.

    Args:
        script: JavaScript that runs before the page's own.

    Raises:
        FileNotFoundError: If there is no browser.
    """
    with served() as address, opened() as browser:

        def show(name: str) -> Page:
            page = browser.new_page(viewport={"width": WIDTH, "height": 600})
            page.add_init_script(script)
            page.goto(f"{address}/{name}.html")
            page.locator("section.explorable").wait_for()
            return page

        yield show


def write_stills(poses: Mapping[str, Callable[[Page], None]], folder: Path) -> None:
    """Write `NAME.png` of each explorable, in the state that its pose brings about."""
    folder.mkdir(parents=True, exist_ok=True)
    with shown() as show:
        for name, pose in poses.items():
            page = show(name)
            pose(page)
            page.mouse.move(0, 0)
            still = _picture(page).quantize(COLOURS)
            still.save(folder / f"{name}.png", optimize=True)
            page.close()


def write_moving(name: str, move: Callable[[Page], Iterator[None]], path: Path) -> None:
    """Write what is seen at the steps of `move`, as a GIF that runs once."""
    with shown() as show:
        page = show(name)
        frames = [_picture(page) for _ in move(page)]
    frames = frames[:: -(-len(frames) // FRAMES)] + frames[-1:]
    colours = frames[-1].quantize(COLOURS)
    plain = Image.Dither.NONE
    first, *others = [each.quantize(palette=colours, dither=plain) for each in frames]
    # As it names no loop, it ends with its last frame.
    first.save(path, save_all=True, append_images=others, duration=FRAME, optimize=True)


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.locator("body").screenshot())).convert("RGB")
