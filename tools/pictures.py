"""Keep the README's pictures equal to the figures of the executed lessons."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tools.source import BuildError, from_bytes
from tools.state import Finding


@dataclass(frozen=True)
class Picture:
    """A figure that is shown outside its lesson.

    Attributes:
        path: Where it lies, below the repository.
        lesson: The lesson that draws it.
        alt: How the figure's description begins.
    """

    path: str
    lesson: str
    alt: str


PICTURES = (Picture("docs/ladder.png", "01_basics", "Bars of test MSE"),)


def read_figure(picture: Picture, root: Path) -> bytes:
    """Return the figure's PNG from the executed lesson.

    Raises:
        BuildError: If the lesson has no such figure.
    """
    path = root / "notebooks" / f"{picture.lesson}.ipynb"
    if path.is_file():
        for cell in from_bytes(path.read_bytes()).cells:
            if cell.metadata.get("alt", "").startswith(picture.alt):
                for output in cell.outputs:
                    if "image/png" in output.get("data", {}):
                        return base64.b64decode(output.data["image/png"])
    raise BuildError(f"{path.name} has no figure whose alt begins {picture.alt!r}")


def pictures_of(lessons: Collection[str]) -> list[Picture]:
    """Return the pictures that these lessons draw; a lesson is named as `01_basics`."""
    return [picture for picture in PICTURES if picture.lesson in lessons]


def write_picture(picture: Picture, root: Path) -> None:
    """Bring a picture up to date with its lesson.

    Raises:
        BuildError: If the lesson has no such figure.
    """
    content = read_figure(picture, root)
    path = root / picture.path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def find_stale_pictures(root: Path, lessons: Collection[str]) -> list[Finding]:
    """Return the lessons' pictures that are missing or not the figure any more."""
    return [
        Finding(picture.path, problem, "python -m tools.build build")
        for picture in pictures_of(lessons)
        if (problem := _problem(picture, root))
    ]


def _problem(picture: Picture, root: Path) -> str | None:
    path = root / picture.path
    if not path.is_file():
        return "missing"
    try:
        same = path.read_bytes() == read_figure(picture, root)
    except BuildError as error:
        return str(error)
    return None if same else f"stale: not the figure of {picture.lesson}"
