"""What tests of explorables need: node, esbuild, a browser; without them, a reason."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from aelesson.explore import STATIC
from tools.site.modules import MODULES, NpmMissingError, install_modules

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node():
    """Run a program of this folder on a value; return what it prints, both as JSON."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed: JavaScript is not tried")

    def run(name, value):
        done = subprocess.run(
            [program, "--no-warnings", str(HERE / name)],
            input=json.dumps(value),
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def node_modules():
    try:
        install_modules()
    except NpmMissingError as error:
        pytest.skip(f"{error}: bundles are not made anew")
    return MODULES


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>An explorable</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>
  body {{ margin: 1rem; font-family: sans-serif; background: #fff; color: #1c1c1c }}
  body.dark {{ background: #131416; color: #cfd0d0 }}
</style></head>
<body class="{theme}"><main><h1>An explorable</h1><div id="here"></div></main>
<script type="module">
  import {{ mount }} from "./{name}.js";
  mount(document.getElementById("here"), {settings});
</script></body></html>
"""


AXE = (
    "window.axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
)


@pytest.fixture
def barriers(node_modules):
    """Return what axe-core finds wrong on a page: the rule and the first element."""

    def find(page):
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=str(node_modules / "axe-core" / "axe.min.js"))
        violations = page.evaluate(f"{AXE}.then((result) => result.violations)")
        return [(each["id"], each["nodes"][0]["html"]) for each in violations]

    return find


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve what browsers load, and bare pages that call it."""

    pages = {}  # noqa: RUF012

    def do_GET(self):
        page = self.pages.get(self.path)
        if page is None:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        return self.wfile.write(page.encode())

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address():
    handler = functools.partial(Handler, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def show(browser, address):
    """Open a bare page with an explorable; what goes wrong on it fails the test."""
    errors, requests, contexts = [], [], []

    def open_page(name, width=1000, theme="light", script="", blocked=None, **settings):
        text = PAGE.format(theme=theme, name=name, settings=json.dumps(settings))
        Handler.pages["/page.html"] = text
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.set_default_timeout(300_000)
        page = context.new_page()
        page.add_init_script(script)
        if blocked:
            page.route(blocked, lambda route: route.fulfill(status=404))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda m: (
                m.type in ("error", "warning")
                and not (blocked and "404" in m.text)
                and errors.append(m.text)
            ),
        )
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{address}/page.html")
        page.locator("section.explorable").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
    outside = [
        url for url in requests if not url.startswith((address, "blob:", "data:"))
    ]
    assert requests
    assert not outside
