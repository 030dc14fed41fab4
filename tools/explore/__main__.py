"""Make what explorables are made of: `python -m tools.explore [NAMES...]`.

The recipes train the networks and measure the figures; the bundles, which hold some of
the figures, need node, and esbuild as tools/site/package.json has it; the pictures need
a browser.
"""

import subprocess
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from aelesson import runtime
from aelesson.explore import STATIC
from tools.explore.stills import write_moving, write_stills
from tools.site.modules import install_modules

HERE = Path(__file__).parent
SOURCE = STATIC.parent / "src"
STILLS = HERE.parents[1] / "docs" / "explorables"


def recipes() -> dict[str, ModuleType]:
    """Return the recipe of every explorable, by name."""
    names = sorted(path.stem for path in (HERE / "recipes").glob("[!_]*.py"))
    return {name: import_module(f"tools.explore.recipes.{name}") for name in names}


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Explorables; all without.")
    ] = None,
    train: Annotated[bool, typer.Option(help="Train the networks anew.")] = True,
) -> None:
    """Train the networks, write the bundles, and take the pictures."""
    known = recipes()
    if unknown := set(names or []) - known.keys():
        raise typer.BadParameter(
            f"there is no explorable {min(unknown)!r}; there are {', '.join(known)}"
        )
    chosen = {name: known[name] for name in names or known}
    for recipe in chosen.values() if train else ():
        runtime.start(0)
        recipe.make(STATIC, SOURCE)
    install_modules()
    write_bundles(STATIC)
    write_stills({name: recipe.pose for name, recipe in chosen.items()}, STILLS)
    for name, recipe in chosen.items():
        if hasattr(recipe, "move"):
            write_moving(name, recipe.move, STILLS / f"{name}.gif")


def write_bundles(folder: Path) -> None:
    """Write one module per explorable."""
    subprocess.run(["node", str(HERE / "bundle.mjs"), str(folder)], check=True)


if __name__ == "__main__":
    typer.run(main)
