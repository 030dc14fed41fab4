"""Make the slides of all lessons, or of those named.

    python -m tools.slides [08_vae ...] [--out build/slides]

Nothing is executed: a deck is made of the notebook that the build made.
"""

from pathlib import Path
from typing import Annotated

import typer

from tools.site.modules import NpmMissingError, install_modules
from tools.slides.lay import NoLessonError, lay_decks, lay_static

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "slides"
app = typer.Typer(add_completion=False)


@app.command()
def main(
    lessons: Annotated[list[str] | None, typer.Argument(show_default="all")] = None,
    out: Path = OUT,
) -> None:
    """Make slides; `index.html` lists them."""
    try:
        lay_decks(ROOT, out, "_static", lessons or [])
        install_modules()
    except (NpmMissingError, NoLessonError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    lay_static(out / "_static")
    typer.echo(f"{out / 'index.html'}")


if __name__ == "__main__":
    app()
