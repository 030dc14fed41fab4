"""Make the teacher's guides in docs/teaching, or say which are out of step.

python -m tools.teaching build
python -m tools.teaching check
"""

from pathlib import Path

import typer

from tools.teaching.course import TeachingError
from tools.teaching.guide import pages

ROOT = Path(__file__).resolve().parents[2]
app = typer.Typer(help="The teacher's guides.", add_completion=False)


def made(root: Path) -> dict[Path, str]:
    """Return every page, or end with a line that says what is wrong."""
    try:
        return pages(root)
    except TeachingError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def out_of_step(root: Path, texts: dict[Path, str]) -> list[Path]:
    """Return the pages that are not what the build makes."""
    paths = {path: root / path for path in texts}
    return [
        path
        for path, file in paths.items()
        if not file.is_file() or file.read_text("utf-8") != texts[path]
    ]


@app.command()
def build() -> None:
    """Write every page."""
    texts = made(ROOT)
    for path in out_of_step(ROOT, texts):
        (ROOT / path).write_text(texts[path], "utf-8")
        typer.echo(path)


@app.command()
def check() -> None:
    """Name the pages that must be made again."""
    old = out_of_step(ROOT, made(ROOT))
    for path in old:
        typer.echo(f"{path}: run `make teaching`", err=True)
    if old:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
