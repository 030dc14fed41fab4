"""Build the course's site in build/site/html, or show it.

    python -m tools.site build
    python -m tools.site serve [--port 8000]

Nothing is executed: pages show the notebooks that the build made and the tests ran.
"""

import functools
import http.server
import shutil
from pathlib import Path

import typer
from sphinx.cmd.build import build_main

from aelesson.explore import STATIC
from tools.site.api import lay_api
from tools.site.launch import home, lay_colab
from tools.site.modules import NpmMissingError, install_modules, lay_mathjax
from tools.site.pages import lay_pages
from tools.site.sizes import write_sizes
from tools.slides.lay import lay_decks, lay_reveal

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
OUT = ROOT / "build" / "site"
app = typer.Typer(help="The course as a web site.", add_completion=False)


@app.command()
def build(out: Path = OUT) -> None:
    """Build all pages; a warning is an error."""
    try:
        install_modules()
    except NpmMissingError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    pages, files, html = out / "pages", out / "files", out / "html"
    lay_pages(ROOT, pages, files)
    lay_api(ROOT, pages)
    shutil.rmtree(html, ignore_errors=True)
    options = ["-c", str(HERE), "-b", "html", "-q", "-W", "--keep-going", "-j", "2"]
    if failed := build_main([*options, str(pages), str(html)]):
        raise typer.Exit(failed)
    shutil.copytree(files, html / "files")
    shutil.copytree(STATIC, html / "_static" / "explore")
    shutil.copytree(ROOT / "docs" / "explorables", html / "_static" / "explorables")
    lay_mathjax(html / "_static" / "mathjax")
    lay_reveal(html / "_static")
    lay_decks(ROOT, html / "slides", "../_static")
    write_sizes(html)
    if known := home():
        lay_colab(ROOT, out / "colab", known)


@app.command()
def serve(port: int = 8000) -> None:
    """Show the site on this machine until Ctrl-C."""
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=OUT / "html"
    )
    if not (OUT / "html" / "index.html").is_file():
        typer.echo("no site in build/site/html: run `make site` first", err=True)
        raise typer.Exit(1)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port}  (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    app()
